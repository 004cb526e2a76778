#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>
#include <toml++/toml.h>

#include "actors/config/config_file.hpp"

// What those share that read and write TOML with the parser's own types: configuration files and
// scenario files. The parser's header is a large one; config_file.hpp does without it.

namespace seedwalk::actors {

/// "a whole number", "a text in quotes", ...: what a value of that kind must be.
std::string_view kind_name(value_kind kind);

/// The texts of a value in a file; nothing if it is of another kind.
std::optional<option_texts> texts_of(const toml::node& value, value_kind kind);

/// Parses a text that is called `name` in errors, each of which is one line with the number of the
/// line. TOML that is nested too deep is refused before it is parsed (toml_bounds.hpp).
tl::expected<toml::table, std::string> parse_toml(std::string_view text, std::string_view name);

/// What a table says that is, or stands for, a configuration file. Errors as of
/// `read_config_text`.
tl::expected<config_layer, std::string> read_config_table(const toml::table& table,
                                                          std::string_view name);

} // namespace seedwalk::actors
