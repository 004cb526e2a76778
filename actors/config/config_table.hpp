#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "actors/config/crawl_config.hpp"

namespace seedwalk::actors {

/// How a value is written in a file. On the command line and in the environment all are texts.
enum class value_kind : std::uint8_t {
  boolean, ///< true
  integer, ///< 500
  text,    ///< "30s"
  list,    ///< ["127.0.0.1:8333"]: an array of texts
  numbers, ///< [1, 2]: an array of whole numbers; no option of a configuration has it
};

/// The texts of one value: exactly one, or any number of a list.
using option_texts = std::vector<std::string>;

/// One thing that can be configured: the only place where it is named and described. Flags, the
/// environment, files, `config show` and the help are made from this.
struct config_option {
  std::string_view path;  ///< In a file: "limits.max_connections" is max_connections in [limits].
  std::string_view flag;  ///< On the command line, behind "--": "max-connections".
  std::string_view value; ///< What stands for the value in the help: "N", "DURATION".
  std::string_view help;
  bool common = false; ///< Listed by --help; the others only by --help-all and `config show`.
  value_kind kind = value_kind::text;

  /// Puts what the texts say into a configuration, or says what is wrong with them: half a
  /// sentence, to stand behind the name. `network.name` must have been set before the others: it
  /// decides the port of addresses without one.
  std::function<tl::expected<void, std::string>(crawl_config&, const option_texts&)> set;

  /// The texts which `set` would read as the value in a configuration.
  std::function<option_texts(const crawl_config&)> get;
};

/// What is wrong with the texts of one value if one of them is empty; else nothing. No value that a
/// person gives is an empty text: it is what a shell makes of a variable that is not set, and would
/// stand for the default, which is somebody else's database, or for no file of those who are not to
/// be visited.
std::string emptiness_in(const config_option& option, const option_texts& texts);

/// All options, in the order of `config show`; `network.name` is the first.
std::span<const config_option> config_table();

/// The option of that path; null if there is none.
const config_option* find_option(std::string_view path);

/// "SEEDWALK_MAX_CONNECTIONS" for the flag "max-connections".
std::string environment_name(const config_option& option);

} // namespace seedwalk::actors
