#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "actors/config/config_table.hpp"

namespace seedwalk::actors {

/// What one source (a file, the environment, the flags) says of one option.
struct config_setting {
  option_texts texts;
  std::string place; ///< To be found there: "seedwalk.toml:12", "SEEDWALK_DB", "--db".
};

/// What one source says, by path.
using config_layer = std::map<std::string, config_setting, std::less<>>;

/// Reads the TOML `text` of a configuration file that is called `name` in errors.
///
/// Nothing is passed over: an unknown key, a value of another type, an empty text and broken TOML
/// are errors, each one line that begins with the file's name and the number of the line. A byte
/// order mark and CRLF are as good as none and LF; TOML that is nested as no configuration is, is
/// refused before it is parsed (toml_bounds.hpp).
tl::expected<config_layer, std::string> read_config_text(std::string_view text,
                                                         std::string_view name);

} // namespace seedwalk::actors
