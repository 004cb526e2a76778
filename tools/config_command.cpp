#include "tools/config_command.hpp"

#include <array>
#include <ostream>

#include "tools/config_flags.hpp"
#include "tools/config_print.hpp"

namespace seedwalk::tools {

namespace {

constexpr std::string_view config_help =
    R"(The configuration of a crawl, put together from flags, SEEDWALK_* variables and a file.
Usage: seedwalk config show|check [OPTIONS]

  show   print it as a TOML file, each value with where it came from
  check  say whether a crawl would run on it

Examples:
  seedwalk config show
  seedwalk config show > seedwalk.toml
  seedwalk config check --config seedwalk.toml
)";

constexpr auto show_examples = R"(seedwalk config show
seedwalk config show --network signet --json
SEEDWALK_MAX_CONNECTIONS=100 seedwalk config show --config seedwalk.toml)";

constexpr auto check_examples = R"(seedwalk config check --config seedwalk.toml
seedwalk config check --max-connections 50)";

exit_code show(invocation& invoked) {
  command_line line{"config show", "Prints the configuration and where each value came from.",
                    show_examples};
  config_flags flags{line};
  bool as_json = false;
  line.app().add_flag("--json", as_json, "print one JSON document");
  if (const auto code = line.parse(invoked))
    return *code;
  const auto layered = flags.load(invoked.env);
  if (!layered)
    return line.refuse(invoked, layered.error());
  invoked.terminal.out << (as_json ? config_as_json(*layered) + "\n" : config_as_toml(*layered));
  // A configuration may be looked at before it is complete.
  if (const auto problem = problem_in(*layered); !problem.empty())
    invoked.terminal.err << "note: a crawl would refuse this: " << problem << '\n';
  return exit_code::done;
}

exit_code check(invocation& invoked) {
  command_line line{"config check", "Says whether a crawl would run on the configuration.",
                    check_examples};
  config_flags flags{line};
  if (const auto code = line.parse(invoked))
    return *code;
  const auto layered = flags.load(invoked.env);
  if (!layered)
    return line.refuse(invoked, layered.error());
  if (const auto problem = problem_in(*layered); !problem.empty())
    return line.refuse(invoked, problem);
  return exit_code::done;
}

} // namespace

exit_code run_config(invocation& invoked) {
  constexpr std::array<std::string_view, 2> names = {"show", "check"};
  const auto chosen = choose_subcommand(invoked, "config", names, config_help);
  if (chosen.name == "show")
    return show(invoked);
  if (chosen.name == "check")
    return check(invoked);
  return chosen.code;
}

} // namespace seedwalk::tools
