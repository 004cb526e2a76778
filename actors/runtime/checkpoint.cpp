#include "actors/runtime/checkpoint.hpp"

namespace seedwalk::sim {

std::vector<std::string> recreate(process& where, const actor_kinds& kinds) {
  const auto captured = where.capture(process::captured_set::with_observers);
  where.kill();
  where.start();
  std::vector<std::string> lost;
  for (const auto& actor : captured)
    if (!kinds.restore(where, actor))
      lost.push_back(actor.name);
  return lost;
}

} // namespace seedwalk::sim
