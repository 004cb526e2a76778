#include "actors/config/toml_text.hpp"

#include <fmt/format.h>

namespace seedwalk::actors {

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (byte < 0x20 || byte == 0x7f)
      out += fmt::format("\\u{:04X}", byte);
    else
      out += c;
  }
  return out + "\"";
}

std::string toml_value(value_kind kind, const option_texts& texts) {
  if (kind == value_kind::boolean || kind == value_kind::integer)
    return texts.at(0);
  if (kind == value_kind::text)
    return toml_string(texts.at(0));
  std::string out = "[";
  for (const auto& text : texts)
    out += (out.size() == 1 ? "" : ", ") +
           (kind == value_kind::list ? toml_string(text) : std::string{text});
  return out + "]";
}

} // namespace seedwalk::actors
