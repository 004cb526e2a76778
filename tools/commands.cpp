#include <array>

#include "tools/bench_command.hpp"
#include "tools/command.hpp"
#include "tools/config_command.hpp"
#include "tools/crawl_command.hpp"
#include "tools/ctl_command.hpp"
#include "tools/db_command.hpp"
#include "tools/replay_command.hpp"
#include "tools/sim_command.hpp"
#include "tools/trace_command.hpp"
#include "tools/version_command.hpp"
#include "tools/wire_command.hpp"
#include "tools/zoo_command.hpp"

namespace seedwalk::tools {

std::span<const command> all_commands() {
  static constexpr std::array commands = {
      command{"crawl", "walk a network into a database", run_crawl},
      command{"config", "show the configuration of a crawl, and where each value came from",
              run_config},
      command{"db", "look into a database, or into that of a crawl that runs", run_db},
      command{"ctl", "talk to a running crawl: status, peers, bans, reload", run_ctl},
      command{"replay", "run a recorded crawl again and compare every step", run_replay},
      command{"sim", "crawl in the simulator: one run, each seed twice, or many seeds", run_sim},
      command{"trace", "see what happened in a simulated run: as text, as a page", run_trace},
      command{"zoo", "serve simulated nodes on loopback ports",
              [](invocation& invoked) { return run_zoo(invoked); }},
      command{"wire", "the bytes of a connection to JSON lines, and back", run_wire},
      command{"bench", "measure what this program costs, beside baselines", run_bench},
      command{"version", "print the version", run_version},
  };
  return commands;
}

} // namespace seedwalk::tools
