#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/config/crawl_recipe.hpp"
#include "actors/crawl/crawl_program.hpp"
#include "actors/crawl/watched_storage.hpp"
#include "actors/runtime/agenda.hpp"
#include "actors/runtime/checkpoint.hpp"
#include "actors/runtime/process.hpp"
#include "actors/runtime/simulation.hpp"
#include "actors/runtime/world.hpp"
#include "sim/disk/disk.hpp"
#include "sim/network/fault_rules.hpp"
#include "sim/network/internet.hpp"
#include "sim/network/network.hpp"
#include "sim/nodes/bitcoin_nodes.hpp"
#include "sim/nodes/node_host.hpp"
#include "sim/nodes/topology.hpp"
#include "sim/record/watched_network.hpp"
#include "sim/scenario/storage.hpp"

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
  net::steady_time slack{50'000}; ///< Events due within so much of each other compete.
  net::steady_time limit =
      std::chrono::hours{24 * 7};           ///< Virtual time after which it should have ended.
  std::chrono::seconds wall{1'767'225'600}; ///< 2026-01-01 00:00:00 UTC, as good as any.
  std::vector<clock_step> wall_steps;       ///< When the crawler's clock is set; nodes' are right.
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

/// The world of one simulated crawl, for who wants to look inside while it runs. Most want
/// `run_crawl`.
class crawl_world {
public:
  explicit crawl_world(const crawl_scenario& s);
  ~crawl_world();

  /// Starts the crawler. The error is that of its database.
  tl::expected<void, store::error> start();

  /// Gives the crawler a configuration file, as SIGHUP does.
  void reload(const std::string& contents);

  /// The crawler's machine is given one more address, and with it a route.
  void own_address(const net::endpoint& address) { network_.add_address(address); }

  /// One step, event or jump in time; false when nothing will happen any more.
  bool advance() { return simulation_.advance(); }

  /// True when the crawler has given its summary, and all is quiet.
  bool over() const { return program_->summary().has_value() && world_.idle(); }

  /// Runs to the end, or to the scenario's limit.
  void run();

  /// Captures all actors, kills the actor system and brings them back in a new one. Precondition:
  /// home().idle(). Returns the names of those that could not be brought back.
  std::vector<std::string> recreate() { return sim::recreate(world_, process_, kinds_); }

  /// Judges what the database holds now.
  crawl_verdict judge();

  world& home() { return world_; }
  sim::storage& disk() { return storage_; }
  internet& outside() { return internet_; }
  const topology& nodes() const { return topology_; }
  actors::crawl_program& program() { return *program_; }
  node_host& hosts() { return host_; }
  net::steady_time now() const { return world_.now().steady; }

private:
  void compare_with_truth(crawl_verdict& verdict);

  /// The clock of everybody but the crawler: nobody sets it.
  class right_clock final : public net::timers {
  public:
    explicit right_clock(world& w) : world_(w) {}
    net::instant now() const override {
      const auto steady = world_.now().steady;
      return {steady, world_.settings().wall + std::chrono::floor<std::chrono::seconds>(steady)};
    }
    net::timer_id start(std::chrono::nanoseconds delay, net::owner who) override {
      return world_.start(delay, who);
    }
    void cancel(net::timer_id id) override { world_.cancel(id); }

  private:
    world& world_;
  };

  crawl_scenario scenario_;
  world world_;
  right_clock right_clock_{world_};
  agenda agenda_;
  internet internet_;
  topology topology_;
  bitcoin_nodes models_;
  node_host host_;
  network network_;
  storage storage_;
  watched_network watched_network_;
  watched_storage watched_storage_;
  process process_;
  std::unique_ptr<actors::crawl_program> program_;
  net::owner crawler_;
  actor_kinds kinds_;
  simulation simulation_;
};

/// Runs a scenario from its first step to its verdict.
crawl_verdict run_crawl(const crawl_scenario& s, world_listener* listener = nullptr);

} // namespace seedwalk::sim
