#include "actors/config/toml_bounds.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace seedwalk::actors {

namespace {

/// Where the text that begins at `from` ends: behind its closing quote, or where a text that may
/// not span lines meets the end of its line.
std::size_t end_of_quoted(std::string_view text, std::size_t from) {
  const char quote = text[from];
  const std::string three(3, quote);
  const bool long_form = text.substr(from, 3) == three;
  const bool escapes = quote == '"';
  std::size_t i = from + (long_form ? 3 : 1);
  for (; i < text.size(); ++i) {
    if (escapes && text[i] == '\\') {
      ++i;
    } else if (long_form && text.substr(i, 3) == three) {
      i += 3;
      // Up to two quotes more belong to the text.
      for (int more = 0; more != 2 && i < text.size() && text[i] == quote; ++more)
        ++i;
      return i;
    } else if (!long_form && text[i] == quote) {
      return i + 1;
    } else if (!long_form && text[i] == '\n') {
      return i;
    }
  }
  return text.size();
}

} // namespace

tl::expected<void, toml_bound> check_toml_bounds(std::string_view text) {
  std::size_t line = 1;
  std::size_t depth = 0;
  std::size_t parts = 1;
  const auto too_deep = [&line](std::string_view problem) {
    return tl::unexpected(
        toml_bound{line, fmt::format("{} deeper than {} levels", problem, toml_depth_max)});
  };
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      const auto end = end_of_quoted(text, i);
      line += static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(i),
                                                  text.begin() + static_cast<std::ptrdiff_t>(end),
                                                  '\n'));
      i = end;
      continue;
    }
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    ++i;
    if (c == '.') {
      if (++parts > toml_depth_max)
        return too_deep("a key is");
    } else if (c == '[' || c == '{') {
      parts = 1;
      if (++depth > toml_depth_max)
        return too_deep("arrays or inline tables lie");
    } else if (c == ']' || c == '}') {
      parts = 1;
      depth -= depth > 0 ? 1 : 0;
    } else if (c == '=' || c == ',' || c == '\n') {
      parts = 1;
    }
    line += c == '\n' ? 1 : 0;
  }
  return {};
}

} // namespace seedwalk::actors
