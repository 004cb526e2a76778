#include "actors/runtime/coordinator.hpp"

#include <algorithm>

#include <caf/actor_system.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>

#include "actors/runtime/process.hpp"

namespace seedwalk::sim {

namespace {

/// CAF's base class would spawn a printer on a thread of its own. Nobody prints here.
class silent_printer final : public caf::monitorable_actor {
public:
  explicit silent_printer(caf::actor_config& config) : caf::monitorable_actor(config) {}
  void enqueue(caf::mailbox_element_ptr, caf::execution_unit*) override {}
};

} // namespace

void step_clock::advance(net::steady_time to) {
  now_ = std::max(now_, time_point{to + std::chrono::nanoseconds{1}});
  trigger_expired_timeouts();
}

std::optional<net::steady_time> step_clock::next_due() const {
  if (schedule_.empty())
    return std::nullopt;
  return schedule_.begin()->first.time_since_epoch() - std::chrono::nanoseconds{1};
}

coordinator::coordinator(caf::actor_system& system, sim::process& process)
    : abstract_coordinator(system), process_(process), unit_(system, *this) {
  process_.coordinator_ = this;
  // A system that starts late, as after a kill, starts at the world's time.
  clock_.advance(process_.world().now().steady);
}

coordinator::~coordinator() {
  process_.coordinator_ = nullptr;
}

void coordinator::start() {
  caf::actor_config config{&unit_};
  auto& s = system();
  utility_actors_[printer_id] =
      caf::make_actor<silent_printer, caf::actor>(s.next_actor_id(), s.node(), &s, config);
}

void coordinator::stop() {
  process_.close();
  clock_.cancel_all();
}

void coordinator::enqueue(caf::resumable* resumable) {
  process_.became_runnable(resumable);
}

} // namespace seedwalk::sim
