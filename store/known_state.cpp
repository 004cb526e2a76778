#include "store/known_state.hpp"

#include <algorithm>
#include <bit>

#include "net/base/random.hpp"
#include "store/keys.hpp"
#include "store/wrong_clock.hpp"

namespace seedwalk::store {

namespace {

net::byte_view front(const net::endpoint& peer, std::size_t size) {
  return {peer.address.data(), size};
}

bool never_reached(const peer_record* r) {
  return r != nullptr && r->last_success == never;
}

void add_to(counters& c, const hashed_endpoint& hashed, const peer_record* r, std::uint64_t sign) {
  if (r == nullptr)
    return;
  c.known += sign;
  c.by_network[static_cast<std::size_t>(hashed.peer.network) % c.by_network.size()] += sign;
  c.by_class[static_cast<std::size_t>(r->queue)] += sign;
  c.visited += r->last ? sign : 0;
  c.reached += r->last_success != never ? sign : 0;
  c.good += good(*r) ? sign : 0;
}

} // namespace

std::string source_group_of(const peer_record& r) {
  if (!r.first_source)
    return {};
  return std::string(net::as_text(net::netgroup(*r.first_source)));
}

const std::string& source_group_names::of(const peer_record& r) {
  if (r.first_source != source_) {
    source_ = r.first_source;
    name_ = source_group_of(r);
  }
  return name_;
}

std::uint64_t known_state::hash_of(const net::endpoint& peer) const {
  return hash_of_key(endpoint_bytes{peer}.view());
}

std::uint64_t known_state::hash_of_key(net::byte_view key) const {
  return known_table::fold(hash_(key));
}

std::uint64_t known_state::hash_of_ipv4(const net::endpoint& peer) const {
  return hash_ipv4_(front(peer, 4));
}

std::uint64_t known_state::hash_of_64(const net::endpoint& peer) const {
  return hash_64_(front(peer, 8));
}

std::uint64_t known_state::hash_of_48(const net::endpoint& peer) const {
  return hash_48_(front(peer, 6));
}

void known_state::prefetch_new(const net::endpoint& peer) const {
  if (peer.network == net::network_id::ipv4 && !net::is_loopback(peer))
    addresses_.prefetch(hash_of_ipv4(peer));
}

std::uint32_t known_state::source_bit(const std::optional<net::endpoint>& source) const {
  const auto group = source ? net::netgroup(*source) : net::bytes{};
  return 1u << (net::keyed_hash(seed_, "source", group) % 32);
}

bool known_state::has_room(const net::endpoint& peer, const known_limits& limits) const {
  if (net::is_loopback(peer))
    return true;
  if (peer.network == net::network_id::ipv4)
    return addresses_.count(hash_of_ipv4(peer)) < limits.per_ipv4_address;
  if (peer.network == net::network_id::ipv6)
    return addresses_.count(hash_of_64(peer)) < limits.per_ipv6_64 &&
           addresses_.count(hash_of_48(peer)) < limits.per_ipv6_48;
  return true;
}

void known_state::share_address(const net::endpoint& peer, bool added) {
  if (net::is_loopback(peer))
    return;
  const auto step = [&](std::uint64_t hash) {
    if (added)
      addresses_.increment(hash);
    else
      addresses_.decrement(hash);
  };
  if (peer.network == net::network_id::ipv4)
    step(hash_of_ipv4(peer));
  if (peer.network == net::network_id::ipv6) {
    step(hash_of_64(peer));
    step(hash_of_48(peer));
  }
}

/// The group of a record, a new one if there was none.
source_group& known_state::group_of(const peer_record& r) {
  if (recent_group_ == nullptr || r.first_source != recent_source_) {
    recent_group_ = &groups[source_group_of(r)];
    recent_source_ = r.first_source;
  }
  return *recent_group_;
}

void known_state::leave_group(const peer_record& r) {
  const auto group = groups.find(source_group_of(r));
  if (group == groups.end() || --group->second.size != 0)
    return;
  groups.erase(group);
  recent_group_ = nullptr;
}

void known_state::index(const hashed_endpoint& hashed, const peer_record* before,
                        const peer_record* after) {
  auto& dormant =
      dormant_by_network[static_cast<std::size_t>(hashed.peer.network) % dormant_by_network.size()];
  dormant -= before != nullptr && before->queue == dial_class::dormant ? 1 : 0;
  dormant += after != nullptr && after->queue == dial_class::dormant ? 1 : 0;
  if ((before == nullptr) != (after == nullptr))
    share_address(hashed.peer, after != nullptr);
  if (after == nullptr) {
    table.erase(hashed.hash);
  } else {
    latest = std::max(latest, latest_of(*after));
    auto& e = table.insert(hashed.hash);
    e.sources |= after->sources;
    e.day = static_cast<std::uint16_t>(std::min(day_of(after->announced_time), 0xffffu));
    e.written_sources = static_cast<std::uint8_t>(std::popcount(after->sources));
    e.dormant = after->queue == dial_class::dormant;
  }
  if (never_reached(before) != never_reached(after)) {
    if (never_reached(after))
      ++group_of(*after).size;
    else
      leave_group(*before);
  }
  const auto success = [](const peer_record* r) { return r == nullptr ? never : r->last_success; };
  if (success(before) == success(after))
    return;
  if (success(before) != never) {
    const auto day = success_days_.find(day_of(success(before)));
    if (day != success_days_.end() && --day->second == 0)
      success_days_.erase(day);
  }
  if (success(after) != never)
    ++success_days_[day_of(success(after))];
}

void known_state::change(const hashed_endpoint& hashed, const peer_record* before,
                         const peer_record* after) {
  add_to(totals, hashed, before, ~std::uint64_t{0});
  add_to(totals, hashed, after, 1);
  index(hashed, before, after);
}

void known_state::load(const hashed_endpoint& hashed, const peer_record& r) {
  index(hashed, nullptr, &r);
}

std::map<std::string, source_group>::iterator known_state::largest_group() {
  return std::max_element(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
    return a.second.size < b.second.size;
  });
}

std::uint64_t known_state::reached_since(timestamp since) const {
  std::uint64_t n = 0;
  for (auto day = success_days_.lower_bound(day_of(since)); day != success_days_.end(); ++day)
    n += day->second;
  return n;
}

} // namespace seedwalk::store
