#pragma once

#include <string>

#include "tools/command.hpp"
#include "tools/console.hpp"
#include "tools/exit_code.hpp"
#include "tools/zoo_server.hpp"

namespace seedwalk::tools {

/// What `seedwalk zoo` is told.
struct zoo_options {
  zoo_server_options server; ///< --nodes, --seed, --port, --addresses, --kind NAME=PARTS, --pace.
  std::string network = "regtest"; ///< For the line that says how to crawl it.
  bool json = false;
  bool quiet = false;
};

/// Serves a zoo until SIGINT or SIGTERM: says on stderr (with `json`: in the first line of stdout)
/// how to crawl it, and at the end what it has seen. exit_code::usage if it cannot listen,
/// exit_code::invariant_broken if a crawler of it broke the protocol.
exit_code run_zoo(const zoo_options& options, console& terminal);

/// `seedwalk zoo`: reads the options, then the same.
exit_code run_zoo(invocation& invoked);

} // namespace seedwalk::tools
