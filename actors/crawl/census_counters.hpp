#pragma once

#include <cstdint>

#include "actors/crawl/crawl_messages.hpp"
#include "store/batch.hpp"
#include "store/census_record.hpp"

namespace seedwalk::actors {

/// The counters of a crawl that goes on with a census.
crawl_counters counters_of(const store::census_counts& kept);

/// What of the counters no visit says, for the database to keep with the census.
store::note_census note_of(std::uint32_t census, const crawl_counters& counters);

} // namespace seedwalk::actors
