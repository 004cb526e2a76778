#pragma once

#include <string_view>
#include <vector>

#include "tools/examples/settings.hpp"

namespace seedwalk::examples {

/// One example: the program of its server, that of its clients, and what must hold of them.
struct example {
  std::string_view name;
  std::string_view purpose; ///< In a line.
  std::string_view bug;     ///< The planted one, in a line.
  sim::program server;
  sim::program clients;
  std::uint32_t (*members)(const settings&); ///< Clients that report.
  settings usual;                            ///< What it is simulated with.
  bool digests_agree = false;                ///< All clients have to report the same.
  /// Its server knows nothing that a crash would lose: trials kill it at drawn moments.
  bool server_may_crash = false;
};

// The promises are checked by the actors themselves: one that finds its own broken throws. That all
// clients get done is checked from outside (`trial.hpp`).
example echo_example();
example ping_pong_example();
example chat_example();
example tasks_example();
example log_example();
example http_example();
example fetch_example();

/// All of them.
const std::vector<example>& all_examples();

} // namespace seedwalk::examples
