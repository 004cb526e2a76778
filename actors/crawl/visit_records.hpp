#pragma once

#include <chrono>
#include <cstdint>

#include "net/bitcoin/visit_summary.hpp"
#include "store/visit_record.hpp"

namespace seedwalk::actors {

/// What a peer said of itself, in the form in which it is kept.
store::version_record to_version_record(const net::msg::version& version);

/// What is kept of a visit. `started` and `ended` are wall times of the dial and of the outcome.
store::visit_record to_visit_record(const net::visit_summary& summary, std::uint32_t census,
                                    std::uint32_t vantage, std::chrono::seconds started,
                                    std::chrono::seconds ended);

} // namespace seedwalk::actors
