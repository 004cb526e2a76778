#include <array>

#include "tools/command.hpp"
#include "tools/config_command.hpp"
#include "tools/version_command.hpp"

namespace seedwalk::tools {

std::span<const command> all_commands() {
  static constexpr std::array commands = {
      command{"config", "show the configuration of a crawl, and where each value came from",
              run_config},
      command{"version", "print the version", run_version},
  };
  return commands;
}

} // namespace seedwalk::tools
