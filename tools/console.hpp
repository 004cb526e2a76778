#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seedwalk::tools {

/// Looks up a variable of the environment; nothing where it is not set.
using environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The process's own environment.
environment process_environment();

/// The names of the process's own variables that begin so.
std::vector<std::string> process_variables(std::string_view beginning);

/// Where a subcommand writes: data to `out`, all else (progress, logs, errors) to `err`.
struct console {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colour = false; ///< Whether what goes to `err` may be coloured: a terminal, and no NO_COLOR.
};

/// Standard output and standard error. NO_COLOR (set, and not empty) or TERM=dumb turn colours off.
console process_console(const environment& env);

/// `text` between the codes of bold, where the console may be coloured.
std::string bold(const console& c, const std::string& text);

} // namespace seedwalk::tools
