#include "actors/crawl/census_counters.hpp"

#include <algorithm>

namespace seedwalk::actors {

namespace {

/// A list that ends behind the last that was counted, or that a later build has made longer.
template <class Counts>
void take(const std::vector<std::uint64_t>& kept, Counts& into) {
  std::copy_n(kept.begin(), std::min(kept.size(), into.size()), into.begin());
}

} // namespace

crawl_counters counters_of(const store::census_counts& kept) {
  crawl_counters counters;
  counters.tried = kept.tried;
  counters.good = kept.good;
  counters.failed = kept.failed;
  take(kept.outcomes, counters.outcomes);
  counters.addresses = kept.addresses;
  take(kept.collections, counters.collections);
  counters.peak_connections = kept.peak_connections;
  counters.peak_unwritten_bytes = kept.peak_unwritten_bytes;
  counters.local_failures = kept.local_failures;
  return counters;
}

store::note_census note_of(std::uint32_t census, const crawl_counters& counters) {
  return {census, counters.peak_connections, counters.peak_unwritten_bytes,
          counters.local_failures};
}

} // namespace seedwalk::actors
