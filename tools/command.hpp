#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/console.hpp"
#include "tools/exit_code.hpp"

namespace seedwalk::tools {

/// What a subcommand is run with.
struct invocation {
  std::vector<std::string> arguments; ///< Those behind the subcommand's name.
  console& terminal;
  environment env;
};

/// One subcommand of `seedwalk`.
struct command {
  std::string_view name;
  std::string_view summary; ///< One line, for the list of all commands.
  exit_code (*run)(invocation& invoked);
};

/// All subcommands, in the order in which the help lists them.
std::span<const command> all_commands();

/// The whole program: finds the subcommand that `arguments` (without the program's name) begin with
/// and runs it.
///
/// An unknown one is a usage error, with the name that was probably meant. Exceptions that a
/// subcommand lets out become one line on `err` and exit_code::failed. So does output that cannot
/// be written, no matter what the subcommand made of it; only where nobody reads it any more,
/// nothing is said, and exit_code::reader_left given.
exit_code run_program(std::span<const std::string> arguments, console& terminal,
                      const environment& env);

/// "seedwalk 0.1.0".
std::string version_text();

} // namespace seedwalk::tools
