#include "actors/crawl/dial_schedule.hpp"

#include <algorithm>
#include <cassert>

namespace seedwalk::actors {

namespace {

/// So many from the front of a queue are looked at for one whose group allows a dial.
constexpr std::size_t look_ahead_max = 64;

/// Dials that were not made when they could have been may be made up for, this far back.
constexpr net::steady_time burst = std::chrono::milliseconds{50};

constexpr std::uint64_t pass_of_whole = 1'000'000;

net::steady_time interval(std::uint32_t per_second) {
  return std::chrono::nanoseconds{1'000'000'000} / std::max<std::uint32_t>(per_second, 1);
}

store::subnet group_of(const net::endpoint& peer) {
  return store::subnet_of(peer, peer.network == net::network_id::ipv4 ? 24 : 48);
}

bool grouped(const net::endpoint& peer) {
  return peer.network == net::network_id::ipv4 || peer.network == net::network_id::ipv6;
}

} // namespace

void dial_schedule::add(const store::due_peer& peer) {
  const auto queue = static_cast<std::size_t>(peer.queue);
  assert(queue < queues_.size());
  if (queues_[queue].empty()) {
    // Who was away does not catch up on what was lent meanwhile.
    std::optional<std::uint64_t> furthest_back;
    for (std::size_t i = 0; i != queues_.size(); ++i)
      if (!queues_[i].empty() && (!furthest_back || class_pass_[i] < *furthest_back))
        furthest_back = class_pass_[i];
    if (furthest_back)
      class_pass_[queue] = std::max(class_pass_[queue], *furthest_back);
  }
  queues_[queue].push_back(peer);
}

std::uint32_t dial_schedule::reserved(std::size_t queue) const {
  return static_cast<std::uint32_t>(std::uint64_t{limits_.slots} * limits_.share_percent[queue] /
                                    100);
}

void dial_schedule::not_before(net::steady_time when) {
  ready_at_ = ready_at_ ? std::min(*ready_at_, when) : when;
}

bool dial_schedule::group_allows(const net::endpoint& peer, net::steady_time now) {
  if (net::is_loopback(peer))
    return true;
  if (now + burst < next_dial_) {
    not_before(next_dial_ - burst);
    return false;
  }
  if (!grouped(peer))
    return true;
  const auto i = groups_.find(group_of(peer));
  if (i == groups_.end())
    return true;
  if (i->second.in_use >= limits_.group_slots)
    return false;
  if (now < i->second.next_dial) {
    not_before(i->second.next_dial);
    return false;
  }
  return true;
}

std::optional<std::size_t> dial_schedule::find_allowed(std::size_t queue, net::steady_time now) {
  const auto& waiting = queues_[queue];
  std::size_t looked_at = 0;
  for (std::size_t i = 0; i != waiting.size() && looked_at != look_ahead_max; ++i) {
    // Those of a paused network are passed over, and do not hide others.
    if (gate_of(waiting[i].peer) == gate::paused)
      continue;
    ++looked_at;
    if (group_allows(waiting[i].peer, now))
      return i;
  }
  return std::nullopt;
}

std::optional<store::due_peer> dial_schedule::next(net::steady_time now) {
  ready_at_.reset();
  if (in_use_ >= std::min(limits_.slots, ceiling_))
    return std::nullopt;
  // Classes below their share first, then those that borrow; within each, the one furthest back.
  std::array<std::size_t, store::dialled_class_count> order{};
  for (std::size_t i = 0; i != order.size(); ++i)
    order[i] = i;
  std::sort(order.begin(), order.end(), [this](auto a, auto b) {
    const bool a_borrows = class_in_use_[a] >= reserved(a);
    const bool b_borrows = class_in_use_[b] >= reserved(b);
    if (a_borrows != b_borrows)
      return b_borrows;
    return class_pass_[a] != class_pass_[b] ? class_pass_[a] < class_pass_[b] : a < b;
  });
  for (const auto queue : order)
    if (const auto index = find_allowed(queue, now))
      return take(queue, *index, now);
  return std::nullopt;
}

store::due_peer dial_schedule::take(std::size_t queue, std::size_t index, net::steady_time now) {
  auto& waiting = queues_[queue];
  auto peer = std::move(waiting[index]);
  waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(index));
  if (gate_of(peer.peer) == gate::one)
    set_gate(peer.peer.network, gate::paused);
  ++in_use_;
  ++class_in_use_[queue];
  class_pass_[queue] += pass_of_whole / std::max<std::uint32_t>(limits_.share_percent[queue], 1);
  if (!net::is_loopback(peer.peer)) {
    next_dial_ = std::max(next_dial_, now - burst) + interval(limits_.dials_per_second);
    if (grouped(peer.peer)) {
      // Groups that were dialled and released within their interval are swept when they have piled
      // up.
      if (groups_.size() > 2 * (std::size_t{limits_.slots} + limits_.dials_per_second))
        std::erase_if(groups_, [now](const auto& x) {
          return x.second.in_use == 0 && x.second.next_dial <= now;
        });
      auto& g = groups_[group_of(peer.peer)];
      ++g.in_use;
      g.next_dial = now + interval(limits_.group_dials_per_second);
    }
  }
  return peer;
}

void dial_schedule::release(const net::endpoint& peer, store::dial_class queue,
                            net::steady_time now) {
  auto& of_class = class_in_use_[static_cast<std::size_t>(queue)];
  assert(in_use_ > 0 && of_class > 0);
  --in_use_;
  --of_class;
  if (net::is_loopback(peer) || !grouped(peer))
    return;
  const auto i = groups_.find(group_of(peer));
  assert(i != groups_.end() && i->second.in_use > 0);
  if (--i->second.in_use == 0 && i->second.next_dial <= now)
    groups_.erase(i);
}

std::size_t dial_schedule::waiting() const {
  std::size_t n = 0;
  for (const auto& queue : queues_)
    n += queue.size();
  return n;
}

std::deque<store::due_peer>
dial_schedule::drop_waiting(const std::function<bool(const net::endpoint&)>& unwanted) {
  std::deque<store::due_peer> dropped;
  for (auto& queue : queues_) {
    const auto kept = std::stable_partition(
        queue.begin(), queue.end(), [&](const auto& waiting) { return !unwanted(waiting.peer); });
    dropped.insert(dropped.end(), kept, queue.end());
    queue.erase(kept, queue.end());
  }
  return dropped;
}

} // namespace seedwalk::actors
