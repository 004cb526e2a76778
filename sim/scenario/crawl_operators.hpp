#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/runtime/schedule.hpp"
#include "sim/disk/disk.hpp"
#include "sim/scenario/broken_promise.hpp"
#include "sim/scenario/control_user.hpp"
#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::sim {

class crawl_world;
class simulated_crawler;

/// What people and time do to the crawlers of a world: the operations of its scenario, each in its
/// turn. Those at a moment compete in the schedule like all other events; those at a step come
/// between two steps; those at a disk call at the moment to which that has come.
///
/// The world outlives it. Threads: that of the world.
class crawl_operators final : private event_source {
public:
  explicit crawl_operators(crawl_world& in) : world_(in) {}

  /// Before the crawlers are started: their disks' calls count from the first on.
  void prepare();

  /// Puts what has a moment into the schedule; when they have been started.
  void plan();

  /// Does what is to be done by this step; before each advance that comes to `next_step`.
  void act();
  /// The first step at which something is left to be done; the greatest number if none is.
  std::uint64_t next_step() const;

  /// How many operations have not had their turn, one of each crawler counted for itself.
  std::uint64_t left() const;

  /// What went wrong that nobody promised: a crawler that could not be started again, a write that
  /// was acknowledged and is lost, an answer that was not as awaited.
  std::vector<broken_promise> problems() const;

private:
  /// An operation for one crawler, or its second half.
  struct turn {
    std::size_t operation = 0; ///< Its place in the scenario.
    std::size_t crawler = 0;
    bool is_restart = false;
    bool is_over = false;
    std::uint64_t crashes = 0; ///< Of that crawler, when it was put into the schedule.
  };
  /// Somebody who asked, and what is awaited.
  struct question {
    std::unique_ptr<control_user> person;
    std::size_t operation = 0;
    std::string crawler;
  };

  void on_due(std::uint64_t payload) override;
  /// The step that an operation waits for; nothing if it waits for none, or has had its turn.
  std::optional<std::uint64_t> awaited_step(const turn& of) const;
  void on_disk_change(std::size_t crawler, std::uint64_t nth, const disk::entry& call);
  void carry_out(std::size_t nth);
  void restart(std::size_t crawler);
  void crash(const turn& at, const operation::crash& fate);
  void stop(std::size_t crawler, const operation::stop& asked);
  void flip(simulated_crawler& of, const operation::flip_bit& bit);
  void ask(const turn& at, const operation::control& asked);

  crawl_world& world_;
  std::vector<turn> turns_;
  std::vector<schedule::lane> lanes_;    ///< One a crawler: what has a moment.
  std::vector<schedule::lane> restarts_; ///< The same.
  std::vector<std::uint64_t> crashes_;   ///< The same.
  std::vector<std::uint64_t> signals_;   ///< That each was sent since it was started.
  std::vector<question> questions_;
  std::vector<broken_promise> problems_;
};

/// Where a crawler of a scenario listens for operators.
std::string control_path_of(const std::string& crawler);

} // namespace seedwalk::sim
