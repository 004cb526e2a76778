#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/config/crawl_recipe.hpp"
#include "actors/runtime/simulation.hpp"
#include "actors/runtime/world.hpp"
#include "sim/disk/disk.hpp"
#include "sim/network/fault_rules.hpp"
#include "sim/network/internet.hpp"
#include "sim/nodes/bitcoin_nodes.hpp"
#include "sim/nodes/node_host.hpp"
#include "sim/nodes/topology.hpp"
#include "sim/scenario/simulated_crawler.hpp"

namespace seedwalk::sim {

/// A simulated crawl: who is out there, what goes wrong, how the crawler is configured, and the
/// seed of it all.
struct crawl_scenario {
  std::uint64_t seed = 1;
  topology_options nodes;
  internet_options network;
  std::vector<fault_rule> faults;
  /// The crawler's own addresses: the networks that it has a route to.
  std::vector<net::endpoint> addresses = network::host{}.addresses;
  /// A SOCKS5 proxy at this address, and what it does.
  net::endpoint proxy = net::ipv4_endpoint(0x7f000001, 9050);
  proxy_state proxy_does = proxy_state::absent;
  disk::options drive;
  std::uint64_t endpoints_expected = 0; ///< What the database has memory for; 0: the nodes.
  actors::crawl_recipe crawler; ///< Where it starts is the topology's seeds, unless it says.
  bool starts_at_dns = false;   ///< Nobody is given to start at: DNS seeds are asked.
  strategy schedule = strategy::uniform;
  bool deep = false;
  schedule_options order = near_events(); ///< But for the strategy.
  /// Several crawlers, "a", "b" ..., listen at addresses one after the other, and begin with each
  /// other besides. Each is a process of its own; what is judged is the first.
  std::uint32_t crawlers = 1;
  /// Every crawler gets a configuration file, as by SIGHUP.
  struct reload {
    net::steady_time at{0};
    std::string contents;
  };
  std::vector<reload> reloads; ///< In the order of their times.
  /// From a step on another strategy decides, with a seed of its own.
  struct another_order {
    std::uint64_t from_step = 0;
    sim::strategy strategy = strategy::uniform;
    std::uint64_t seed = 1;
    std::uint32_t depth = 3; ///< Of strategies that have one.
  };
  std::optional<another_order> then;
  /// From a step on everything is drawn from another seed.
  struct another_seed {
    std::uint64_t from_step = 0;
    std::uint64_t seed = 1;
  };
  std::vector<another_seed> reseeds; ///< In the order of their steps.
  net::steady_time limit =
      std::chrono::hours{24 * 7};           ///< Virtual time after which it should have ended.
  std::chrono::seconds wall{1'767'225'600}; ///< 2026-01-01 00:00:00 UTC, as good as any.
  std::vector<clock_step> wall_steps;       ///< When the crawler's clock is set; nodes' are right.

  /// Whether its strategies ask for what an earlier run tells.
  bool wants_profile() const;

  /// Events due within 50 us compete, and nobody who is due is passed over for longer.
  static schedule_options near_events();
};

/// A scenario with everything at its default: `nodes` honest nodes on loopback-style addresses, no
/// faults, a crawler that visits all of them once.
crawl_scenario plain_crawl(std::uint64_t seed, std::uint32_t nodes);

/// What a simulated crawl came to, judged by those who know the truth. Nodes on networks that the
/// crawler does not dial are nobody's concern.
struct crawl_verdict {
  std::uint64_t seed = 0;
  std::uint64_t hash = 0; ///< Of the run, the database at its end included.
  std::uint64_t steps = 0;
  net::steady_time virtual_time{0};
  std::optional<actors::crawl_summary> summary; ///< Nothing: it did not end.
  std::uint64_t known = 0;
  std::uint64_t good_found = 0;  ///< Good by the database.
  std::uint64_t good_true = 0;   ///< Good by the models.
  std::uint64_t good_agreed = 0; ///< By both.
  std::vector<std::string> violations;

  /// Of those found good, the part that is; 1 if none was found.
  double precision() const;
  /// Of those that are good, the part that was found; 1 if there are none.
  double recall() const;
};

/// The world of one simulated crawl, for callers that look inside while it runs. Most want
/// `run_crawl`.
class crawl_world {
public:
  explicit crawl_world(const crawl_scenario& s);

  /// Starts the crawler. The error is that of its database.
  tl::expected<void, store::error> start();

  /// Gives the crawler a configuration file, as SIGHUP does.
  void reload(const std::string& contents) { crawler().reload(contents); }

  /// The crawler's machine is given one more address, and with it a route.
  void own_address(const net::endpoint& address) { crawler().own_address(address); }

  /// One step, event or jump in time; false when nothing will happen any more.
  bool advance();

  /// True when every crawler has given its summary, and all is quiet.
  bool over() const;

  /// Runs to the end, or to the scenario's limit.
  void run();

  /// Captures all actors, kills the actor system and brings them back in a new one. Precondition:
  /// home().idle(). Returns the names of those that could not be brought back.
  std::vector<std::string> recreate() { return crawler().recreate(); }

  /// Judges what the database holds now.
  crawl_verdict judge();

  world& inner() { return world_; }
  /// The first; the only one in most scenarios.
  simulated_crawler& crawler() { return *crawlers_.front(); }
  const std::vector<std::unique_ptr<simulated_crawler>>& crawlers() const { return crawlers_; }
  sim::storage& disk() { return crawler().disk(); }
  internet& outside() { return internet_; }
  const topology& nodes() const { return topology_; }
  actors::crawl_program& program() { return crawler().program(); }
  node_host& hosts() { return host_; }
  net::steady_time now() const { return world_.now().steady; }

private:
  void compare_with_truth(crawl_verdict& verdict);
  void note_database(simulated_crawler& of, crawl_verdict& verdict);

  /// What people do to the crawlers, each in its turn like all other events.
  class operators final : public event_source {
  public:
    explicit operators(crawl_world& in) : world_(in) {}
    void plan();
    void on_due(std::uint64_t payload) override;

  private:
    crawl_world& world_;
    std::vector<schedule::lane> lanes_; ///< One a crawler.
  };

  crawl_scenario scenario_;
  std::size_t reseeded_ = 0; ///< How often so far.
  bool is_then_ = false;     ///< The other order decides.
  world world_;
  simulation simulation_;
  internet internet_;
  topology topology_;
  bitcoin_nodes models_;
  node_host host_;
  std::vector<std::unique_ptr<simulated_crawler>> crawlers_;
  operators operators_;
};

/// Runs a world that was not started yet to its end, and judges it. `over`, unless it is empty, is
/// called in between: judging looks into the databases, which the chain has, too.
crawl_verdict run_crawl(crawl_world& world, const std::function<void()>& over = {});
crawl_verdict run_crawl(const crawl_scenario& s);

/// The scenario with all that its strategies ask for: where one wants to know an earlier run, makes
/// that run, which is the same crawl by fifo. A scenario that has a profile stays as it is.
crawl_scenario with_profile(crawl_scenario s);

} // namespace seedwalk::sim
