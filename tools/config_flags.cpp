#include "tools/config_flags.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "actors/config_table.hpp"

namespace seedwalk::tools {

config_flags::config_flags(command_line& line, std::vector<std::string_view> only) {
  file_option_ = line.app()
                     .add_option("--config", file_, "read a configuration file (TOML)")
                     ->type_name("FILE")
                     ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  for (const auto& option : actors::config_table()) {
    if (!only.empty() && std::ranges::find(only, option.path) == only.end())
      continue;
    auto& f = flags_.emplace_back();
    f.option = &option;
    declare(line, f);
    if (!option.common && only.empty())
      line.hide(f.parsed);
  }
}

void config_flags::declare(command_line& line, flag& f) {
  const auto& option = *f.option;
  const std::string help{option.help};
  if (option.kind == actors::value_kind::boolean) {
    f.parsed = line.app()
                   .add_flag(fmt::format("--{0},!--no-{0}", option.flag), f.boolean, help)
                   ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    return;
  }
  f.parsed = line.app()
                 .add_option(fmt::format("--{}", option.flag), f.texts, help)
                 ->type_name(std::string{option.value})
                 ->expected(1)
                 ->allow_extra_args(false);
  f.parsed->multi_option_policy(option.kind == actors::value_kind::list
                                    ? CLI::MultiOptionPolicy::TakeAll
                                    : CLI::MultiOptionPolicy::TakeLast);
}

actors::config_layer config_flags::layer() const {
  actors::config_layer given;
  for (const auto& f : flags_) {
    if (f.parsed->count() == 0)
      continue;
    const bool negated = f.option->kind == actors::value_kind::boolean && f.boolean == "false";
    given[std::string{f.option->path}] = {
        f.option->kind == actors::value_kind::boolean ? actors::option_texts{f.boolean} : f.texts,
        fmt::format("--{}{}", negated ? "no-" : "", f.option->flag)};
  }
  return given;
}

std::string config_flags::file(const environment& env) const {
  return file_option_->count() != 0 ? file_ : env("SEEDWALK_CONFIG").value_or("");
}

tl::expected<layered_config, std::string> config_flags::load(const environment& env) const {
  config_layers layers;
  const auto path = file(env);
  if (!path.empty()) {
    auto file = read_config_file(path);
    if (!file)
      return tl::unexpected(file.error());
    layers.file = std::move(*file);
  }
  layers.variables = read_environment(env);
  layers.flags = layer();
  return merge_layers(layers, env);
}

} // namespace seedwalk::tools
