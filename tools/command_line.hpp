#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tools/command.hpp"

namespace seedwalk::tools {

/// The arguments of one subcommand: a CLI11 parser that speaks and fails the way all of ours do.
///
///     command_line line{"db stats", "Counts what a database knows.",
///                       "seedwalk db stats --db ~/.seedwalk"};
///     line.app().add_option("--db", folder, "the database's folder");
///     if (auto code = line.parse(invoked))
///       return *code;
///
/// Help goes to stdout and is exit_code::done. A mistake is one line on stderr that names the
/// command and the argument, with a hint where help is, and exit_code::usage.
class command_line {
public:
  /// `examples`: one command a line, shown at the end of the help.
  command_line(std::string name, std::string purpose, std::string examples);

  /// Where options and positional arguments are declared.
  CLI::App& app() { return app_; }

  /// Leaves an option out of --help; --help-all lists it.
  void hide(CLI::Option* option);

  /// Reads `invoked.arguments`. Nothing: all is well, go on. Else: end with this.
  std::optional<exit_code> parse(const invocation& invoked);

  /// Says what is wrong with the arguments, as `parse` does, and gives exit_code::usage.
  exit_code refuse(const invocation& invoked, const std::string& message) const;

private:
  /// What to say of the first argument that looks like an option and is none; empty: there is none.
  std::string unknown_option(const std::vector<std::string>& arguments) const;

  std::string name_;
  CLI::App app_;
  std::vector<CLI::Option*> hidden_;
  bool help_all_ = false;
};

/// Removes the first of `arguments` and gives it back if it is one of `names`: for commands of
/// commands, as in `seedwalk db stats`. Without a match it is told on stderr what there is, or, for
/// --help, printed on stdout as `help`; then `code` is what to end with.
struct chosen_subcommand {
  std::string name;
  exit_code code = exit_code::done;
};

chosen_subcommand choose_subcommand(invocation& invoked, std::string_view command,
                                    std::span<const std::string_view> names, std::string_view help);

} // namespace seedwalk::tools
