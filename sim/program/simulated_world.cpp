#include "sim/program/simulated_world.hpp"

#include <algorithm>
#include <utility>

namespace seedwalk::sim {

simulated_world::simulated_world(const options& o)
    : world_({.seed = o.seed,
              .schedule = o.schedule,
              .deep = o.deep,
              .wall = o.wall,
              .order = o.order}),
      simulation_(o.costs, world_), internet_(o.network, world_.events()) {
  internet_.set_faults(o.faults);
}

simulated_host& simulated_world::add(simulated_host::options o) {
  hosts_.push_back({std::make_unique<simulated_host>(world_, internet_, std::move(o))});
  return *hosts_.back().host;
}

bool simulated_world::run(net::steady_time limit) {
  run([this] { return over(); }, limit);
  return over();
}

bool simulated_world::run(const std::function<bool()>& done, net::steady_time limit) {
  for (auto& [host, was_started] : hosts_)
    if (!std::exchange(was_started, true) && !host->is_started())
      host->start();
  return simulation_.run(done, limit);
}

bool simulated_world::over() const {
  return std::all_of(hosts_.begin(), hosts_.end(),
                     [](const auto& one) { return one.host->inside().actors() == 0; });
}

} // namespace seedwalk::sim
