#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "actors/runtime/strategies/ranking.hpp"

namespace seedwalk::sim {

/// A strategy as people write it: its name, and behind a colon the depth of those that have one,
/// 3 unless it is said. `fifo`, `pos`, `pct`, `pct:5`.
struct strategy_text {
  static constexpr std::uint32_t usual_depth = 3;
  static constexpr std::uint32_t depth_max = 100;

  sim::strategy strategy = strategy::fifo;
  std::uint32_t depth = usual_depth;

  /// Nothing: there is no such strategy.
  static std::optional<strategy_text> parse(std::string_view text);
  std::string to_string() const;
  friend bool operator==(const strategy_text&, const strategy_text&) = default;
};

/// All of them, by their number.
std::span<const std::string_view> strategy_names();
std::string_view name_of(sim::strategy strategy);

bool has_depth(sim::strategy strategy);
/// Whether it asks for what an earlier run tells. Of `portfolio` it is not known: see `settled`.
bool wants_profile(sim::strategy strategy);

} // namespace seedwalk::sim
