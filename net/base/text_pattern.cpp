#include "net/base/text_pattern.hpp"

namespace seedwalk::net {

bool matches_pattern(std::string_view text, std::string_view pattern) {
  std::size_t t = 0;
  std::size_t p = 0;
  // Where to go on when a guess fails: behind the last star, with one more byte given to it. Only
  // the last star need ever be revisited, which is what keeps this from being exponential.
  std::size_t star = std::string_view::npos;
  std::size_t given = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      given = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++given;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

} // namespace seedwalk::net
