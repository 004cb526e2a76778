#pragma once

#include <string>

#include "tools/config_layers.hpp"

namespace seedwalk::tools {

/// The configuration as a TOML file that `--config` reads back, each value with what it is and
/// where it came from as comments.
std::string config_as_toml(const layered_config& layered);

/// One JSON document: {"limits.max_connections": {"value": 500, "source": "flag", "where":
/// "--max-connections"}, ...}.
std::string config_as_json(const layered_config& layered);

} // namespace seedwalk::tools
