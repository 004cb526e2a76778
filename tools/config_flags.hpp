#pragma once

#include <list>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "tools/command_line.hpp"
#include "tools/config_layers.hpp"

namespace seedwalk::tools {

/// The flags of a command that takes a crawl's configuration: one for each option of the table, and
/// `--config FILE`.
///
///     command_line line{"crawl", ...};
///     config_flags flags{line};
///     if (auto code = line.parse(invoked))
///       return *code;
///     auto layered = flags.load(invoked.env);
///     if (!layered)
///       return line.refuse(invoked, layered.error());
///
/// Lives as long as the parser that it was declared to.
class config_flags {
public:
  /// Declares all flags, or only those of the options whose paths are in `only`.
  explicit config_flags(command_line& line, std::vector<std::string_view> only = {});

  config_flags(const config_flags&) = delete;
  config_flags& operator=(const config_flags&) = delete;

  /// After parsing: flags over SEEDWALK_* over the file (`--config`, else SEEDWALK_CONFIG, else
  /// none) over defaults. The error is one line. Whether a crawl can run on it is `problem_in`'s
  /// question.
  tl::expected<layered_config, std::string> load(const environment& env) const;

  /// The file that `load` reads; empty: none.
  std::string file(const environment& env) const;

private:
  struct flag {
    const actors::config_option* option;
    CLI::Option* parsed = nullptr;
    std::string boolean; ///< "true" or "false", where the flag takes no value.
    std::vector<std::string> texts;
  };

  void declare(command_line& line, flag& f);
  actors::config_layer layer() const;

  std::string file_;
  CLI::Option* file_option_ = nullptr;
  std::list<flag> flags_; ///< A list: the parser holds pointers into it.
};

} // namespace seedwalk::tools
