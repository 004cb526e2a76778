#include "actors/config/config_file.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "actors/config/toml_values.hpp"
#include "net/base/closest_name.hpp"
#include "net/base/stranger_text.hpp"

namespace seedwalk::actors {

namespace {

bool is_table_of_options(std::string_view path) {
  return std::ranges::any_of(config_table(), [path](const config_option& o) {
    return o.path.size() > path.size() && o.path.starts_with(path) && o.path[path.size()] == '.';
  });
}

std::string unknown_key(std::string_view path) {
  constexpr std::size_t quoted_bytes = 80;
  std::vector<std::string_view> paths;
  for (const auto& option : config_table())
    paths.push_back(option.path);
  return fmt::format("unknown key \"{}\"{}; seedwalk config show lists all",
                     net::printable(path, quoted_bytes), net::did_you_mean(path, paths));
}

class file_walk {
public:
  explicit file_walk(std::string_view name) : name_(name) {}

  /// Takes all values of `table`, whose own path with a dot behind it is `prefix`. False after the
  /// first error.
  bool take(const toml::table& table, const std::string& prefix) {
    return std::ranges::all_of(table, [&](const auto& entry) {
      return take_one(prefix + std::string{entry.first.str()}, entry.first.source().begin.line,
                      entry.second);
    });
  }

  config_layer layer;
  std::string error;

private:
  bool take_one(const std::string& path, std::size_t line, const toml::node& value) {
    if (const auto* option = find_option(path)) {
      auto texts = texts_of(value, option->kind);
      if (!texts)
        return fail(line, fmt::format("{} must be {}", path, kind_name(option->kind)));
      if (const auto problem = emptiness_in(*option, *texts); !problem.empty())
        return fail(line, fmt::format("{} {}", path, problem));
      layer[path] = {std::move(*texts), fmt::format("{}:{}", name_, line)};
      return true;
    }
    if (!is_table_of_options(path))
      return fail(line, unknown_key(path));
    const auto* table = value.as_table();
    if (table == nullptr)
      return fail(line, fmt::format("{} must be a table: [{}]", path, path));
    return take(*table, path + ".");
  }

  bool fail(std::size_t line, const std::string& text) {
    error = fmt::format("{}:{}: {}", name_, line, text);
    return false;
  }

  std::string name_;
};

} // namespace

tl::expected<config_layer, std::string> read_config_table(const toml::table& table,
                                                          std::string_view name) {
  file_walk walk{name};
  if (!walk.take(table, ""))
    return tl::unexpected(walk.error);
  return std::move(walk.layer);
}

tl::expected<config_layer, std::string> read_config_text(std::string_view text,
                                                         std::string_view name) {
  const auto table = parse_toml(text, name);
  if (!table)
    return tl::unexpected(table.error());
  return read_config_table(*table, name);
}

} // namespace seedwalk::actors
