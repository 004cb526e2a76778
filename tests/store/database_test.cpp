#include <deque>
#include <ranges>

#include <gtest/gtest.h>

#include "draw.hpp"
#include "store/database.hpp"

namespace seedwalk::store {
namespace {

using namespace test;
using std::chrono::hours;
using std::chrono::minutes;

struct database_fixture : testing::Test {
  std::unique_ptr<leveldb::Env> disk = memory_disk();
  database db{"/db", options_on(disk.get())};

  void SetUp() override { ASSERT_TRUE(db.open()); }
  void TearDown() override {
    const auto report = db.check();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->problem_count, 0u) << report->problems.front();
  }

  announcements_recorded announce_all(std::vector<std::uint32_t> numbers, timestamp now = start,
                                      std::uint32_t source = 60'000) {
    record_announcements op{peer(source), now, {}};
    for (const auto n : numbers)
      op.announcements.push_back({peer(n), static_cast<std::uint32_t>(now.count()), 1});
    return std::get<announcements_recorded>(must(db, op).results.at(0));
  }
  due_answer due(timestamp now, std::uint32_t limit = 1'000) {
    return ask<due_answer>(db, due_query{now, {limit, limit, limit}, {}});
  }
  peer_record get(std::uint32_t number) {
    return ask<get_answer>(db, get_query{peer(number)}).record.value();
  }
};

using store_database = database_fixture;

TEST_F(store_database, new_announcements_are_due_at_once_and_known_again_cost_nothing) {
  const auto first = announce_all({1, 2, 3});
  EXPECT_EQ(first.added, 3u);
  const auto digest = db.digest();
  const auto second = announce_all({1, 2, 3});
  EXPECT_EQ(second.known, 3u);
  EXPECT_EQ(db.digest(), digest);
  const auto answer = due(start);
  EXPECT_EQ(answer.peers[1].size(), 3u);
  EXPECT_FALSE(answer.more[1]);
  EXPECT_EQ(answer.next[1], never);
}

TEST_F(store_database, due_pages_through_cursors_without_gaps_or_repeats) {
  std::vector<std::uint32_t> all;
  for (std::uint32_t n = 0; n != 100; ++n)
    all.push_back(n);
  announce_all(all);
  std::set<net::endpoint> seen;
  due_query q{start, {0, 7, 0}, {}};
  std::vector<net::endpoint> order;
  for (bool more = true; more;) {
    const auto a = ask<due_answer>(db, q);
    for (const auto& p : a.peers[1]) {
      EXPECT_TRUE(seen.insert(p.peer).second);
      order.push_back(p.peer);
    }
    q.after = a.after;
    more = a.more[1];
  }
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end())) << "address order is a scan";
}

TEST_F(store_database, a_success_is_live_and_due_in_an_hour) {
  announce_all({1});
  auto visit = visit_at(start, net::outcome::complete, net::stage::addresses);
  visit.version = version_record{};
  visit.version->user_agent = "/a:1/";
  must(db, record_visit{peer(1), visit});
  const auto r = get(1);
  EXPECT_TRUE(good(r));
  EXPECT_EQ(r.queue, dial_class::live);
  EXPECT_GE(r.due, start + minutes{54});
  EXPECT_LE(r.due, start + minutes{66});
  EXPECT_EQ(due(start).next[0], r.due);
  EXPECT_EQ(due(r.due).peers[0].size(), 1u);
  EXPECT_EQ(ask<visits_answer>(db, visits_query{peer(1)}).visits, std::vector{visit});
  const auto stats = ask<stats_answer>(db, stats_query{start});
  EXPECT_EQ(stats.good, 1u);
  EXPECT_EQ(stats.reached_lately, 1u);
  EXPECT_EQ(ask<stats_answer>(db, stats_query{start + hours{24 * 9}}).reached_lately, 0u);
}

