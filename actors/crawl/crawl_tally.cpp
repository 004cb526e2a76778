#include "actors/crawl/crawl_tally.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "store/visit_record.hpp"

namespace seedwalk::actors {

namespace {

std::uint64_t in_ms(std::chrono::nanoseconds t) {
  return static_cast<std::uint64_t>(t.count() / 1'000'000);
}

} // namespace

void crawl_tally::count_messages(const command_counts& messages) {
  for (const auto& [command, n] : messages.counts)
    sums_.messages_in[command] += n;
}

std::uint32_t crawl_tally::count(const net::visit_summary& summary,
                                 const command_counts& messages) {
  count_messages(messages);
  sums_.bytes_in += summary.carried.bytes_in;
  sums_.bytes_out += summary.carried.bytes_out;
  if (summary.round_trip) {
    ++sums_.round_trips;
    sums_.round_trips_us += static_cast<std::uint64_t>(summary.round_trip->count() / 1000);
  }
  if (summary.direction != net::direction::outbound)
    return 0;
  sums_.visits_ms += in_ms(summary.whole);
  if (summary.handshake)
    sums_.handshakes_ms += in_ms(*summary.handshake);
  const bool good = store::reached(summary.reached);
  ++counters_.tried;
  ++(good ? counters_.good : counters_.failed);
  if (good)
    ++good_by_network_.at(static_cast<std::size_t>(summary.peer.network));
  ++counters_.outcomes.at(static_cast<std::size_t>(summary.outcome));
  ++counters_.collections.at(static_cast<std::size_t>(summary.addresses.ended_by));
  const auto& found = summary.addresses.by_network;
  const auto entries = std::accumulate(found.begin(), found.end(), std::uint32_t{0});
  counters_.addresses += entries;
  return entries;
}

void crawl_tally::note_connections(std::uint64_t at_once) {
  counters_.peak_connections = std::max(counters_.peak_connections, at_once);
}

void crawl_tally::note_unwritten(std::uint64_t bytes) {
  counters_.peak_unwritten_bytes = std::max(counters_.peak_unwritten_bytes, bytes);
}

std::uint64_t crawl_tally::reached() const {
  return std::accumulate(good_by_network_.begin(), good_by_network_.end(), std::uint64_t{0});
}

pool_snapshot crawl_tally::snapshot() const {
  auto all = sums_;
  all.counters = counters_;
  return all;
}

} // namespace seedwalk::actors
