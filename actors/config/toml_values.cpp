#include "actors/config/toml_values.hpp"

#include <fmt/format.h>

#include "actors/config/toml_bounds.hpp"
#include "net/base/stranger_text.hpp"

namespace seedwalk::actors {

namespace {

/// The texts of an array of values of one kind; nothing if it is no such array.
std::optional<option_texts> texts_of_items(const toml::node& value, value_kind kind) {
  const auto* items = value.as_array();
  if (items == nullptr)
    return std::nullopt;
  option_texts texts;
  for (const auto& item : *items) {
    auto text = texts_of(item, kind);
    if (!text)
      return std::nullopt;
    texts.push_back(std::move(text->front()));
  }
  return texts;
}

} // namespace

std::string_view kind_name(value_kind kind) {
  switch (kind) {
  case value_kind::boolean:
    return "true or false";
  case value_kind::integer:
    return "a whole number";
  case value_kind::text:
    return "a text in quotes";
  case value_kind::list:
    return "an array of texts in quotes";
  case value_kind::numbers:
    return "an array of whole numbers";
  }
  return "";
}

std::optional<option_texts> texts_of(const toml::node& value, value_kind kind) {
  switch (kind) {
  case value_kind::boolean:
    if (const auto* x = value.as_boolean())
      return option_texts{x->get() ? "true" : "false"};
    break;
  case value_kind::integer:
    if (const auto* x = value.as_integer())
      return option_texts{std::to_string(x->get())};
    break;
  case value_kind::text:
    if (const auto* x = value.as_string())
      return option_texts{x->get()};
    break;
  case value_kind::list:
    return texts_of_items(value, value_kind::text);
  case value_kind::numbers:
    return texts_of_items(value, value_kind::integer);
  }
  return std::nullopt;
}

tl::expected<toml::table, std::string> parse_toml(std::string_view text, std::string_view name) {
  if (const auto shallow = check_toml_bounds(text); !shallow)
    return tl::unexpected(
        fmt::format("{}:{}: {}", name, shallow.error().line, shallow.error().message));
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& e) {
    return tl::unexpected(fmt::format("{}:{}: {}", name, e.source().begin.line,
                                      net::printable(std::string_view{e.description()})));
  }
}

} // namespace seedwalk::actors
