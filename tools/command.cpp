#include "tools/command.hpp"

#include <algorithm>
#include <exception>
#include <ostream>

#include <fmt/format.h>

namespace seedwalk::tools {

namespace {

/// Levenshtein's distance: insertions, deletions and substitutions from one to the other.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j != row.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

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
  const auto meant = closest_name(typed, names);
  terminal.err << fmt::format("seedwalk: unknown command \"{}\"{}; see seedwalk --help\n", typed,
                              meant.empty() ? "" : fmt::format(", did you mean \"{}\"?", meant));
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
  invocation how{{arguments.begin() + 1, arguments.end()}, terminal, env};
  if (asks_for_help)
    how.arguments = {"--help"};
  try {
    return found->run(how);
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

std::string closest_name(std::string_view typed, std::span<const std::string_view> names) {
  std::string_view best;
  // Half of the letters wrong may be a slip (two letters that changed places are two wrong ones);
  // more is another word.
  std::size_t fewest = std::max<std::size_t>(typed.size() / 2, 1) + 1;
  for (const auto name : names) {
    const auto edits = edits_between(typed, name);
    if (edits < fewest) {
      fewest = edits;
      best = name;
    }
  }
  return std::string{best};
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
