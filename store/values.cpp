#include "store/values.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "net/base/archive.hpp"
#include "store/keys.hpp"

namespace seedwalk::store {

namespace {

/// What a visit's record holds besides. `addresses_alone` is the form of a time when the end of a
/// collection was not kept: it is read, and not written any more.
enum part_flag : std::uint8_t {
  addresses_alone = 1,
  addresses_and_end = 2,
  any_addresses = 3,
  part_chain = 4,
  all_parts = 7,
};

enum peer_flag : std::uint8_t {
  has_source = 1,
  was_visited = 2,
  has_verdict = 4,
  has_version = 8,
  has_v2 = 16,
  has_chain = 32,
  peer_flags = 63,
};

std::int64_t wrapping_sub(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// Writes the parts of values. Times are differences to a base that is written first.
///
/// Parts that follow each other are best written in one call.
class value_writer {
public:
  value_writer(user_agents& agents, timestamp base) : agents_(agents), base_(base.count()) {
    bytes_.reserve(128);
  }

  net::bytes take() { return std::move(bytes_); }

  std::int64_t since(timestamp t) const { return wrapping_sub(t.count(), base_); }
  /// Of a time that may be `never`, which then takes a byte and not ten.
  std::optional<std::int64_t> if_ever(timestamp t) const {
    return t == never ? std::nullopt : std::optional(since(t));
  }
  static std::array<std::uint8_t, 4> fixed32(std::uint32_t x) {
    return {static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(x >> 8),
            static_cast<std::uint8_t>(x >> 16), static_cast<std::uint8_t>(x >> 24)};
  }

  template <class... Ts>
  void plain(const Ts&... xs) {
    out_(xs...);
  }
  void endpoint(const net::endpoint& e) {
    const endpoint_bytes bytes{e};
    out_.put_raw(bytes.view().data(), bytes.view().size());
  }
  void agent(const std::string& text) {
    if (const auto number = agents_.intern(text))
      out_.put_varint(std::uint64_t{*number} + 1);
    else
      out_(std::uint8_t{0}, text);
  }
  void version(const version_record& v) {
    out_(v.protocol_version, v.services, wrapping_sub(v.time, base_), v.receiver_services);
    endpoint(v.receiver);
    out_(v.sender_services);
    endpoint(v.sender);
    out_(fixed32(static_cast<std::uint32_t>(v.nonce)),
         fixed32(static_cast<std::uint32_t>(v.nonce >> 32)));
    agent(v.user_agent);
    out_(v.start_height, v.relay);
  }
  void chain(const header_chain& c) { out_(since(c.at), c.height, c.hash); }

private:
  net::bytes bytes_;
  net::byte_writer out_{bytes_};
  user_agents& agents_;
  std::int64_t base_;
};

/// Reads what `value_writer` wrote. Every function returns false from the first damage on.
class value_reader {
public:
  value_reader(std::string_view in, const user_agents& agents)
      : in_(net::as_bytes(in)), agents_(agents) {}

  bool base(timestamp& t) { return in_(base_) && assign(t, base_); }
  bool time(timestamp& t) {
    std::int64_t difference = 0;
    return in_(difference) && assign(t, wrapping_add(base_, difference));
  }
  bool time_or_never(timestamp& t) {
    bool has_time = false;
    t = never;
    return in_(has_time) && (!has_time || time(t));
  }
  bool endpoint(net::endpoint& e) {
    e = {};
    if (!in_(e.network))
      return false;
    std::uint8_t high = 0;
    std::uint8_t low = 0;
    if (!in_.get_raw(e.address.data(), net::address_size(e.network)) || !in_(high, low))
      return false;
    e.port = static_cast<std::uint16_t>(high << 8 | low);
    return true;
  }
  bool fixed32(std::uint32_t& x) {
    x = 0;
    for (int shift = 0; shift != 32; shift += 8) {
      std::uint8_t byte = 0;
      if (!in_(byte))
        return false;
      x |= static_cast<std::uint32_t>(byte) << shift;
    }
    return true;
  }
  bool agent(std::string& text) {
    std::uint64_t reference = 0;
    if (!in_.get_varint(reference))
      return false;
    if (reference == 0)
      return in_(text);
    if (reference > std::numeric_limits<std::uint32_t>::max())
      return false;
    const auto found = agents_.find(static_cast<std::uint32_t>(reference - 1));
    if (found)
      text = *found;
    return found.has_value();
  }
  bool version(version_record& v) {
    std::int64_t difference = 0;
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    if (!in_(v.protocol_version, v.services, difference, v.receiver_services) ||
        !endpoint(v.receiver) || !in_(v.sender_services) || !endpoint(v.sender) || !fixed32(low) ||
        !fixed32(high) || !agent(v.user_agent) || !in_(v.start_height, v.relay))
      return false;
    v.time = wrapping_add(base_, difference);
    v.nonce = std::uint64_t{high} << 32 | low;
    return true;
  }
  bool chain(header_chain& c) { return time(c.at) && in_(c.height, c.hash); }
  template <class... Ts>
  bool plain(Ts&... xs) {
    return in_(xs...);
  }
  bool at_end() const { return in_.ok() && in_.left() == 0; }

private:
  static bool assign(timestamp& t, std::int64_t count) {
    t = timestamp{count};
    return true;
  }

  net::byte_reader in_;
  const user_agents& agents_;
  std::int64_t base_ = 0;
};

/// Enumerators are stored by number; a number that this version has no name for is damage.
bool known(net::outcome o, net::stage s, net::blame b) {
  return static_cast<std::size_t>(o) < net::outcome_count && s <= net::stage::addresses &&
         b <= net::blame::cancelled;
}

/// Whether anything of what visits find differs from what a record begins with.
bool visited(const peer_record& r) {
  peer_record blank;
  return r.first_success != blank.first_success || r.last_success != blank.last_success ||
         r.last_try != blank.last_try || r.last_counted != blank.last_counted ||
         r.last_getaddr != blank.last_getaddr || r.tries != 0 || r.successes != 0 ||
         r.failures != 0 || r.maybe_full != 0 || r.sources_at_try != 0 ||
         r.averages != blank.averages;
}

} // namespace

net::bytes encode(const peer_record& r, user_agents& agents) {
  value_writer out(agents, r.first_heard);
  const bool visits = visited(r);
  const auto flags = (r.first_source ? has_source : 0) | (visits ? was_visited : 0) |
                     (r.last ? has_verdict : 0) | (r.version ? has_version : 0) |
                     (r.v2 != v2_history{} ? has_v2 : 0) | (r.chain ? has_chain : 0);
  out.plain(static_cast<std::uint8_t>(flags), r.first_heard, out.since(r.last_heard),
            out.since(r.announced_time), out.since(timestamp{r.announced_raw}),
            r.announced_services, out.fixed32(r.sources), r.queue, out.since(r.due));
  if (r.first_source)
    out.endpoint(*r.first_source);
  if (visits)
    out.plain(out.if_ever(r.first_success), out.if_ever(r.last_success), out.if_ever(r.last_try),
              out.if_ever(r.last_counted), out.if_ever(r.last_getaddr), r.tries, r.successes,
              r.failures, r.maybe_full, out.fixed32(r.sources_at_try), r.averages);
  if (r.last)
    out.plain(out.since(r.last->at), r.last->outcome, r.last->stage, r.last->blame, r.last->via);
  if (r.version)
    out.version(*r.version);
  if (r.v2 != v2_history{})
    out.plain(out.if_ever(r.v2.last_spoken), out.if_ever(r.v2.last_fallback));
  if (r.chain)
    out.chain(*r.chain);
  return out.take();
}

bool decode(std::string_view value, peer_record& r, const user_agents& agents) {
  r = {};
  value_reader in(value, agents);
  std::uint8_t flags = 0;
  timestamp raw{};
  if (!in.plain(flags) || flags > peer_flags || !in.base(r.first_heard) || !in.time(r.last_heard) ||
      !in.time(r.announced_time) || !in.time(raw) || !in.plain(r.announced_services) ||
      !in.fixed32(r.sources) || !in.plain(r.queue) || !in.time(r.due))
    return false;
  if (raw.count() < 0 || raw.count() > UINT32_MAX || r.queue > dial_class::dormant)
    return false;
  r.announced_raw = static_cast<std::uint32_t>(raw.count());
  if ((flags & has_source) != 0 && !in.endpoint(r.first_source.emplace()))
    return false;
  if ((flags & was_visited) != 0 &&
      (!in.time_or_never(r.first_success) || !in.time_or_never(r.last_success) ||
       !in.time_or_never(r.last_try) || !in.time_or_never(r.last_counted) ||
       !in.time_or_never(r.last_getaddr) ||
       !in.plain(r.tries, r.successes, r.failures, r.maybe_full) || !in.fixed32(r.sources_at_try) ||
       !in.plain(r.averages)))
    return false;
  if ((flags & has_verdict) != 0) {
    auto& last = r.last.emplace();
    if (!in.time(last.at) || !in.plain(last.outcome, last.stage, last.blame, last.via) ||
        !known(last.outcome, last.stage, last.blame) || last.via > transport::sam)
      return false;
  }
  if ((flags & has_version) != 0 && !in.version(r.version.emplace()))
    return false;
  if ((flags & has_v2) != 0 &&
      (!in.time_or_never(r.v2.last_spoken) || !in.time_or_never(r.v2.last_fallback)))
    return false;
  if ((flags & has_chain) != 0 && !in.chain(r.chain.emplace()))
    return false;
  return in.at_end();
}

net::bytes encode(const visit_record& v, user_agents& agents) {
  value_writer out(agents, v.started);
  const bool asked = v.addresses != addr_summary{};
  const auto parts =
      static_cast<std::uint8_t>((asked ? addresses_and_end : 0) | (v.chain ? part_chain : 0));
  out.plain(v.started, out.since(v.ended), v.census, v.vantage, v.via, v.outcome, v.stage, v.blame,
            v.durations, v.round_trip, v.bytes_in, v.bytes_out, v.features, v.version.has_value(),
            parts);
  if (v.version)
    out.version(*v.version);
  if (asked)
    out.plain(v.addresses);
  if (v.chain)
    out.chain(*v.chain);
  return out.take();
}

bool decode(std::string_view value, visit_record& v, const user_agents& agents) {
  v = {};
  value_reader in(value, agents);
  bool has_version = false;
  std::uint8_t parts = 0;
  if (!in.base(v.started) || !in.time(v.ended) ||
      !in.plain(v.census, v.vantage, v.via, v.outcome, v.stage, v.blame, v.durations, v.round_trip,
                v.bytes_in, v.bytes_out, v.features) ||
      !known(v.outcome, v.stage, v.blame) || v.via > transport::sam ||
      !in.plain(has_version, parts) || parts > all_parts ||
      (parts & any_addresses) == any_addresses)
    return false;
  if (has_version && !in.version(v.version.emplace()))
    return false;
  auto& asked = v.addresses;
  if ((parts & any_addresses) != 0 &&
      (!in.plain(asked.answer, asked.messages, asked.entries, asked.fresh, asked.digest) ||
       asked.answer > net::addr_answer::malformed))
    return false;
  if ((parts & addresses_and_end) != 0 &&
      (!in.plain(asked.ended_by) || asked.ended_by > net::collection_end::cut_off))
    return false;
  if ((parts & part_chain) != 0 && !in.chain(v.chain.emplace()))
    return false;
  return in.at_end();
}

net::bytes encode(const inbound_sighting& s, user_agents& agents) {
  value_writer out(agents, s.at);
  out.plain(s.at, out.since(s.ended));
  out.endpoint(s.from);
  out.endpoint(s.local);
  out.plain(s.outcome, s.stage, s.blame, s.version.has_value());
  if (s.version)
    out.version(*s.version);
  return out.take();
}

bool decode(std::string_view value, inbound_sighting& s, const user_agents& agents) {
  s = {};
  value_reader in(value, agents);
  bool has_version = false;
  if (!in.base(s.at) || !in.time(s.ended) || !in.endpoint(s.from) || !in.endpoint(s.local) ||
      !in.plain(s.outcome, s.stage, s.blame, has_version) || !known(s.outcome, s.stage, s.blame))
    return false;
  if (has_version && !in.version(s.version.emplace()))
    return false;
  return in.at_end();
}

} // namespace seedwalk::store
