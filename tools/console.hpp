#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tools/standard_streams.hpp"
#include "tools/terminal_writer.hpp"

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
  bool in_place =
      false; ///< Whether a line on `err` can be drawn anew: a terminal, and not a dumb one.
  bool colour = false;  ///< Whether output may be coloured: `in_place`, and no NO_COLOR.
  bool unicode = false; ///< Whether `err` shows more than ASCII.

  /// Who writes what goes to `err`; null: a test's stream does.
  terminal_writer* writer = nullptr;
  /// What `out` is buffered in; null likewise.
  output_buffer* out_buffer = nullptr;
  /// A thread of ours waits for somebody who does not read, so the process must end by `_exit`.
  bool abandoned = false;
};

/// Standard output and standard error of this process.
///
/// Errors of writing to standard output are thrown as output_error by the printing itself. What
/// goes to standard error is written by a terminal_writer. NO_COLOR (set, and not empty) turns
/// colours off; TERM=dumb, or none, all escape sequences; LC_ALL, LC_CTYPE and LANG say whether
/// more than ASCII is shown.
class process_streams {
public:
  explicit process_streams(const environment& env);

  console& terminal() { return console_; }

  /// Waits, not for ever, until all is written, and ends the process if somebody does not read.
  int leave(int code);

private:
  output_buffer out_buffer_;
  std::ostream out_;
  terminal_writer writer_;
  line_buffer err_buffer_;
  std::ostream err_;
  console console_;
};

/// `text` between the codes of bold, where the console may be coloured.
std::string bold(const console& c, const std::string& text);

} // namespace seedwalk::tools
