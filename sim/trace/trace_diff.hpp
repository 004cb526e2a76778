#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/trace/trace.hpp"

namespace seedwalk::sim {

/// One entry as a person reads it, without its number: the same text means the same entry, no
/// matter in which trace.
///
///     12.345678 s, step 812: crawler/peer/127.1.0.1:18444#1 takes net::received: version (126
///     bytes)
std::string text_of(const trace& in, const trace_entry& e);

/// The number of the first entry that is not the same in both, of those that both still hold.
/// Nothing: all are the same, and both end there. One behind the end of the shorter one, where it
/// is the beginning of the other.
std::optional<std::uint64_t> first_difference(const trace& a, const trace& b);

} // namespace seedwalk::sim
