#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "actors/runtime/world.hpp"
#include "actors/runtime/world_listener.hpp"
#include "sim/scenario/oracles/oracle.hpp"
#include "sim/scenario/oracles/oracle_choice.hpp"

namespace seedwalk::sim {

/// The oracles of a run: hears what happens, and passes it on to each of them.
///
/// A world without oracles has nobody listen. The world outlives the set. Threads: that of the
/// world.
class oracle_set final : private world_listener {
public:
  explicit oracle_set(sim::world& world);
  ~oracle_set() override;

  /// One more. Before `begin`.
  void add(std::unique_ptr<oracle> one);
  /// Those of ours that are chosen.
  void add(const oracle_choice& chosen);
  bool empty() const { return all_.empty(); }
  /// The one of that name; null: nobody of that name watches.
  oracle* find(std::string_view name) const;

  /// What is to hear the doors of the next crawler, and will be told by `meet` which that is. Lives
  /// as long as the set.
  door_listener& next_ear();
  void meet(simulated_crawler& crawler);

  /// All crawlers are met, and nothing has happened.
  void begin(crawl_world& of);
  /// The moments of faults that have not come are others now.
  void on_redraw(crawl_world& of);
  void on_start(simulated_crawler& crawler);
  void on_crash(simulated_crawler& crawler);
  void on_recreate(simulated_crawler& crawler);

  /// Whether one of them has given the run up.
  bool has_given_up() const { return has_given_up_; }

  /// The run is over, its databases are open.
  void finish(crawl_world& of);

  /// What all of them found, in the order of the steps.
  std::vector<broken_promise> broken() const;

private:
  class ear;

  void before_step(const step_view& step) override;
  void on_step(const step_view& step) override;
  void on_advance(std::uint64_t next_step, net::instant now) override;
  const watched_crawler* crawler_of(const process& inside) const;
  void read_records(const watched_crawler& of);
  template <class Tell>
  void tell(Tell&& tell) {
    for (const auto& one : all_) {
      tell(*one);
      has_given_up_ = has_given_up_ || one->has_given_up_;
    }
  }

  sim::world& world_;
  std::vector<std::unique_ptr<oracle>> all_;
  std::deque<std::unique_ptr<ear>> ears_;
  bool listens_ = false;
  bool has_given_up_ = false;
};

} // namespace seedwalk::sim
