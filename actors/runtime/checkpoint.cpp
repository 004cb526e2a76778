#include "actors/runtime/checkpoint.hpp"

namespace seedwalk::sim {

std::vector<std::string> recreate(sim::process& process, const actor_kinds& kinds) {
  const auto captured = process.capture(process::captured_set::with_observers);
  process.kill();
  process.start();
  return kinds.restore_all(process, captured);
}

} // namespace seedwalk::sim
