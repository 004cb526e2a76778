// A program of somebody else's: CAF actors in a simulated world, and nothing of the crawler. It is
// linked with seedwalk::sim alone; that it links, and what it asks the linker for, is the test.

#include <chrono>
#include <cstdio>

#include <caf/all.hpp>

#include "actors/runtime/process.hpp"
#include "actors/runtime/simulation.hpp"
#include "actors/runtime/world.hpp"
#include "sim/network/internet.hpp"
#include "sim/network/network.hpp"

namespace {

caf::behavior sleeper(caf::event_based_actor* self, int* hours) {
  self->delayed_send(self, std::chrono::hours{1}, caf::ok_atom::value);
  return {[self, hours](caf::ok_atom) {
    if (++*hours != 24)
      self->delayed_send(self, std::chrono::hours{1}, caf::ok_atom::value);
  }};
}

} // namespace

int main() {
  using namespace seedwalk;
  sim::world world({.seed = 7, .schedule = sim::strategy::uniform});
  sim::simulation driver(world);
  sim::process program(world);
  sim::internet outside({}, world.events());
  sim::network door(outside, program);
  int hours = 0;
  program.system().spawn(sleeper, &hours);
  const auto nobody = door.connect(net::ipv4_endpoint(0xcb007101, 1), std::chrono::seconds{5}, {});
  while (driver.advance()) {
  }
  std::printf("%d hours, connection %llu\n", hours, static_cast<unsigned long long>(nobody.value));
  return hours == 24 ? 0 : 1;
}
