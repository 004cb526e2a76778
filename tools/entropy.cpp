#include "tools/entropy.hpp"

#include <random>

namespace seedwalk::tools {

std::uint64_t system_entropy() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

std::chrono::seconds wall_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

} // namespace seedwalk::tools
