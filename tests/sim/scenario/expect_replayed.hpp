#pragma once

#include <cstdint>
#include <string>

#include <rapidcheck.h>

#include "sim/record/replay.hpp"

namespace seedwalk::test {

/// Within a rapidcheck property: a replay came to the end of a run, and to the same.
inline void expect_replayed(const sim::replay_result& again, std::uint64_t hash,
                            std::uint64_t steps) {
  if (again.damage)
    RC_FAIL(again.damage->message);
  if (again.first_difference)
    RC_FAIL("step " + std::to_string(again.first_difference->step) + " of " +
            std::to_string(steps) + ", " + again.first_difference->actor + " took " +
            again.first_difference->message);
  RC_ASSERT(again.verified);
  RC_ASSERT(again.complete);
  RC_ASSERT(again.hash == hash);
  RC_ASSERT(again.steps == steps);
}

} // namespace seedwalk::test
