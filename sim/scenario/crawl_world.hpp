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
#include "net/base/probe.hpp"
#include "sim/disk/disk.hpp"
#include "sim/network/fault_rules.hpp"
#include "sim/network/internet.hpp"
#include "sim/nodes/bitcoin_nodes.hpp"
#include "sim/nodes/node_host.hpp"
#include "sim/nodes/topology.hpp"
#include "sim/scenario/broken_promise.hpp"
#include "sim/scenario/crawl_operators.hpp"
#include "sim/scenario/crawl_scenario.hpp"
#include "sim/scenario/oracles/oracle_set.hpp"
#include "sim/scenario/simulated_crawler.hpp"

namespace seedwalk::sim {

/// What a simulated crawl came to, judged by those who know the truth. Nodes on networks that the
/// crawler does not dial are nobody's concern.
struct crawl_verdict {
  std::uint64_t seed = 0;
  std::uint64_t hash = 0; ///< Of the run, the database at its end included.
  std::uint64_t steps = 0;
  net::steady_time virtual_time{0};
  std::optional<actors::crawl_summary> summary; ///< Nothing: it did not end.
  std::uint64_t known = 0;
  std::uint64_t good_found = 0;           ///< Good by the database.
  std::uint64_t good_true = 0;            ///< Good by the models.
  std::uint64_t good_agreed = 0;          ///< By both.
  std::vector<broken_promise> violations; ///< Whatever the scenario promises.
  net::probe_counts probes;               ///< Of its actors and databases.
  /// What the scenario promises and the run did not keep; no violations, unless it promises some.
  std::vector<broken_promise> broken;

  /// Of those found good, the part that is; 1 if none was found.
  double precision() const;
  /// Of those that are good, the part that was found; 1 if there are none.
  double recall() const;
};

/// The world of one simulated crawl, for callers that look inside while it runs. Most want
/// `run_crawl`.
class crawl_world final : private node_listener {
public:
  /// `network_between`, unless it is empty, stands before the network of each crawler.
  explicit crawl_world(const crawl_scenario& s,
                       const simulated_crawler::network_wrapper& network_between = {});
  ~crawl_world() override;

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

  /// Runs to the end, to the scenario's limit, or until an oracle has given the run up. `goes_on`
  /// is asked before each advance, and ends it earlier.
  void run(const std::function<bool()>& goes_on = {});

  /// Captures all actors, kills the actor system and brings them back in a new one. Precondition:
  /// inner().idle(). Returns the names of those that could not be brought back.
  std::vector<std::string> recreate();

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
  const crawl_scenario& scenario() const { return scenario_; }
  /// A promise that is found to be broken now.
  broken_promise found(std::string oracle, std::string place, std::string text) const;
  /// Who watches: those of the scenario, and those that are added before the start.
  oracle_set& oracles() { return oracles_; }
  /// Nothing will happen any more.
  bool stands_still() const { return stands_still_; }
  /// Which rare places were reached so far.
  const net::probe_counts& probes() const { return probes_; }
  /// Operations that have not had their turn.
  std::uint64_t operations_left() const { return operators_.left(); }

private:
  void follow_seeds();
  void act_at_step();
  void redraw(std::uint64_t seed);
  void compare_with_truth(crawl_verdict& verdict);
  void open_what_is_kept(simulated_crawler& of, crawl_verdict& verdict);
  void note_database(simulated_crawler& of, crawl_verdict& verdict);
  void on_violation(std::uint32_t node, const node_violation& v) override;

  crawl_scenario scenario_;
  std::size_t reseeded_ = 0;    ///< How often so far.
  bool is_then_ = false;        ///< The other order decides.
  std::size_t redrawn_ = 0;     ///< How often all that is left to chance was drawn anew.
  std::uint64_t next_step_ = 0; ///< The first at which a seed changes or somebody acts.
  bool stands_still_ = false;
  net::probe_counts probes_;
  world world_;
  simulation simulation_;
  internet internet_;
  topology topology_;
  bitcoin_nodes models_;
  node_host host_;
  oracle_set oracles_;
  crawl_operators operators_; ///< Hears of the crawlers' disks until these are gone.
  std::vector<std::unique_ptr<simulated_crawler>> crawlers_;
  std::vector<broken_promise> violations_; ///< Beside those of the world and its operators.
};

/// Runs a world that was not started yet to its end, and judges it. `over`, unless it is empty, is
/// called in between: judging looks into the databases, which the chain has, too.
crawl_verdict run_crawl(crawl_world& world, const std::function<void()>& over = {});
crawl_verdict run_crawl(const crawl_scenario& s);

/// The scenario with all that its strategies ask for: where one wants to know an earlier run, makes
/// that run, which is the same crawl by fifo. A scenario that has a profile stays as it is.
crawl_scenario with_profile(crawl_scenario s);

} // namespace seedwalk::sim
