#include "net/base/stranger_text.hpp"

#include <fmt/format.h>

namespace seedwalk::net {

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '\\')
      out += c;
    else
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string printable(std::string_view text, std::size_t longest) {
  if (text.size() <= longest)
    return printable(text);
  return printable(text.substr(0, longest)) + "...";
}

} // namespace seedwalk::net
