#include "sim/network/drawn_faults.hpp"

#include <string>

namespace seedwalk::sim {

namespace {

using std::chrono::milliseconds;

fault_action draw_action(net::random_stream& draw, fault_range range) {
  switch (draw.below(7)) {
  case 0:
    return fault::delay{latency::uniform({}, milliseconds{800})};
  case 1:
    return fault::drip{7, milliseconds{20}};
  case 2:
    return fault::reset{draw.below(3'000)};
  case 3:
    return fault::truncate{draw.below(3'000)};
  case 4:
    if (const auto offset = draw.below(2'000); range == fault_range::everything)
      return fault::corrupt{offset, 0x10};
    [[fallthrough]];
  case 5:
    return fault::drop{};
  default:
    return fault::fail_dial{net::error::refused};
  }
}

} // namespace

fault_rule draw_fault(net::random_stream& draw, std::uint32_t nth,
                      std::span<const net::endpoint> victims, fault_range range) {
  fault_rule rule;
  rule.name = "fault " + std::to_string(nth);
  rule.since = milliseconds{draw.between(0, 3'000)};
  rule.until = rule.since + milliseconds{draw.between(500, 20'000)};
  rule.both_directions = true;
  rule.of = 3;
  const auto& victim = victims[draw.below(victims.size())];
  rule.to = draw.chance(1, 2) ? endpoint_set::only(victim) : endpoint_set::everybody();
  rule.action = draw_action(draw, range);
  return rule;
}

} // namespace seedwalk::sim
