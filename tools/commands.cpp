#include <array>

#include "tools/command.hpp"
#include "tools/config_command.hpp"
#include "tools/crawl_command.hpp"
#include "tools/db_command.hpp"
#include "tools/replay_command.hpp"
#include "tools/version_command.hpp"

namespace seedwalk::tools {

std::span<const command> all_commands() {
  static constexpr std::array commands = {
      command{"crawl", "walk a network into a database", run_crawl},
      command{"config", "show the configuration of a crawl, and where each value came from",
              run_config},
      command{"db", "look into a database, or into that of a crawl that runs", run_db},
      command{"replay", "run a recorded crawl again and compare every step", run_replay},
      command{"version", "print the version", run_version},
  };
  return commands;
}

} // namespace seedwalk::tools
