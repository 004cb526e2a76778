#include "sim/program/drawn_world.hpp"

#include <array>

#include "net/base/random.hpp"

namespace seedwalk::sim {

namespace {

using namespace std::chrono_literals;

template <class T, std::size_t N>
const T& one_of(net::random_stream& draw, const std::array<T, N>& values) {
  return values[draw.below(N)];
}

} // namespace

simulated_world::options draw_world(std::uint64_t seed, const world_range& range) {
  net::random_stream draw{seed, "world"};
  simulated_world::options o;
  o.seed = seed;
  o.schedule = one_of(draw, std::array{strategy::fifo, strategy::uniform, strategy::pct,
                                       strategy::pctcp, strategy::pos, strategy::surw});
  o.order.depth = static_cast<std::uint32_t>(draw.between(1, 5));
  o.order.ahead = one_of(draw, std::array<net::steady_time, 3>{0ns, 50us, 5ms});
  o.order.behind = one_of(draw, std::array<net::steady_time, 2>{64us, 5ms});
  auto& streams = o.network.streams;
  streams.link = one_of(draw, std::array{latency::constant(100us), latency::uniform(1ms, 300ms),
                                         latency::log_normal(40ms, 60)});
  streams.cut_one_in = one_of(draw, std::array<std::uint32_t, 3>{1, 2, 4});
  streams.window_bytes = one_of(draw, std::array<std::uint32_t, 2>{4u << 10, 256u << 10});
  const auto faults = range.victims.empty() ? 0 : draw.below(range.faults_max + 1);
  for (std::uint32_t i = 0; i != faults; ++i)
    o.faults.push_back(draw_fault(draw, i, range.victims, range.faults));
  return o;
}

} // namespace seedwalk::sim
