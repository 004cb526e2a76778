#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <memory>
#include <ostream>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/state.h>

#include "draw.hpp"
#include "store/wrong_clock.hpp"

namespace seedwalk::store {
namespace {

using namespace test;
using std::chrono::hours;
using std::chrono::seconds;

/// What the database should be: the policies, a map, and nothing else.
class model {
public:
  struct known {
    peer_record r;
    std::uint32_t heard = 0; ///< Sources, those not written down included.
  };

  explicit model(std::uint64_t seed) : seed_(seed) {}

  void apply(const record_announcements& op) {
    const auto bit = known_state(seed_).source_bit(op.source);
    for (const auto& c : op.announcements) {
      const auto sane = sane_announced_time(c.time, op.now);
      const auto found = peers.find(c.peer);
      if (found == peers.end()) {
        peer_record r;
        r.first_heard = r.last_heard = op.now;
        r.announced_time = sane;
        r.announced_raw = c.time;
        r.announced_services = c.services;
        r.first_source = op.source;
        r.sources = bit;
        put(c.peer, r, place_new(r, op.now, rules));
        continue;
      }
      auto& k = found->second;
      const auto before = std::exchange(k.heard, k.heard | bit);
      const bool tells =
          day_of(sane) > day_of(k.r.announced_time) ||
          std::popcount(k.heard) >= 2 * std::popcount(k.r.sources) ||
          (k.r.queue == dial_class::dormant && before != k.heard && fresh(sane, op.now, rules));
      if (!tells)
        continue;
      auto r = k.r;
      r.sources = k.heard;
      r.last_heard = op.now;
      if (sane > r.announced_time) {
        r.announced_time = sane;
        r.announced_raw = c.time;
        r.announced_services = c.services;
      }
      put(c.peer, r, place_announced(r, op.now, rules));
    }
  }

  void apply(const record_visit& op) {
    const auto found = peers.find(op.peer);
    peer_record r;
    if (found != peers.end()) {
      r = found->second.r;
      r.sources = found->second.heard;
    } else {
      r.first_heard = r.last_heard = r.due = op.visit.started;
    }
    if (r.queue != dial_class::dormant)
      r.due = std::min(r.due, op.visit.ended + longest_interval(rules));
    count_visit(r, op.visit, rules);
    put(op.peer, r, place_visited(op.peer, r, op.visit, rules, seed_));
    visits[op.peer].push_back(op.visit);
  }

  void apply(const forget_peer& op) { peers.erase(op.peer); }

  void apply(const tidy& op) {
    std::vector<net::endpoint> gone;
    for (auto& [peer, k] : peers) {
      const bool asleep = k.r.queue == dial_class::dormant && k.r.due <= op.now;
      const bool old = k.r.queue == dial_class::fresh && k.r.due <= op.now - rules.freshness;
      if (!asleep && !old)
        continue;
      judge_announcement_again(k.r, op.now);
      const auto forget = forget_time(k.r, rules);
      k.r.sources = k.heard;
      if (forget <= op.now)
        gone.push_back(peer);
      else if (old && fresh(k.r.announced_time, op.now, rules))
        k.r.due = op.now;
      else
        put(peer, k.r, {dial_class::dormant, forget});
    }
    for (const auto& peer : gone)
      peers.erase(peer);
  }

  void restart() {
    for (auto& [peer, k] : peers)
      k.heard = k.r.sources;
  }

  std::map<net::endpoint, known> peers;
  std::map<net::endpoint, std::vector<visit_record>> visits;
  schedule_options rules;
  timestamp now = start; ///< Of the last command.

private:
  void put(const net::endpoint& peer, peer_record r, store::placement placement) {
    r.queue = placement.queue;
    r.due = placement.due;
    peers[peer] = {r, r.sources};
  }

