#include <array>

#include "tools/command.hpp"
#include "tools/version_command.hpp"

namespace seedwalk::tools {

std::span<const command> all_commands() {
  static constexpr std::array commands = {
      command{"version", "print the version", run_version},
  };
  return commands;
}

} // namespace seedwalk::tools
