#pragma once

#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "actors/config/config_file.hpp"
#include "actors/config/crawl_config.hpp"
#include "tools/console.hpp"

namespace seedwalk::tools {

/// Which layer a value came from; the later, the stronger.
enum class value_source { built_in, file, variable, flag };

/// "default", "file", "environment", "flag".
std::string_view name_of(value_source source);

/// Where a value came from.
struct value_origin {
  value_source source = value_source::built_in;
  std::string place; ///< "seedwalk.toml:12", "SEEDWALK_DB", "--db"; empty for defaults.
};

/// A configuration, and where each of its values came from.
struct layered_config {
  actors::crawl_config config;
  std::vector<value_origin> origins; ///< In the order of actors::config_table().

  /// Where the value of the option of that path came from.
  value_source source_of(std::string_view path) const;
};

/// What sources say, the weakest first: file, environment, flags.
struct config_layers {
  actors::config_layer file;
  actors::config_layer variables;
  actors::config_layer flags;
};

/// What the SEEDWALK_* variables say. Items of lists are separated by commas.
actors::config_layer read_environment(const environment& env);

/// What is wrong with the first of the variables `names` that resembles an option's and is none's;
/// empty if there is no such. What resembles no option is passed over: others may use it.
std::string misspelt_variable(std::span<const std::string> names);

/// The file at `path`. The error is one line.
tl::expected<actors::config_layer, std::string> read_config_file(const std::string& path);

/// Where the database of `network` is unless something else is said: below $XDG_DATA_HOME, or
/// ~/.local/share, or where we are if there is no home.
std::string default_database_path(const environment& env, std::string_view network);

/// The configuration that the layers make together. The error is one line that names the value
/// where it stands: `--max-connections 0: must be from 1 to 1000000`.
tl::expected<layered_config, std::string> merge_layers(const config_layers& layers,
                                                       const environment& env);

/// What forbids a crawl on that configuration, said as by `merge_layers`; empty if nothing does.
std::string problem_in(const layered_config& layered);

} // namespace seedwalk::tools