  std::uint64_t seed_;
};

using model_operation = std::variant<record_announcements, record_visit, forget_peer, tidy>;

rc::Gen<model_operation> any_operation(timestamp now) {
  return rc::gen::exec([now]() -> model_operation {
    const auto any_peer = [] { return peer(*rc::gen::inRange(0u, 12u)); };
    switch (*rc::gen::weightedElement<int>({{6, 0}, {6, 1}, {1, 2}, {1, 3}})) {
    case 0: {
      record_announcements op{peer(0x10000u * *rc::gen::inRange(2u, 9u)), now, {}};
      const auto count = *rc::gen::inRange(0, 6);
      for (int i = 0; i != count; ++i) {
        const auto age = *rc::gen::inRange<std::int64_t>(-1'000, 86'400 * 10);
        op.announcements.push_back({any_peer(), static_cast<std::uint32_t>(now.count() - age),
                                    *rc::gen::inRange<std::uint64_t>(0, 5)});
      }
      return op;
    }
    case 1: {
      auto v = visit_at(now, *any_outcome(), *any_stage(), *any_blame());
      v.version = *maybe(any_version());
      if (*rc::gen::arbitrary<bool>())
        v.addresses.answer = net::addr_answer::complete;
      return record_visit{any_peer(), v};
    }
    case 2:
      return forget_peer{any_peer()};
    default:
      return tidy{now, hours{24 * 10'000}, 1'000};
    }
  });
}

void compare_records(const model& expected, database& db) {
  const auto listed = ask<list_answer>(db, list_query{}).peers;
  RC_ASSERT(listed.size() == expected.peers.size());
  auto iterator = listed.begin();
  for (const auto& [peer, k] : expected.peers) {
    RC_ASSERT(iterator->first == peer);
    RC_ASSERT(iterator->second == k.r);
    ++iterator;
  }
}

/// One at a time they may come from memory; lists come from the disk.
void compare_single_records(const model& expected, database& db) {
  for (std::uint32_t n = 0; n != 12; ++n) {
    const auto record = ask<get_answer>(db, get_query{peer(n)}).record;
    const auto known = expected.peers.find(peer(n));
    RC_ASSERT(record.has_value() == (known != expected.peers.end()));
    RC_ASSERT(!record || *record == known->second.r);
  }
}

void compare_due(const model& expected, database& db, timestamp now,
                 std::optional<timestamp> again_by = {}) {
  const auto due = ask<due_answer>(db, due_query{now, {100, 100, 100}, {}, again_by});
  std::array<timestamp, dialled_class_count> next{};
  std::array<std::size_t, dial_class_count> count{};
  for (const auto& [peer, k] : expected.peers) {
    const auto queue = static_cast<std::size_t>(k.r.queue);
    if (k.r.queue == dial_class::dormant)
      continue;
    auto judged = k.r; // A time that lay ahead when it was heard may be believed by now.
    judge_announcement_again(judged, now);
    const bool is_fresh = k.r.queue == dial_class::fresh;
    if (k.r.due > (is_fresh ? now : std::min(now, again_by.value_or(now))))
      next[queue] = next[queue] == never ? k.r.due : std::min(next[queue], k.r.due);
    else if (!is_fresh || fresh(judged.announced_time, now, expected.rules))
      ++count[queue];
  }
  for (std::size_t i = 0; i != dialled_class_count; ++i) {
    RC_ASSERT(due.peers[i].size() == count[i]);
    timestamp last = never;
    for (const auto& p : due.peers[i]) {
      RC_ASSERT(p.due >= last);
      RC_ASSERT(p.due == expected.peers.at(p.peer).r.due);
      RC_ASSERT(static_cast<std::size_t>(p.queue) == i);
      last = p.due;
    }
  }
  for (std::size_t i = 0; i != dialled_class_count; ++i)
    RC_ASSERT(due.more[i] || due.next[i] == next[i]);
}

void compare_stats(const model& expected, database& db, timestamp now) {
  const auto stats = ask<stats_answer>(db, stats_query{now});
  stats_answer sums;
  for (const auto& [peer, k] : expected.peers) {
    ++sums.known;
    ++sums.known_by_class[static_cast<std::size_t>(k.r.queue)];
    sums.visited += k.r.last ? 1 : 0;
    sums.good += good(k.r) ? 1 : 0;
    sums.reached += k.r.last_success != never ? 1 : 0;
    const auto first_day = day_of(now - expected.rules.live_window);
    sums.reached_lately +=
        k.r.last_success != never && day_of(k.r.last_success) >= first_day ? 1 : 0;
  }
  RC_ASSERT(stats.known == sums.known);
  RC_ASSERT(stats.known_by_class == sums.known_by_class);
  RC_ASSERT(stats.visited == sums.visited);
  RC_ASSERT(stats.good == sums.good);
  RC_ASSERT(stats.reached == sums.reached);
  RC_ASSERT(stats.reached_lately == sums.reached_lately);
}

void compare_visits(const model& expected, database& db) {
  for (const auto& [peer, visits] : expected.visits)
    RC_ASSERT(ask<visits_answer>(db, visits_query{peer, 10'000}).visits == visits);
}

/// A database and its disk.
struct database_on_a_disk {
  std::unique_ptr<leveldb::Env> disk = memory_disk();
  database_options options = options_on(disk.get());
  database db{"/db", options};
};

/// Something that is done to a database, after which it must be what the model is.
struct database_command : rc::state::Command<model, database_on_a_disk> {
  explicit database_command(const model& m)
      : now(m.now +
            seconds{*rc::gen::elementOf(std::vector<int>{0, 1, 400, 4'000, 90'000, 700'000})}),
        look_ahead(*rc::gen::inRange(0, 100'000)) {}

  timestamp now;      ///< When it is done.
  seconds look_ahead; ///< Who is due so much later.

  void apply(model& m) const final {
    m.now = std::max(m.now, now);
    change(m);
  }
  void run(const model& before, database_on_a_disk& of) const final {
    change(of.db);
    const auto expected = nextState(before);
    compare_records(expected, of.db);
    compare_single_records(expected, of.db);
    compare_due(expected, of.db, expected.now + look_ahead);
    compare_due(expected, of.db, expected.now + look_ahead, expected.now);
    compare_stats(expected, of.db, expected.now);
    compare_visits(expected, of.db);
  }
  virtual void change(model& m) const = 0;
  virtual void change(database& db) const = 0;
};

struct write_batch final : database_command {
  explicit write_batch(const model& m) : database_command(m) {
    for (auto size = *rc::gen::inRange(1, 5); size != 0; --size)
      operations.push_back(*any_operation(now));
  }

  std::vector<model_operation> operations;

  void change(model& m) const override {
    for (const auto& one : operations)
      std::visit([&](const auto& operation) { m.apply(operation); }, one);
  }
  void change(database& db) const override {
    batch b;
    for (const auto& one : operations) {
      // Housekeeping looks for its work in what earlier batches wrote.
      if (std::holds_alternative<tidy>(one))
        RC_ASSERT(db.apply(std::exchange(b, {})).has_value());
      std::visit([&](const auto& operation) { b.operations.emplace_back(operation); }, one);
    }
    const auto done = db.apply(b);
    RC_ASSERT(done.has_value());
    RC_ASSERT(done->results.size() == b.operations.size());
  }
  void show(std::ostream& out) const override {
    constexpr std::array<std::string_view, 4> names = {"announcements", "visit", "forget", "tidy"};
    out << "at " << now.count() << " write";
    for (const auto& one : operations)
      out << " " << names[one.index()];
  }
};

struct reopen final : database_command {
  using database_command::database_command;

  void change(model& m) const override { m.restart(); }
  void change(database& db) const override { db.close(); }
  void show(std::ostream& out) const override { out << "reopen"; }
};

/// All that it has is read, and compared with itself.
struct check_all final : database_command {
  using database_command::database_command;

  void change(model&) const override {}
  void change(database& db) const override {
    const auto report = db.check();
    RC_ASSERT(report.has_value());
    RC_ASSERT(report->problems == std::vector<std::string>{});
  }
  void show(std::ostream& out) const override { out << "check"; }
};

TEST(store_model, the_database_is_what_a_map_and_the_policies_say) {
  EXPECT_TRUE(rc::check([] {
    database_on_a_disk of;
    RC_ASSERT(of.db.open().has_value());
    rc::state::check(model{of.options.seed}, of,
                     rc::state::gen::execOneOfWithArgs<write_batch, write_batch, write_batch,
                                                       reopen, check_all>());
  }));
}

} // namespace
} // namespace seedwalk::store
