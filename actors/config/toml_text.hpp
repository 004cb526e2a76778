#pragma once

#include <string>
#include <string_view>

#include "actors/config/config_table.hpp"

namespace seedwalk::actors {

/// A basic string of TOML 1.0, quotes included.
std::string toml_string(std::string_view text);

/// The texts of a value as TOML has a value of that kind.
std::string toml_value(value_kind kind, const option_texts& texts);

} // namespace seedwalk::actors
