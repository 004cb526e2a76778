#include "sim/nodes/drawn_program.hpp"

#include <array>

#include <fmt/format.h>

namespace seedwalk::sim {

namespace {

constexpr std::uint32_t small_max = 10;

std::uint32_t draw_small(net::random_stream& draw) {
  return static_cast<std::uint32_t>(draw.below(small_max));
}

step::send draw_send(net::random_stream& draw) {
  using net::message_kind;
  constexpr std::array kinds = {message_kind::version,    message_kind::verack,
                                message_kind::wtxidrelay, message_kind::sendaddrv2,
                                message_kind::ping,       message_kind::pong,
                                message_kind::getaddr,    message_kind::addr};
  const auto maybe = [&draw] { return draw.chance(1, 2); };
  step::send s;
  s.kind = kinds[draw.below(kinds.size())];
  s.times = draw_small(draw);
  if (maybe())
    s.protocol = static_cast<std::int32_t>(draw.below(80'000));
  if (maybe())
    s.user_agent = fmt::format("/agent={}/", draw_small(draw));
  if (maybe())
    s.clock = std::chrono::seconds{draw.between(-100'000, 100'000)};
  s.nonce = static_cast<step::nonce>(draw.below(4));
  s.fake = draw_small(draw);
  s.bad_checksum = maybe();
  s.bad_magic = maybe();
  if (maybe())
    s.length = static_cast<std::uint32_t>(draw.next());
  if (maybe())
    s.cut = static_cast<std::uint32_t>(draw.next());
  return s;
}

} // namespace

program_step draw_step(net::random_stream& draw, std::chrono::nanoseconds longest) {
  const auto time = [&] {
    return std::chrono::nanoseconds{draw.below(static_cast<std::uint64_t>(longest.count()))};
  };
  switch (draw.below(8)) {
  case 0:
    return step::expect{static_cast<net::message_kind>(draw.below(net::message_kind_count - 1))};
  case 1:
    return step::send_bytes{
        net::bytes(1 + draw_small(draw), static_cast<std::uint8_t>(draw_small(draw)))};
  case 2:
    return step::wait{time()};
  case 3:
    return step::pieces{draw_small(draw), time()};
  case 4:
    return step::close{};
  case 5:
    return step::reset{};
  case 6:
    return step::stop_reading{};
  default:
    return draw_send(draw);
  }
}

} // namespace seedwalk::sim
