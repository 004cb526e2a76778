#include "actors/runtime/checkpoint.hpp"

namespace seedwalk::sim {

std::vector<std::string> recreate(sim::process& process, const actor_kinds& kinds) {
  const auto captured = process.capture(process::captured_set::with_observers);
  process.kill();
  process.start();
  std::vector<std::string> lost;
  for (const auto& actor : captured)
    if (!kinds.restore(process, actor))
      lost.push_back(actor.name);
  return lost;
}

} // namespace seedwalk::sim
