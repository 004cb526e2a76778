#include <map>
#include <numeric>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/crawl_tally.hpp"

namespace seedwalk::actors {
namespace {

using std::chrono::milliseconds;

net::visit_summary any_visit() {
  net::visit_summary summary;
  summary.peer.network = *rc::gen::element(net::network_id::ipv4, net::network_id::torv3);
  summary.direction = *rc::gen::element(net::direction::outbound, net::direction::inbound);
  summary.outcome =
      static_cast<net::outcome>(*rc::gen::inRange<int>(0, static_cast<int>(net::outcome_count)));
  summary.reached = *rc::gen::element(net::stage::dialling, net::stage::verack);
  summary.whole = milliseconds{*rc::gen::inRange(0, 9'000)};
  if (*rc::gen::arbitrary<bool>())
    summary.handshake = milliseconds{*rc::gen::inRange(0, 900)};
  if (*rc::gen::arbitrary<bool>())
    summary.round_trip = milliseconds{*rc::gen::inRange(0, 90)};
  summary.carried.bytes_in = *rc::gen::inRange<std::uint64_t>(0, 1'000);
  summary.carried.bytes_out = *rc::gen::inRange<std::uint64_t>(0, 1'000);
  for (auto& n : summary.addresses.by_network)
    n = *rc::gen::inRange<std::uint32_t>(0, 3);
  return summary;
}

command_counts any_messages() {
  command_counts counts;
  for (int n = *rc::gen::inRange(0, 4); n > 0; --n)
    counts.add(*rc::gen::element<std::string>("inv", "ping", "addr"));
  return counts;
}

template <class Numbers>
std::uint64_t sum(const Numbers& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0});
}

TEST(crawl_tally, every_connection_is_in_the_sums_and_every_visit_in_the_counters) {
  EXPECT_TRUE(rc::check([] {
    crawl_counters before;
    before.tried = *rc::gen::inRange<std::uint64_t>(0, 9);
    before.failed = before.tried;
    before.outcomes[0] = before.tried;
    before.collections[0] = before.tried;
    crawl_tally tally;
    tally.begin(before);
    pool_snapshot all;
    crawl_counters visits = before;
    std::map<net::network_id, std::uint64_t> good;
    for (int n = *rc::gen::inRange(0, 20); n > 0; --n) {
      const auto visit = any_visit();
      const auto messages = any_messages();
      const auto entries = tally.count(visit, messages);
      all.bytes_in += visit.carried.bytes_in;
      all.bytes_out += visit.carried.bytes_out;
      for (const auto& [command, count] : messages.counts)
        all.messages_in[command] += count;
      all.round_trips += visit.round_trip ? 1 : 0;
      all.round_trips_us += visit.round_trip ? visit.round_trip->count() / 1'000 : 0;
      if (visit.direction != net::direction::outbound) {
        RC_ASSERT(entries == 0);
        continue;
      }
      RC_ASSERT(entries == sum(visit.addresses.by_network));
      all.visits_ms += visit.whole.count() / 1'000'000;
      all.handshakes_ms += visit.handshake ? visit.handshake->count() / 1'000'000 : 0;
      const bool reached = visit.reached == net::stage::verack;
      ++visits.tried;
      visits.good += reached;
      visits.failed += !reached;
      ++visits.outcomes[static_cast<std::size_t>(visit.outcome)];
      visits.addresses += entries;
      if (reached)
        ++good[visit.peer.network];
    }
    const auto said = tally.snapshot();
    RC_ASSERT(said.counters == tally.counters());
    RC_ASSERT(said.bytes_in == all.bytes_in);
    RC_ASSERT(said.bytes_out == all.bytes_out);
    RC_ASSERT(said.messages_in == all.messages_in);
    RC_ASSERT(said.round_trips == all.round_trips);
    RC_ASSERT(said.round_trips_us == all.round_trips_us);
    RC_ASSERT(said.visits_ms == all.visits_ms);
    RC_ASSERT(said.handshakes_ms == all.handshakes_ms);
    const auto& c = tally.counters();
    RC_ASSERT(c.tried == visits.tried);
    RC_ASSERT(c.good == visits.good);
    RC_ASSERT(c.failed == visits.failed);
    RC_ASSERT(c.outcomes == visits.outcomes);
    RC_ASSERT(c.addresses == visits.addresses);
    RC_ASSERT(sum(c.collections) == c.tried);
    RC_ASSERT(tally.reached() == visits.good - before.good);
    for (std::size_t i = 0; i != tally.good_by_network().size(); ++i)
      RC_ASSERT(tally.good_by_network()[i] == good[static_cast<net::network_id>(i)]);
  }));
}

TEST(crawl_tally, peaks_are_the_most_and_the_rest_is_added_up) {
  EXPECT_TRUE(rc::check([](std::vector<std::uint8_t> numbers) {
    crawl_tally tally;
    std::uint64_t most = 0;
    for (const auto n : numbers) {
      tally.note_connections(n);
      tally.note_unwritten(1'000u + n);
      tally.note_reconnect();
      tally.note_local_failure(net::error::no_memory);
      command_counts one;
      one.add("inv");
      tally.count_messages(one);
      most = std::max<std::uint64_t>(most, n);
    }
    const auto said = tally.snapshot();
    RC_ASSERT(said.counters.peak_connections == most);
    RC_ASSERT(said.counters.peak_unwritten_bytes == (numbers.empty() ? 0 : 1'000 + most));
    RC_ASSERT(said.reconnects == numbers.size());
    if (numbers.empty())
      return;
    RC_ASSERT(said.counters.local_failures.at(net::error::no_memory) == numbers.size());
    RC_ASSERT(said.messages_in.at("inv") == numbers.size());
  }));
}

} // namespace
} // namespace seedwalk::actors
