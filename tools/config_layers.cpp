#include "tools/config_layers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "actors/config/config_table.hpp"
#include "actors/config/config_text.hpp"
#include "actors/runtime/control.hpp"
#include "net/base/closest_name.hpp"
#include "net/base/whole_file.hpp"

namespace seedwalk::tools {

namespace {

using actors::config_layer;
using actors::config_option;
using actors::option_texts;
using actors::value_kind;

/// A configuration is read whole into memory; one larger than that is another file, and could not
/// be reloaded either.
constexpr std::size_t max_config_bytes = net::reload_requested::max_contents_bytes;

/// The value as it stands where it came from, to begin an error with.
std::string quoted_setting(const config_option& option, const value_origin& origin,
                           const option_texts& texts) {
  const auto value = fmt::format("{}", fmt::join(texts, ","));
  switch (origin.source) {
  case value_source::file:
    return fmt::format("{}: {} = {}", origin.place, option.path, value);
  case value_source::variable:
    return fmt::format("{}={}", origin.place, value);
  case value_source::flag:
    return option.kind == value_kind::boolean || option.kind == value_kind::list
               ? origin.place
               : fmt::format("{} {}", origin.place, value);
  case value_source::built_in:
    break;
  }
  return fmt::format("--{}", option.flag);
}

} // namespace

value_source layered_config::source_of(std::string_view path) const {
  const auto table = actors::config_table();
  const auto option = std::ranges::find(table, path, &config_option::path);
  return origins.at(static_cast<std::size_t>(option - table.begin())).source;
}

std::string_view name_of(value_source source) {
  constexpr std::array<std::string_view, 4> names = {"default", "file", "environment", "flag"};
  return names.at(static_cast<std::size_t>(source));
}

config_layer read_environment(const environment& env) {
  config_layer layer;
  for (const auto& option : actors::config_table()) {
    const auto name = actors::environment_name(option);
    const auto value = env(name);
    if (!value)
      continue;
    layer[std::string{option.path}] = {
        option.kind == value_kind::list ? actors::split_list(*value) : option_texts{*value}, name};
  }
  return layer;
}

tl::expected<config_layer, std::string> read_config_file(const std::string& path) {
  const auto text = net::read_whole_file(path, {max_config_bytes});
  if (!text)
    return tl::unexpected(fmt::format("{}: the configuration {}", path, text.error().message));
  return actors::read_config_text(*text, path);
}

std::string misspelt_variable(std::span<const std::string> names) {
  // Within two slips of an option it is that option; what is further away may be somebody else's.
  constexpr std::size_t slips = 2;
  std::vector<std::string> known = {"SEEDWALK_CONFIG"};
  for (const auto& option : actors::config_table())
    known.push_back(actors::environment_name(option));
  for (const auto& name : names) {
    if (std::ranges::find(known, name) != known.end())
      continue;
    for (const auto& option : known)
      if (net::edits_between(name, option) <= slips)
        return fmt::format("{} is no option; did you mean {}? Unset it where it is somebody else's",
                           name, option);
  }
  return {};
}

std::string default_database_path(const environment& env, std::string_view network) {
  if (const auto data = env("XDG_DATA_HOME"); data && !data->empty())
    return fmt::format("{}/seedwalk/{}", *data, network);
  if (const auto home_folder = env("HOME"); home_folder && !home_folder->empty())
    return fmt::format("{}/.local/share/seedwalk/{}", *home_folder, network);
  return fmt::format("seedwalk-{}", network);
}

tl::expected<layered_config, std::string> merge_layers(const config_layers& layers,
                                                       const environment& env) {
  const std::array<std::pair<const config_layer*, value_source>, 3> strongest_first = {{
      {&layers.flags, value_source::flag},
      {&layers.variables, value_source::variable},
      {&layers.file, value_source::file},
  }};
  layered_config merged;
  for (const auto& option : actors::config_table()) {
    auto& origin = merged.origins.emplace_back();
    for (const auto& [layer, source] : strongest_first) {
      const auto found = layer->find(option.path);
      if (found == layer->end())
        continue;
      origin = {source, found->second.place};
      if (const auto empty = actors::emptiness_in(option, found->second.texts); !empty.empty())
        return tl::unexpected(fmt::format("{} {}", found->second.place, empty));
      if (const auto done = option.set(merged.config, found->second.texts); !done)
        return tl::unexpected(fmt::format(
            "{}: {}", quoted_setting(option, origin, found->second.texts), done.error()));
      break;
    }
  }
  auto& path = merged.config.storage.path;
  if (path.empty())
    path = default_database_path(env, merged.config.network.name);
  return merged;
}

std::string problem_in(const layered_config& layered) {
  const auto valid = actors::validate(layered.config);
  if (valid)
    return {};
  const auto table = actors::config_table();
  const auto option = std::ranges::find(table, valid.error().option, &config_option::path);
  if (option == table.end())
    return fmt::format("{}: {}", valid.error().option, valid.error().message);
  const auto& origin = layered.origins[static_cast<std::size_t>(option - table.begin())];
  return fmt::format("{}: {}", quoted_setting(*option, origin, option->get(layered.config)),
                     valid.error().message);
}

} // namespace seedwalk::tools
