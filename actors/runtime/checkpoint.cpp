#include "actors/runtime/checkpoint.hpp"

namespace seedwalk::sim {

std::vector<std::string> recreate(world& home, process& where, const actor_kinds& kinds) {
  const auto captured = home.capture(world::captured_set::with_observers);
  where.kill();
  where.start();
  std::vector<std::string> lost;
  for (const auto& actor : captured)
    if (!kinds.restore(home, actor))
      lost.push_back(actor.name);
  return lost;
}

} // namespace seedwalk::sim
