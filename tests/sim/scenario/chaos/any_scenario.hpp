#pragma once

#include <cstdint>

#include <rapidcheck.h>

#include "net/base/random.hpp"
#include "sim/scenario/chaos/mutators.hpp"
#include "sim/scenario/swarm.hpp"

namespace seedwalk::test {

/// A scenario as `seedwalk sim chaos` may come to run it: drawn, and up to `mutations_max` times
/// mixed with another drawn one and changed.
inline sim::crawl_scenario draw_as_chaos_does(net::random_stream& draw,
                                              std::uint64_t mutations_max = 4) {
  constexpr std::uint64_t steps = 5'000;
  auto drawn = sim::draw_swarm(draw.next());
  for (auto count = draw.below(mutations_max + 1); count != 0; --count) {
    const auto donor = sim::draw_swarm(draw.next());
    if (auto made = sim::mutate({drawn, steps}, {donor, steps}, draw))
      drawn = std::move(made->scenario);
  }
  return drawn;
}

/// The same as a generator: every draw comes from rapidcheck's, which RC_PARAMS repeats. It is not
/// shrunk by rapidcheck, which would draw another one.
inline rc::Gen<sim::crawl_scenario> any_scenario(std::uint64_t mutations_max = 4) {
  return rc::Gen<sim::crawl_scenario>([mutations_max](const rc::Random& random, int) {
    auto own = random;
    net::random_stream draw{own.next(), "any scenario"};
    return rc::shrinkable::just(draw_as_chaos_does(draw, mutations_max));
  });
}

} // namespace seedwalk::test