TEST_F(store_database, visits_are_found_across_days_and_dropped_a_day_at_a_time) {
  for (int day = 0; day != 40; ++day)
    for (std::uint32_t n = 1; n != 4; ++n)
      must(db, record_visit{peer(n), visit_at(start + hours{24 * day}, net::outcome::refused,
                                              net::stage::dialling)});
  EXPECT_EQ(ask<visits_answer>(db, visits_query{peer(2), 1'000}).visits.size(), 40u);
  EXPECT_EQ(ask<visits_answer>(db, visits_query{peer(2), 5}).visits.size(), 5u);
  const auto now = start + hours{24 * 39};
  tidied done;
  do {
    done = std::get<tidied>(must(db, tidy{now, hours{24 * 30}, 10}).results.at(0));
    EXPECT_LE(done.visits_dropped, 10u);
  } while (done.more);
  EXPECT_EQ(ask<visits_answer>(db, visits_query{peer(2), 1'000}).visits.size(), 31u);
}

TEST_F(store_database, a_census_goes_on_after_a_restart_and_a_second_one_closes_it) {
  census_record census;
  census.start = start;
  census.build = "test";
  EXPECT_EQ(std::get<census_opened>(must(db, open_census{census}).results.at(0)).number, 1u);
  db.close();
  ASSERT_TRUE(db.open());
  auto open = ask<censuses_answer>(db, censuses_query{}).censuses;
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].second.state, census_state::open);
  census.start += hours{1};
  must(db, open_census{census});
  open = ask<censuses_answer>(db, censuses_query{9}).censuses;
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[0].first, 2u);
  EXPECT_EQ(open[1].second.state, census_state::crashed);
  EXPECT_EQ(open[1].second.end, census.start);
}

TEST_F(store_database, a_census_keeps_what_no_visit_says_and_never_less_of_it) {
  census_record census;
  census.start = start;
  must(db, open_census{census});
  must(db, note_census{1, 12, 3'000, {{net::error::network_unreachable, 2}}});
  must(db, note_census{1, 7, 4'000, {{net::error::no_descriptors, 1}}});
  must(db, note_census{9, 99, 99, {}});
  census.networks[4] = network_reach::no_proxy;
  must(db, update_census{1, census});
  db.close();
  ASSERT_TRUE(db.open());
  const auto kept = ask<censuses_answer>(db, censuses_query{9}).censuses;
  ASSERT_EQ(kept.size(), 1u);
  const auto& c = kept[0].second;
  EXPECT_EQ(c.networks[4], network_reach::no_proxy);
  EXPECT_EQ(c.counts.peak_connections, 12u);
  EXPECT_EQ(c.counts.peak_unwritten_bytes, 4'000u);
  const std::map<net::error, std::uint64_t> failures{{net::error::network_unreachable, 2},
                                                     {net::error::no_descriptors, 1}};
  EXPECT_EQ(c.counts.local_failures, failures);
}

/// The counters of a census were written every 30 s by the crawler, and its visits with each batch:
/// a kill set the counters back, and the census ended with fewer than it had visits.
TEST_F(store_database, a_census_counts_the_visits_that_name_it) {
  census_record census;
  census.start = start;
  must(db, open_census{census});
  const auto visit = [&](net::outcome outcome, net::stage reached, std::uint32_t number) {
    auto v = visit_at(start, outcome, reached);
    v.census = number;
    return record_visit{peer(static_cast<std::uint32_t>(outcome) + 1), v};
  };
  auto found = visit(net::outcome::complete, net::stage::addresses, 1);
  found.visit.addresses.entries[1] = 30;
  found.visit.addresses.entries[4] = 7;
  found.visit.addresses.ended_by = net::collection_end::pong;
  const batch several{{found, update_census{1, census},
                       visit(net::outcome::refused, net::stage::dialling, 1),
                       visit(net::outcome::refused, net::stage::dialling, 0),
                       visit(net::outcome::refused, net::stage::dialling, 7)}};
  ASSERT_TRUE(db.apply(several));
  census.restarts = 1;
  must(db, update_census{1, census});
  db.close();
  ASSERT_TRUE(db.open());
  ASSERT_TRUE(db.apply(several));
  // The second time `several` took back the restart that was noted in between, and no visit.
  const auto all = ask<censuses_answer>(db, censuses_query{9}).censuses;
  ASSERT_EQ(all.size(), 1u);
  const auto& counted = all[0].second.counts;
  EXPECT_EQ(all[0].second.restarts, 0u);
  EXPECT_EQ(counted.tried, 4u);
  EXPECT_EQ(counted.good, 2u);
  EXPECT_EQ(counted.failed, 2u);
  EXPECT_EQ(counted.outcomes.at(static_cast<std::size_t>(net::outcome::complete)), 2u);
  EXPECT_EQ(counted.outcomes.at(static_cast<std::size_t>(net::outcome::refused)), 2u);
  EXPECT_EQ(counted.addresses, 74u);
  EXPECT_EQ(counted.collections.at(static_cast<std::size_t>(net::collection_end::pong)), 2u);
  EXPECT_EQ(counted.collections.at(static_cast<std::size_t>(net::collection_end::unknown)), 2u);
  EXPECT_EQ(counted.tried_by_network[1], 4u);
  EXPECT_EQ(counted.good_by_network[1], 2u);
  EXPECT_EQ(counted.tried_by_network[4], 0u);
}

TEST_F(store_database, bans_survive_a_restart_and_end_in_time) {
  const ban_record subnet_ban{subnet_of(peer(1), 24), "scans us", start, start + hours{1}};
  const ban_record agent_ban{user_agent_pattern{"*BSV*"}, "another chain", start, never};
  must(db, add_ban{subnet_ban});
  must(db, add_ban{agent_ban});
  must(db, add_ban{agent_ban});
  db.close();
  ASSERT_TRUE(db.open());
  EXPECT_EQ(ask<bans_answer>(db, bans_query{}).bans.size(), 2u);
  EXPECT_EQ(ask<stats_answer>(db, stats_query{}).bans, 2u);
  must(db, tidy{start + hours{2}});
  EXPECT_EQ(ask<bans_answer>(db, bans_query{}).bans, std::vector{agent_ban});
  must(db, lift_ban{agent_ban.target});
  EXPECT_TRUE(ask<bans_answer>(db, bans_query{}).bans.empty());
}

TEST_F(store_database, inbound_sightings_are_never_dialled) {
  inbound_sighting s;
  s.from = peer(9);
  s.at = s.ended = start;
  must(db, record_inbound{s});
  EXPECT_EQ(ask<inbound_answer>(db, inbound_query{}).sightings, std::vector{s});
  EXPECT_FALSE(ask<get_answer>(db, get_query{peer(9)}).record);
  EXPECT_TRUE(due(start + hours{10'000}).peers[1].empty());
}

/// A peer that connects to us all day long wrote a record each time, for the 30 days of history.
TEST_F(store_database, of_inbound_sightings_the_newest_are_kept) {
  EXPECT_TRUE(rc::check([&] {
    const auto env = memory_disk();
    auto options = options_on(env.get());
    options.limits.inbound = *rc::gen::inRange(1, 9);
    database bounded("/db", options);
    RC_ASSERT(bounded.open());
    std::deque<inbound_sighting> kept;
    std::uint64_t ever = 0;
    std::uint64_t dropped = 0;
    auto now = start;
    const auto crowd = *rc::gen::container<std::vector<std::vector<int>>>(
        rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 9)));
    for (const auto& together : crowd) {
      batch all;
      for (const int operation : together) {
        now += hours{operation * 5};
        if (operation == 8) {
          all.operations.emplace_back(tidy{now, hours{48}});
          // By whole days, as they were when the batch began.
          continue;
        }
        inbound_sighting s;
        s.from = peer(static_cast<std::uint32_t>(ever++));
        s.at = s.ended = now;
        kept.push_back(s);
        all.operations.emplace_back(record_inbound{s});
        if (kept.size() > options.limits.inbound) {
          kept.pop_front();
          ++dropped;
        }
      }
      const bool tidies =
          std::ranges::any_of(together, [](int operation) { return operation == 8; });
      RC_ASSERT(bounded.apply(all));
      const auto stats = ask<stats_answer>(bounded, stats_query{});
      const auto kept_sightings = ask<inbound_answer>(bounded, inbound_query{1'000}).sightings;
      RC_ASSERT(stats.inbound == ever);
      RC_ASSERT(stats.inbound_kept == kept_sightings.size());
      RC_ASSERT(kept_sightings.size() <= options.limits.inbound);
      RC_ASSERT(bounded.check()->problem_count == 0u);
      if (*rc::gen::arbitrary<bool>()) {
        bounded.close();
        RC_ASSERT(bounded.open());
      }
      if (tidies) {
        // What a day took is as gone for the model.
        while (kept.size() > kept_sightings.size())
          kept.pop_front();
        dropped = stats.inbound_dropped;
      }
      RC_ASSERT(stats.inbound_dropped == dropped);
      RC_ASSERT(std::ranges::equal(kept, kept_sightings | std::views::reverse));
    }
  }));
}

TEST_F(store_database, a_database_that_did_not_count_its_sightings_counts_them_once) {
  inbound_sighting s;
  s.from = peer(9);
  s.at = s.ended = start;
  for (int n = 0; n != 3; ++n)
    must(db, record_inbound{s});
  db.close();
  leveldb::Options o;
  o.env = disk.get();
  leveldb::DB* raw = nullptr;
  ASSERT_TRUE(leveldb::DB::Open(o, "/db", &raw).ok());
  ASSERT_TRUE(raw->Delete({}, "minbound").ok());
  delete raw;
  ASSERT_TRUE(db.open());
  EXPECT_EQ(ask<stats_answer>(db, stats_query{}).inbound_kept, 3u);
  EXPECT_EQ(db.check()->problem_count, 0u);
}

TEST_F(store_database, what_was_never_reached_is_tried_twice_then_only_for_a_new_source) {
  announce_all({1});
  const auto fail = [&](timestamp at) {
    must(db, record_visit{peer(1), visit_at(at, net::outcome::refused, net::stage::dialling)});
  };
  fail(start);
  EXPECT_EQ(get(1).queue, dial_class::rest);
  const auto second = get(1).due;
  fail(second);
  EXPECT_EQ(get(1).queue, dial_class::dormant);
  announce_all({1}, second + hours{24 * 2});
  EXPECT_EQ(get(1).queue, dial_class::dormant) << "the same source again";
  record_announcements other{net::ipv4_endpoint(0x09090909, 8333), second + hours{24 * 2}, {}};
  other.announcements.push_back({peer(1), static_cast<std::uint32_t>(other.now.count()), 1});
  must(db, other);
  EXPECT_EQ(get(1).queue, dial_class::rest) << "a new source";
  fail(get(1).due);
  EXPECT_EQ(get(1).queue, dial_class::dormant);
  must(db, tidy{start + hours{24 * 60}});
  EXPECT_FALSE(ask<get_answer>(db, get_query{peer(1)}).record);
}

TEST_F(store_database, a_never_tried_endpoint_rests_when_nobody_announces_it_freshly) {
  announce_all({1});
  const auto later = start + hours{24 * 8};
  EXPECT_TRUE(due(later).peers[1].empty());
  must(db, tidy{later});
  EXPECT_EQ(get(1).queue, dial_class::dormant);
  announce_all({1}, later);
  EXPECT_EQ(get(1).queue, dial_class::fresh);
}

TEST_F(store_database, dial_soon_makes_anybody_due) {
  must(db, dial_soon{start, {peer(1), peer(2)}});
  EXPECT_EQ(due(start).peers[1].size(), 2u);
  must(db, record_visit{peer(1), visit_at(start, net::outcome::complete, net::stage::verack)});
  EXPECT_TRUE(due(start).peers[0].empty());
  must(db, dial_soon{start, {peer(1)}});
  EXPECT_EQ(due(start).peers[0].size(), 1u);
}

TEST_F(store_database, check_finds_what_was_planted) {
  announce_all({1, 2, 3});
  db.close();
  const auto plant = [&](const std::function<void(leveldb::DB&)>& change) {
    leveldb::Options o;
    o.env = disk.get();
    leveldb::DB* raw = nullptr;
    ASSERT_TRUE(leveldb::DB::Open(o, "/db", &raw).ok());
    change(*raw);
    delete raw;
    ASSERT_TRUE(db.open());
    const auto report = db.check();
    ASSERT_TRUE(report);
    EXPECT_GT(report->problem_count, 0u);
    db.close();
  };
  const auto snapshot = [&] {
    std::map<std::string, std::string> all;
    leveldb::Options o;
    o.env = disk.get();
    leveldb::DB* raw = nullptr;
    EXPECT_TRUE(leveldb::DB::Open(o, "/db", &raw).ok());
    std::unique_ptr<leveldb::Iterator> iterator(raw->NewIterator({}));
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next())
      all[iterator->key().ToString()] = iterator->value().ToString();
    iterator.reset();
    delete raw;
    return all;
  }();
  // Each record, index entry and counter in turn goes missing.
  for (const auto& [key, value] : snapshot) {
    if (key == "mheader")
      continue;
    if (key != "mcounters")
      plant([&](leveldb::DB& raw) { raw.Delete({}, key); });
    // Put back what was there.
    leveldb::Options o;
    o.env = disk.get();
    leveldb::DB* raw = nullptr;
    ASSERT_TRUE(leveldb::DB::Open(o, "/db", &raw).ok());
    raw->Put({}, key, value);
    delete raw;
  }
  plant([](leveldb::DB& raw) { raw.Put({}, "x", "of no kind"); });
  leveldb::Options o;
  o.env = disk.get();
  leveldb::DB* raw = nullptr;
  ASSERT_TRUE(leveldb::DB::Open(o, "/db", &raw).ok());
  raw->Delete({}, "x");
  delete raw;
  ASSERT_TRUE(db.open());
}

} // namespace
} // namespace seedwalk::store
