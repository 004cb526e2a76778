#include "actors/config/crawl_recipe.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "actors/config/config_file.hpp"
#include "actors/config/config_table.hpp"

namespace seedwalk::actors {

namespace {

/// Beginnings of the paths of options that hold for a whole run.
constexpr std::array<std::string_view, 4> fixed = {"network.", "storage.", "run.", "start."};

bool is_fixed(std::string_view path) {
  if (path == "peers.exclude_file")
    return true;
  if (path == "run.hold" || path == "network.only" || path == "network.tor_proxy")
    return false;
  return std::any_of(fixed.begin(), fixed.end(),
                     [&](auto beginning) { return path.starts_with(beginning); });
}

} // namespace

tl::expected<crawl_config, std::string>
reconfigured(const crawl_recipe& recipe, std::string_view contents, std::string_view name) {
  const auto file = read_config_text(contents, name);
  if (!file)
    return tl::unexpected(file.error());
  crawl_config next;
  for (const auto& option : config_table()) {
    if (recipe.pinned.contains(option.path)) {
      if (const auto kept = option.set(next, option.get(recipe.config)); !kept)
        return tl::unexpected(fmt::format("{}: {}", option.path, kept.error()));
      continue;
    }
    const auto said = file->find(option.path);
    if (said == file->end())
      continue;
    if (const auto set = option.set(next, said->second.texts); !set)
      return tl::unexpected(
          fmt::format("{}: {}: {}", said->second.place, option.path, set.error()));
  }
  if (next.storage.path.empty())
    next.storage.path = recipe.config.storage.path;
  for (const auto& option : config_table())
    if (is_fixed(option.path) && option.get(next) != option.get(recipe.config))
      return tl::unexpected(
          fmt::format("{}: {} cannot change while a crawl runs: stop it and start it again", name,
                      option.path));
  const auto& begun = recipe.config.limits;
  if (next.limits.max_connections > begun.max_connections ||
      next.limits.over_capacity > begun.over_capacity)
    return tl::unexpected(
        fmt::format("{}: limits.max_connections and limits.over_capacity cannot grow beyond {} and "
                    "{}, which this crawl was started with",
                    name, begun.max_connections, begun.over_capacity));
  if (const auto valid = validate(next); !valid)
    return tl::unexpected(
        fmt::format("{}: {}: {}", name, valid.error().option, valid.error().message));
  return next;
}

} // namespace seedwalk::actors
