#include "tools/command.hpp"

#include <algorithm>
#include <exception>
#include <ostream>

#include <fmt/format.h>

#include "net/base/closest_name.hpp"

namespace seedwalk::tools {

namespace {

std::string program_help() {
  std::string text = "seedwalk walks the Bitcoin network, remembers its nodes, and replays what it "
                     "did.\n\nUsage: seedwalk COMMAND [OPTIONS]\n\nCommands:\n";
  for (const auto& c : all_commands())
    text += fmt::format("  {:<9} {}\n", c.name, c.summary);
  text +=
      "\nOptions:\n"
      "  --help     this text; seedwalk COMMAND --help explains a command, with examples\n"
      "  --version  the version\n"
      "\nExit codes: 0 done, 1 failed, 2 usage or bad configuration, 10 an invariant was broken "
      "or an\nactor failed, 11 no progress, 12 two runs that should be equal differ, 13 a "
      "recording or a\ndatabase is damaged, 130 interrupted (one signal ends a crawl in order, "
      "with "
      "0; the second at\nonce, with 130), 141 nobody reads standard output any more.\n";
  return text;
}

exit_code unknown_command(const std::string& typed, console& terminal) {
  std::vector<std::string_view> names;
  for (const auto& c : all_commands())
    names.push_back(c.name);
  terminal.err << fmt::format("seedwalk: unknown command \"{}\"{}; see seedwalk --help\n", typed,
                              net::did_you_mean(typed, names));
  return exit_code::usage;
}

exit_code run_command(std::span<const std::string> arguments, console& terminal,
                      const environment& env) {
  if (arguments.empty()) {
    terminal.err << program_help();
    return exit_code::usage;
  }
  const auto& first = arguments.front();
  if (first == "--help" || first == "-h" || (first == "help" && arguments.size() == 1)) {
    terminal.out << program_help();
    return exit_code::done;
  }
  if (first == "--version" || first == "-V") {
    terminal.out << version_text() << '\n';
    return exit_code::done;
  }
  const bool asks_for_help = first == "help";
  const auto& name = asks_for_help ? arguments[1] : first;
  const auto commands = all_commands();
  const auto found = std::ranges::find(commands, name, &command::name);
  if (found == commands.end())
    return unknown_command(name, terminal);
  invocation invoked{{arguments.begin() + 1, arguments.end()}, terminal, env};
  if (asks_for_help)
    invoked.arguments = {"--help"};
  try {
    return found->run(invoked);
  } catch (const output_error&) {
    throw;
  } catch (const std::exception& e) {
    terminal.err << fmt::format("seedwalk {}: {}\n", name, e.what());
    return exit_code::failed;
  }
}

} // namespace

std::string version_text() {
  return "seedwalk " SEEDWALK_VERSION;
}

exit_code run_program(std::span<const std::string> arguments, console& terminal,
                      const environment& env) {
  auto code = exit_code::done;
  try {
    code = run_command(arguments, terminal, env);
    terminal.out.flush();
    return code;
  } catch (const output_error& e) {
    if (!e.reader_left())
      terminal.err << fmt::format("seedwalk: {}\n", e.what());
    if (code != exit_code::done)
      return code;
    return e.reader_left() ? exit_code::reader_left : exit_code::failed;
  }
}

} // namespace seedwalk::tools
