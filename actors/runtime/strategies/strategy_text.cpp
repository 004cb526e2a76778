#include "actors/runtime/strategies/strategy_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace seedwalk::sim {

namespace {

constexpr std::array<std::string_view, 7> names = {"fifo", "uniform", "pct", "pctcp",
                                                   "pos",  "urw",     "surw"};

} // namespace

std::span<const std::string_view> strategy_names() {
  return names;
}

std::string_view name_of(strategy how) {
  return names[static_cast<std::size_t>(how)];
}

bool has_depth(strategy how) {
  return how == strategy::pct || how == strategy::pctcp;
}

bool wants_profile(strategy how) {
  return has_depth(how) || how == strategy::urw || how == strategy::surw;
}

std::optional<strategy_text> strategy_text::parse(std::string_view text) {
  const auto colon = text.find(':');
  const auto name = std::find(names.begin(), names.end(), text.substr(0, colon));
  if (name == names.end())
    return std::nullopt;
  strategy_text result{static_cast<strategy>(name - names.begin())};
  if (colon == std::string_view::npos)
    return result;
  const auto depth = text.substr(colon + 1);
  const auto [end, failed] =
      std::from_chars(depth.data(), depth.data() + depth.size(), result.depth);
  const auto is_number = failed == std::errc{} && end == depth.data() + depth.size();
  if (!has_depth(result.how) || !is_number || result.depth == 0 || result.depth > depth_max)
    return std::nullopt;
  return result;
}

std::string strategy_text::to_string() const {
  return has_depth(how) ? fmt::format("{}:{}", name_of(how), depth) : std::string{name_of(how)};
}

} // namespace seedwalk::sim
