#include "tools/version_command.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "tools/command_line.hpp"

namespace seedwalk::tools {

exit_code run_version(invocation& invoked) {
  command_line line{"version", "Prints the version, and the compiler that built it.",
                    "seedwalk version\nseedwalk version --json"};
  bool as_json = false;
  line.app().add_flag("--json", as_json, "print one JSON document");
  if (const auto code = line.parse(invoked))
    return *code;
  if (as_json)
    invoked.terminal.out << nlohmann::json{{"version", SEEDWALK_VERSION}, {"compiler", __VERSION__}}
                         << '\n';
  else
    invoked.terminal.out << version_text() << ", built with " << __VERSION__ << '\n';
  return exit_code::done;
}

} // namespace seedwalk::tools
