#include "actors/runtime/strategies/strategy_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace seedwalk::sim {

namespace {

constexpr std::array<std::string_view, 9> all_names = {
    "fifo", "uniform", "pct", "pctcp", "pos", "urw", "surw", "pairs", "portfolio"};

} // namespace

std::span<const std::string_view> strategy_names() {
  return all_names;
}

std::string_view name_of(sim::strategy strategy) {
  return all_names[static_cast<std::size_t>(strategy)];
}

bool has_depth(sim::strategy strategy) {
  return strategy == strategy::pct || strategy == strategy::pctcp;
}

bool wants_profile(sim::strategy strategy) {
  return has_depth(strategy) || strategy == strategy::urw || strategy == strategy::surw ||
         strategy == strategy::pairs;
}

std::optional<strategy_text> strategy_text::parse(std::string_view text) {
  const auto colon = text.find(':');
  const auto name = std::find(all_names.begin(), all_names.end(), text.substr(0, colon));
  if (name == all_names.end())
    return std::nullopt;
  strategy_text result{static_cast<sim::strategy>(name - all_names.begin())};
  if (colon == std::string_view::npos)
    return result;
  const auto depth = text.substr(colon + 1);
  const auto [end, failed] =
      std::from_chars(depth.data(), depth.data() + depth.size(), result.depth);
  const auto is_number = failed == std::errc{} && end == depth.data() + depth.size();
  if (!has_depth(result.strategy) || !is_number || result.depth == 0 || result.depth > depth_max)
    return std::nullopt;
  return result;
}

std::string strategy_text::to_string() const {
  return has_depth(strategy) ? fmt::format("{}:{}", name_of(strategy), depth)
                             : std::string{name_of(strategy)};
}

} // namespace seedwalk::sim
