#include <algorithm>

#include "net/base/archive.hpp"
#include "store/keys.hpp"
#include "store/transaction.hpp"
#include "store/values.hpp"
#include "store/wrong_clock.hpp"

namespace seedwalk::store {

namespace {

/// What is looked at, in this order; the classes by their numbers. Answers name them by number.
enum mended_part : std::uint8_t { visits = dial_class_count, sightings, bans, parts_end };

/// Where a look goes on: behind the last one, else at the front of the part.
std::string from(const mend_times& op, std::uint8_t part, std::string front) {
  if (part != op.part || op.after.empty())
    return front;
  return std::string(net::as_text(op.after)) + '\0';
}

} // namespace

transaction::result transaction::apply(const mend_times& op) {
  times_mended done;
  std::uint32_t looks = 0;
  if (op.part == 0 && op.after.empty())
    for (auto& t : touched_)
      if (t.record)
        mend_record(t, op, done);
  // What is filed, and bans, are changed for good: only by a clock that is right.
  const std::uint8_t end = op.believed ? parts_end : visits;
  for (done.part = op.part; done.part < end; ++done.part) {
    const auto whole = [&]() -> tl::expected<bool, error> {
      switch (done.part) {
      case visits:
        return mend_days<visit_record>(key_kind::visit, op, done, looks);
      case sightings:
        return mend_days<inbound_sighting>(key_kind::inbound, op, done, looks);
      case bans:
        return mend_bans(op, done, looks);
      default:
        return mend_queue(static_cast<dial_class>(done.part), op, done, looks);
      }
    }();
    if (!whole)
      return tl::unexpected(whole.error());
    if (!*whole) {
      done.more = true;
      return done;
    }
    done.after.clear();
  }
  if (op.believed)
    memory_.latest = std::min(memory_.latest, op.now);
  return done;
}

void transaction::mend_record(touched& t, const mend_times& op, times_mended& done) {
  auto r = current(t);
  const auto trust = op.believed ? clock_trust::believed : clock_trust::doubtful;
  if (!mend(t.hashed.peer, r, op.now, op.set_back, trust, schedule_, memory_.seed()))
    return;
  ++done.records;
  place(t.hashed.peer, r, {r.queue, r.due}); // To rest, where its network is not dialled.
  change(t, std::move(r));
}

/// Looks at those who wait in `queue` for a moment after `now`, because nobody else can wait too
/// long; with a clock that is believed at all, because who is due already may yet say that it was
/// met tomorrow.
tl::expected<bool, error> transaction::mend_queue(dial_class queue, const mend_times& op,
                                                  times_mended& done, std::uint32_t& looks) {
  if (memory_.latest <= op.now)
    return true;
  std::vector<net::endpoint> found;
  bool whole = true;
  const auto front = op.believed
                         ? memory_.gaps[static_cast<std::size_t>(queue)].skip(due_prefix(queue))
                         : due_bound(queue, op.now + std::chrono::seconds{1});
  auto scanned = disk_.scan(due_prefix(queue), from(op, done.part, front),
                            [&](std::string_view key, std::string_view) {
                              const auto parts = parse_due_key(key);
                              if (!parts)
                                return false;
                              if (looks == op.limit)
                                return whole = false;
                              ++looks;
                              done.after.assign(key.begin(), key.end());
                              found.push_back(parts->peer);
                              return true;
                            });
  if (!scanned)
    return tl::unexpected(scanned.error());
  for (const auto& peer : found) {
    auto t = load(memory_.identify(peer));
    if (!t)
      return tl::unexpected(t.error());
    if ((*t)->record)
      mend_record(**t, op, done);
  }
  return whole;
}

/// What is filed under a day to come would be dropped on that day, and hide what is newer.
template <class Record>
tl::expected<bool, error> transaction::mend_days(key_kind kind, const mend_times& op,
                                                 times_mended& done, std::uint32_t& looks) {
  const auto today = day_of(op.now);
  bool whole = true;
  bool damaged = false;
  auto scanned = disk_.scan(prefix(kind), from(op, done.part, day_prefix(kind, today + 1)),
                            [&](std::string_view key, std::string_view value) {
                              if (looks == op.limit)
                                return whole = false;
                              ++looks;
                              done.after.assign(key.begin(), key.end());
                              if (written_.contains(std::string(key)))
                                return true; // Dropped in this batch.
                              Record r;
                              damaged = key.size() < 5 || !decode(value, r, memory_.agents);
                              if (damaged)
                                return false;
                              mend(r, op.now);
                              ++done.visits;
                              // The day stands behind the kind; all behind it stays.
                              auto moved = day_prefix(kind, today).append(key.substr(5));
                              out_.Delete(as_slice(key));
                              out_.Put(moved, as_slice(encode(r, memory_.agents)));
                              if (kind == key_kind::inbound) {
                                written_[std::string(key)] = std::nullopt;
                                sightings_.insert(std::move(moved));
                              }
                              return true;
                            });
  if (scanned && damaged)
    return tl::unexpected(disk_.damaged_value("a visit"));
  return scanned.map([&] { return whole; });
}

/// All are read, and those that are mended counted: there are few, and few of them are.
tl::expected<bool, error> transaction::mend_bans(const mend_times& op, times_mended& done,
                                                 std::uint32_t& looks) {
  bool whole = true;
  bool damaged = false;
  auto scanned = disk_.scan(prefix(key_kind::ban), from(op, done.part, {}),
                            [&](std::string_view key, std::string_view value) {
                              ban_record ban;
                              damaged = !net::from_archive(net::as_bytes(value), ban);
                              if (damaged)
                                return false;
                              // What this batch wrote was written by the clock of today.
                              if (ban.since <= op.now || written_.contains(std::string(key)))
                                return true;
                              if (looks == op.limit)
                                return whole = false;
                              ++looks;
                              done.after.assign(key.begin(), key.end());
                              mend(ban, op.now);
                              ++done.bans;
                              const auto bytes = net::to_archive(ban);
                              out_.Put(as_slice(key), as_slice(bytes));
                              written_[std::string(key)] = net::as_text(bytes);
                              return true;
                            });
  if (scanned && damaged)
    return tl::unexpected(disk_.damaged_value("a ban"));
  return scanned.map([&] { return whole; });
}

} // namespace seedwalk::store
