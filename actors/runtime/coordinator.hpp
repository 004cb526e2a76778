#pragma once

#include <optional>

#include <caf/detail/simple_actor_clock.hpp>
#include <caf/execution_unit.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include "net/base/instant.hpp"

namespace seedwalk::sim {

class process;

/// CAF's clock, for actors that use `delayed_send` and request timeouts: it stands where the
/// world's time stands.
class step_clock final : public caf::detail::simple_actor_clock {
public:
  time_point now() const noexcept override { return now_; }
  void advance(net::steady_time to);
  std::optional<net::steady_time> next_due() const;

private:
  // CAF takes the epoch for "no time", so its time points are one nanosecond ahead of ours.
  time_point now_{std::chrono::nanoseconds{1}};
};

/// Stands in for CAF's scheduler in one actor system and passes every runnable actor on to its
/// process. Queue, order, time and chain are the world's.
class coordinator final : public caf::scheduler::abstract_coordinator {
public:
  coordinator(caf::actor_system& system, sim::process& process);
  ~coordinator() override;

  void start() override;
  void stop() override;
  void enqueue(caf::resumable* resumable) override;
  bool detaches_utility_actors() const override { return false; }
  step_clock& clock() noexcept override { return clock_; }
  caf::execution_unit& unit() { return unit_; }

private:
  struct worker final : caf::execution_unit {
    worker(caf::actor_system& system, coordinator& owner)
        : caf::execution_unit(&system), owner_(owner) {}
    void exec_later(caf::resumable* resumable) override { owner_.enqueue(resumable); }
    coordinator& owner_;
  };

  process& process_;
  worker unit_;
  step_clock clock_;
};

} // namespace seedwalk::sim
