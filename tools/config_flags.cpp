#include "tools/config_flags.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "actors/config/config_table.hpp"
#include "actors/config/config_text.hpp"

namespace seedwalk::tools {

namespace {

const actors::crawl_config& defaults() {
  static const actors::crawl_config all;
  return all;
}

/// What it is for, and what it is unless given.
std::string help_of(const actors::config_option& option) {
  const auto texts = option.get(defaults());
  std::string help{option.help};
  if (option.kind == actors::value_kind::list)
    help += "; a comma separates several";
  const auto unless_given = fmt::format("{}", fmt::join(texts, ","));
  if (!unless_given.empty())
    help += fmt::format(" [{}]", option.kind != actors::value_kind::boolean ? unless_given
                                 : unless_given == "true"                   ? "on"
                                                                            : "off");
  return help;
}

} // namespace

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
  const auto help = help_of(option);
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
    actors::option_texts texts{f.boolean};
    if (f.option->kind != actors::value_kind::boolean)
      texts = f.texts;
    if (f.option->kind == actors::value_kind::list) {
      texts.clear();
      for (const auto& text : f.texts)
        for (auto& item : actors::split_list(text))
          texts.push_back(std::move(item));
    }
    given[std::string{f.option->path}] = {
        std::move(texts), fmt::format("--{}{}", negated ? "no-" : "", f.option->flag)};
  }
  return given;
}

std::string config_flags::file(const environment& env) const {
  return file_option_->count() != 0 ? file_ : env("SEEDWALK_CONFIG").value_or("");
}

tl::expected<layered_config, std::string> config_flags::load(const environment& env) const {
  config_layers layers;
  if (const auto misspelt = misspelt_variable(process_variables("SEEDWALK_")); !misspelt.empty())
    return tl::unexpected(misspelt);
  const auto path = file(env);
  if (path.empty() && (file_option_->count() != 0 || env("SEEDWALK_CONFIG")))
    return tl::unexpected(fmt::format("{} is empty: it must name a file, or be left out",
                                      file_option_->count() != 0 ? "--config" : "SEEDWALK_CONFIG"));
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
