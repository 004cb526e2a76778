#include "store/answers.hpp"

#include <algorithm>
#include <deque>

#include "net/base/archive.hpp"
#include "store/keys.hpp"
#include "store/read_record.hpp"
#include "store/values.hpp"
#include "store/wrong_clock.hpp"

namespace seedwalk::store {

namespace {

/// The first key behind `key`.
std::string behind(std::string key) {
  key.push_back('\0');
  return key;
}

/// Where a class without anybody ends.
std::string behind_all(dial_class queue) {
  auto end = due_prefix(queue);
  ++end.back();
  return end;
}

} // namespace

tl::expected<store::answer, error> answers::to(const query& q) {
  return std::visit([this](const auto& asked) { return reply(asked); }, q);
}

/// True if memory alone says that an announcement of an endpoint is fresh: it remembers the day of
/// it.
bool answers::surely_fresh(const net::endpoint& peer, timestamp now) const {
  const auto* known = memory_.table.find(memory_.identify(peer).hash);
  return known != nullptr &&
         fresh(std::chrono::seconds{std::chrono::hours{24} * known->day}, now, schedule_);
}

tl::expected<void, error>
answers::scan_queue(dial_class queue, const net::bytes& after,
                    const std::function<bool(std::string_view key)>& visit) {
  auto& gaps = memory_.gaps[static_cast<std::size_t>(queue)];
  const auto first = after.empty() ? due_prefix(queue) : behind(std::string(net::as_text(after)));
  std::optional<std::string> nearest;
  auto scanned =
      disk_.scan(due_prefix(queue), gaps.skip(first), [&](std::string_view key, std::string_view) {
        if (!nearest)
          nearest = key;
        return visit(key);
      });
  if (scanned)
    (after.empty() ? gaps.front : gaps.inside).note(first, nearest.value_or(behind_all(queue)));
  return scanned;
}

tl::expected<void, error> answers::due_of(dial_class queue, const due_query& q, due_answer& out) {
  struct candidate {
    due_parts parts;
    bool sure = false; ///< Its record need not be read.
  };
  const auto i = static_cast<std::size_t>(queue);
  // Fresh ones whose announcements have aged meanwhile are passed over; never many in one answer.
  const auto looks = std::uint64_t{q.limit[i]} * 8 + 64;
  std::vector<candidate> found;
  std::uint32_t wanted = 0;
  const auto by = q.by(queue);
  auto& after = out.after[i];
  after = q.after[i];
  auto scanned = scan_queue(queue, after, [&](std::string_view key) {
    const auto parts = parse_due_key(key);
    if (!parts)
      return false;
    if (parts->due > by) {
      out.next[i] = parts->due;
      return false;
    }
    if (wanted == q.limit[i] || found.size() == looks) {
      out.more[i] = true;
      return false;
    }
    const bool sure = queue == dial_class::fresh && surely_fresh(parts->peer, q.now);
    wanted += sure || queue != dial_class::fresh ? 1 : 0;
    found.push_back({*parts, sure});
    return true;
  });
  if (!scanned)
    return scanned;
  out.peers[i].reserve(std::min<std::size_t>(found.size(), q.limit[i]));
  const due_parts* last = nullptr;
  for (const auto& [parts, sure] : found) {
    if (out.peers[i].size() == q.limit[i]) {
      out.more[i] = true;
      out.next[i] = never;
      break;
    }
    last = &parts;
    if (sure) {
      out.peers[i].push_back({parts.peer, queue, parts.due, never, never, {}});
      continue;
    }
    auto found_record = read_record(disk_, memory_, memory_.identify(parts.peer));
    if (!found_record)
      return tl::unexpected(found_record.error());
    if (!*found_record)
      return tl::unexpected(disk_.damaged_value("the record of " + net::to_string(parts.peer)));
    auto& r = **found_record;
    if (queue == dial_class::fresh)
      judge_announcement_again(r, q.now);
    if (queue == dial_class::fresh && !fresh(r.announced_time, q.now, schedule_))
      continue;
    if (queue == dial_class::fresh)
      out.peers[i].push_back({parts.peer, queue, r.due, never, never, {}});
    else
      out.peers[i].push_back(
          {parts.peer, queue, r.due, r.last_getaddr, r.last_success, std::move(r.last)});
  }
  if (last != nullptr) {
    const auto key = due_key(last->queue, last->due, last->tiebreak, last->peer);
    after.assign(key.begin(), key.end());
  }
  return {};
}

answers::result answers::reply(const due_query& q) {
  due_answer out;
  for (std::size_t i = 0; i != dialled_class_count; ++i) {
    if (q.limit[i] == 0)
      continue;
    if (auto done = due_of(static_cast<dial_class>(i), q, out); !done)
      return tl::unexpected(done.error());
  }
  return out;
}

answers::result answers::reply(const get_query& q) {
  return read_record(disk_, memory_, memory_.identify(q.peer))
      .map([](std::optional<peer_record>&& record) {
        return store::answer{get_answer{std::move(record)}};
      });
}

answers::result answers::reply(const list_query& q) {
  // So many records are read for a page at most, however few of them are wanted.
  constexpr std::size_t max_looks = 100'000;
  const auto limit = std::min(q.limit, list_query::max_page);
  auto front = prefix(key_kind::peer);
  if (q.network)
    front.push_back(static_cast<char>(*q.network));
  list_answer out;
  std::size_t looks = 0;
  std::optional<net::endpoint> last;
  std::string damaged;
  auto scanned =
      disk_.scan(front, q.after ? std::max(front, behind(peer_key(*q.after))) : std::string{},
                 [&](std::string_view key, std::string_view value) {
                   if (looks == max_looks || out.peers.size() == limit) {
                     out.next = last;
                     return false;
                   }
                   ++looks;
                   last = parse_peer_key(key);
                   peer_record r;
                   if (!last || !decode(value, r, memory_.agents)) {
                     damaged =
                         last ? "the record of " + net::to_string(*last) : "the key of a record";
                     return false;
                   }
                   if ((!q.good_only || good(r)) && (!q.tried_only || r.last))
                     out.peers.emplace_back(*last, std::move(r));
                   return true;
                 });
  if (!scanned)
    return tl::unexpected(scanned.error());
  if (!damaged.empty())
    return tl::unexpected(disk_.damaged_value(damaged));
  return out;
}

answers::result answers::reply(const visits_query& q) {
  std::deque<visit_record> newest;
  {
    const auto iterator = disk_.iterate();
    // From day to day: the endpoint's visits of a day stand together.
    std::uint32_t day = 0;
    for (;;) {
      const auto front = visit_prefix(day, q.peer);
      iterator->Seek(front);
      for (; iterator->Valid() && iterator->key().starts_with(front); iterator->Next()) {
        if (!decode(as_view(iterator->value()), newest.emplace_back(), memory_.agents))
          return tl::unexpected(disk_.damaged_value("a visit to " + net::to_string(q.peer)));
        if (newest.size() > q.limit)
          newest.pop_front();
      }
      if (auto status = disk_.status_of(*iterator); !status)
        return tl::unexpected(status.error());
      if (!iterator->Valid() || !iterator->key().starts_with(prefix(key_kind::visit)))
        break;
      const auto kept_day = parse_day(as_view(iterator->key()));
      if (!kept_day || (*kept_day == day && day == UINT32_MAX))
        break;
      // Others' visits on the same day end it; a later day is where to look next.
      day = std::max(*kept_day, day + 1);
    }
  }
  return visits_answer{{newest.begin(), newest.end()}};
}

answers::result answers::reply(const stats_query& q) {
  const auto& t = memory_.totals;
  stats_answer out;
  out.known = t.known;
  out.known_by_network = t.by_network;
  out.known_by_class = t.by_class;
  for (std::size_t n = 0; n != out.not_dialled.size(); ++n)
    out.not_dialled[n] = memory_.parked[n] ? memory_.dormant_by_network[n] : 0;
  out.visited = t.visited;
  out.reached = t.reached;
  out.good = t.good;
  out.reached_lately = memory_.reached_since(q.now - schedule_.live_window);
  out.visits = t.visits;
  out.inbound = t.inbound;
  out.inbound_kept = memory_.inbound.kept;
  out.inbound_dropped = memory_.inbound.dropped;
  out.censuses = t.censuses;
  out.bans = t.bans;
  out.user_agents = memory_.agents.size();
  return out;
}

answers::result answers::reply(const censuses_query& q) {
  censuses_answer out;
  for (auto number = memory_.totals.censuses; number != 0 && out.censuses.size() < q.limit;
       --number) {
    auto value = disk_.get(census_key(number));
    if (!value)
      return tl::unexpected(value.error());
    census_record c;
    if (!*value || !net::from_archive(net::as_bytes(**value), c))
      return tl::unexpected(disk_.damaged_value("a census"));
    out.censuses.emplace_back(number, std::move(c));
  }
  return out;
}

answers::result answers::reply(const bans_query&) {
  bans_answer out;
  bool damaged = false;
  auto scanned =
      disk_.scan(prefix(key_kind::ban), {}, [&](std::string_view, std::string_view value) {
        damaged = !net::from_archive(net::as_bytes(value), out.bans.emplace_back());
        return !damaged;
      });
  if (!scanned)
    return tl::unexpected(scanned.error());
  if (damaged)
    return tl::unexpected(disk_.damaged_value("a ban"));
  return out;
}

answers::result answers::reply(const inbound_query& q) {
  inbound_answer out;
  const auto front = prefix(key_kind::inbound);
  const auto iterator = disk_.iterate();
  iterator->Seek(prefix(static_cast<key_kind>(static_cast<char>(key_kind::inbound) + 1)));
  if (iterator->Valid())
    iterator->Prev();
  else
    iterator->SeekToLast();
  for (; iterator->Valid() && iterator->key().starts_with(front) && out.sightings.size() < q.limit;
       iterator->Prev())
    if (!decode(as_view(iterator->value()), out.sightings.emplace_back(), memory_.agents))
      return tl::unexpected(disk_.damaged_value("an inbound sighting"));
  if (auto status = disk_.status_of(*iterator); !status)
    return tl::unexpected(status.error());
  return out;
}

} // namespace seedwalk::store
