#include <algorithm>

#include "net/base/archive.hpp"
#include "net/base/probe.hpp"
#include "store/keys.hpp"
#include "store/transaction.hpp"
#include "store/wrong_clock.hpp"

namespace seedwalk::store {

namespace {

std::uint32_t steps(const tidied& done) {
  return done.forgotten + done.put_to_rest + done.visits_dropped + done.bans_ended;
}

} // namespace

transaction::result transaction::apply(const tidy& op) {
  tidied done;
  const auto first_kept_day = day_of(op.now - op.history);
  auto went =
      end_bans(op, done)
          .and_then([&] { return drop_days(key_kind::visit, first_kept_day, op.limit, done); })
          .and_then([&] { return drop_days(key_kind::inbound, first_kept_day, op.limit, done); })
          .and_then([&] { return settle_queue(dial_class::dormant, op.now, op, done); })
          .and_then([&] {
            return settle_queue(dial_class::fresh, op.now - schedule_.freshness, op, done);
          });
  if (!went)
    return tl::unexpected(went.error());
  return done;
}

tl::expected<void, error> transaction::end_bans(const tidy& op, tidied& done) {
  bool damaged = false;
  auto scanned =
      disk_.scan(prefix(key_kind::ban), {}, [&](std::string_view key, std::string_view value) {
        if (steps(done) >= op.limit) {
          done.more = true;
          return false;
        }
        ban_record ban;
        damaged = !net::from_archive(net::as_bytes(value), ban);
        if (damaged || in_force(ban, op.now) || written_.contains(std::string(key)))
          return !damaged;
        out_.Delete(as_slice(key));
        written_[std::string(key)] = std::nullopt;
        --memory_.totals.bans;
        ++done.bans_ended;
        return true;
      });
  if (scanned && damaged)
    return tl::unexpected(disk_.damaged_value("a ban"));
  return scanned;
}

tl::expected<void, error> transaction::drop_days(key_kind kind, std::uint32_t first_kept_day,
                                                 std::uint32_t limit, tidied& done) {
  return disk_.scan(prefix(kind), {}, [&](std::string_view key, std::string_view) {
    const auto day = parse_day(key);
    if (!day || *day >= first_kept_day)
      return false;
    const bool sighting = kind == key_kind::inbound;
    if (sighting && !written_.emplace(key, std::nullopt).second)
      return true; // Dropped in this batch already.
    if (steps(done) >= limit) {
      done.more = true;
      return false;
    }
    out_.Delete(as_slice(key));
    memory_.inbound.kept -= sighting ? 1 : 0;
    ++done.visits_dropped;
    return true;
  });
}

/// Looks again at endpoints that wait in `queue` until `until` or before, by their records.
tl::expected<void, error> transaction::settle_queue(dial_class queue, timestamp until,
                                                    const tidy& op, tidied& done) {
  std::vector<net::endpoint> found;
  const auto front = memory_.gaps[static_cast<std::size_t>(queue)].skip(due_prefix(queue));
  auto scanned = disk_.scan(due_prefix(queue), front, [&](std::string_view key, std::string_view) {
    const auto parts = parse_due_key(key);
    if (!parts || parts->due > until)
      return false;
    if (steps(done) + found.size() >= op.limit) {
      done.more = true;
      return false;
    }
    found.push_back(parts->peer);
    return true;
  });
  if (!scanned)
    return scanned;
  for (const auto& peer : found) {
    auto t = load(memory_.identify(peer));
    if (!t)
      return tl::unexpected(t.error());
    // This batch may have moved it already.
    if (!(*t)->record || (*t)->record->queue != queue || (*t)->record->due > until)
      continue;
    auto r = current(**t);
    judge_announcement_again(r, op.now);
    const auto forget = forget_time(r, schedule_);
    const bool stale = !fresh(r.announced_time, op.now, schedule_);
    if (forget <= op.now) {
      ++done.forgotten;
      net::reached(net::probe::endpoint_forgotten);
      change(**t, std::nullopt);
      continue;
    }
    ++done.put_to_rest;
    r.queue = queue == dial_class::fresh && !stale ? dial_class::fresh : dial_class::dormant;
    r.due = r.queue == dial_class::fresh ? op.now : forget;
    change(**t, std::move(r));
  }
  return {};
}

} // namespace seedwalk::store
