#pragma once

#include <chrono>
#include <cstdint>

namespace seedwalk::tools {

/// A seed for a run that was not given one: from the operating system, once, before the run begins.
/// It is recorded, and every draw of the run comes from it.
std::uint64_t system_entropy();

/// The wall clock, for commands that ask a database what is due now. Runs have time as a door.
std::chrono::seconds wall_now();

} // namespace seedwalk::tools
