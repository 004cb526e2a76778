#include "tools/config_print.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "actors/config/config_table.hpp"
#include "actors/config/toml_text.hpp"

namespace seedwalk::tools {

namespace {

using actors::config_option;
using actors::option_texts;
using actors::value_kind;

nlohmann::json json_value(const config_option& option, const option_texts& texts) {
  switch (option.kind) {
  case value_kind::boolean:
    return texts.at(0) == "true";
  case value_kind::integer:
    return std::stoull(texts.at(0));
  case value_kind::text:
    return texts.at(0);
  case value_kind::list:
  case value_kind::numbers:
    break;
  }
  return texts;
}

std::string origin_text(const value_origin& origin) {
  return origin.source == value_source::built_in ? "default" : "from " + origin.place;
}

/// A comment ends with its line: what would end it sooner is a question mark.
std::string comment(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = '?';
  return text;
}

} // namespace

std::string config_as_toml(const layered_config& layered) {
  std::string out = "# Flags win over SEEDWALK_* variables, these over a file, and a file over "
                    "defaults.\n";
  std::string_view table;
  const auto options = actors::config_table();
  for (std::size_t i = 0; i != options.size(); ++i) {
    const auto& option = options[i];
    const auto dot = option.path.rfind('.');
    if (option.path.substr(0, dot) != table) {
      table = option.path.substr(0, dot);
      out += fmt::format("\n[{}]\n", table);
    }
    const auto texts = option.get(layered.config);
    // What names nothing is left out: no file may say that a thing has an empty name.
    const bool unset = !actors::emptiness_in(option, texts).empty();
    out += fmt::format("# {}\n{}{} = {} # {}\n", option.help, unset ? "# " : "",
                       option.path.substr(dot + 1), actors::toml_value(option.kind, texts),
                       comment(origin_text(layered.origins.at(i))));
  }
  return out;
}

std::string config_as_json(const layered_config& layered) {
  auto document = nlohmann::json::object();
  const auto options = actors::config_table();
  for (std::size_t i = 0; i != options.size(); ++i) {
    const auto& origin = layered.origins.at(i);
    auto& entry = document[std::string{options[i].path}];
    entry["value"] = json_value(options[i], options[i].get(layered.config));
    entry["source"] = name_of(origin.source);
    if (origin.source != value_source::built_in)
      entry["where"] = origin.place;
  }
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace seedwalk::tools
