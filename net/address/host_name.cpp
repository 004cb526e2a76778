#include "net/address/host_name.hpp"

#include <algorithm>

namespace seedwalk::net {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_name_char(char c) {
  const auto l = lower(c);
  return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool ends_with_label(std::string_view name, std::string_view label) {
  if (name.size() < label.size())
    return false;
  const auto tail = name.substr(name.size() - label.size());
  return (tail.size() == name.size() || name[name.size() - label.size() - 1] == '.') &&
         std::equal(tail.begin(), tail.end(), label.begin(),
                    [](char a, char b) { return lower(a) == b; });
}

} // namespace

bool is_resolvable_name(std::string_view name) {
  if (name.ends_with('.'))
    name.remove_suffix(1);
  if (name.empty() || name.size() > host_name_chars_max || ends_with_label(name, "onion") ||
      ends_with_label(name, "i2p"))
    return false;
  std::size_t label_chars = 0;
  for (char c : name) {
    if (c == '.') {
      if (label_chars == 0)
        return false;
      label_chars = 0;
    } else if (!is_name_char(c) || ++label_chars > host_label_chars_max) {
      return false;
    }
  }
  return label_chars != 0;
}

} // namespace seedwalk::net
