#include "older_schema.hpp"

#include <algorithm>
#include <stdexcept>

#include "net/base/archive.hpp"
#include "store/keys.hpp"
#include "store/values.hpp"

namespace seedwalk::store::test {

namespace {

using net::byte_writer;

std::int64_t difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

/// Parts of a value as schema 1 wrote them; written anew here, so that no change of the encoder of
/// today changes what the past is taken for.
class old_writer {
public:
  old_writer(user_agents& agents, timestamp base) : agents_(agents), base_(base.count()) {}

  template <class... Ts>
  void plain(const Ts&... xs) {
    out_(xs...);
  }
  std::int64_t since(timestamp t) const { return difference(t.count(), base_); }
  std::optional<std::int64_t> if_ever(timestamp t) const {
    return t == never ? std::nullopt : std::optional(since(t));
  }
  void fixed(std::uint64_t x, int size) {
    for (int i = 0; i != size; ++i)
      out_(static_cast<std::uint8_t>(x >> (8 * i)));
  }
  void endpoint(const net::endpoint& e) {
    out_(static_cast<std::uint8_t>(e.network));
    out_.put_raw(e.address.data(), net::address_size(e.network));
    out_(static_cast<std::uint8_t>(e.port >> 8), static_cast<std::uint8_t>(e.port));
  }
  void version(const version_record& v) {
    out_(v.protocol_version, v.services, difference(v.time, base_), v.receiver_services);
    endpoint(v.receiver);
    out_(v.sender_services);
    endpoint(v.sender);
    fixed(v.nonce, 8);
    if (const auto number = agents_.intern(v.user_agent))
      out_(std::uint64_t{*number} + 1);
    else
      out_(std::uint8_t{0}, v.user_agent);
    out_(v.start_height, v.relay);
  }
  std::string text() const { return std::string(net::as_text(bytes_)); }

private:
  net::bytes bytes_;
  byte_writer out_{bytes_};
  user_agents& agents_;
  std::int64_t base_;
};

bool has_visits(const peer_record& r) {
  return r.first_success != never || r.last_success != never || r.last_try != never ||
         r.last_counted != never || r.last_getaddr != never || r.tries != 0 || r.successes != 0 ||
         r.failures != 0 || r.maybe_full != 0 || r.sources_at_try != 0 || r.averages != score{};
}

std::string back_to_front(std::string_view value) {
  std::string out(value.rbegin(), value.rend());
  return 'x' + out;
}

bool from_schema_0(std::string_view key, std::string_view value, leveldb::WriteBatch& out) {
  if (key.front() == 'q') {
    out.Put(as_slice(key), {});
    return value == "due";
  }
  if (value.empty() || value.front() != 'x')
    return false;
  out.Put(as_slice(key), std::string(value.rbegin(), value.rend() - 1));
  return true;
}

/// The value of a key in an earlier schema, if it was another there.
std::optional<std::string> value_in(std::uint32_t schema, std::string_view key,
                                    std::string_view value, user_agents& agents) {
  const auto kind = static_cast<key_kind>(key.front());
  if (kind == key_kind::due && schema == 0)
    return "due";
  if (kind == key_kind::census) {
    census_record c;
    if (!net::from_archive(net::as_bytes(value), c))
      throw std::runtime_error("a census cannot be read");
    return census_in_schema_1(c);
  }
  if (kind == key_kind::peer) {
    peer_record r;
    if (!decode(value, r, agents))
      throw std::runtime_error("a record cannot be read");
    const auto before = peer_in_schema_1(r, agents);
    return schema == 0 ? back_to_front(before) : before;
  }
  if (key == meta_key("header")) {
    std::uint32_t now = 0;
    net::byte_reader in{net::as_bytes(value)};
    in(now);
    const auto number = net::to_archive(schema);
    return std::string(net::as_text(number)).append(value.substr(value.size() - in.left()));
  }
  return std::nullopt;
}

} // namespace

std::string peer_in_schema_1(const peer_record& r, user_agents& agents) {
  old_writer out(agents, r.first_heard);
  const auto flags =
      (r.first_source ? 1 : 0) | (has_visits(r) ? 2 : 0) | (r.last ? 4 : 0) | (r.version ? 8 : 0);
  out.plain(static_cast<std::uint8_t>(flags), r.first_heard, out.since(r.last_heard),
            out.since(r.announced_time), out.since(timestamp{r.announced_raw}),
            r.announced_services);
  out.fixed(r.sources, 4);
  out.plain(r.queue, out.since(r.due));
  if (r.first_source)
    out.endpoint(*r.first_source);
  if (has_visits(r)) {
    out.plain(out.if_ever(r.first_success), out.if_ever(r.last_success), out.if_ever(r.last_try),
              out.if_ever(r.last_counted), out.if_ever(r.last_getaddr), r.tries, r.successes,
              r.failures, r.maybe_full);
    out.fixed(r.sources_at_try, 4);
    for (const auto& a : r.averages.averages)
      out.plain(a.reliability, a.weight, a.count);
  }
  if (r.last)
    out.plain(out.since(r.last->at), r.last->outcome, r.last->stage, r.last->blame);
  if (r.version)
    out.version(*r.version);
  return out.text();
}

std::string visit_in_schema_1(const visit_record& v, user_agents& agents) {
  old_writer out(agents, v.started);
  const bool asked = v.addresses != addr_summary{};
  out.plain(v.started, out.since(v.ended), v.census, v.vantage, v.via, v.outcome, v.stage, v.blame,
            v.durations, v.round_trip, v.bytes_in, v.bytes_out, v.features, v.version.has_value(),
            static_cast<std::uint8_t>(asked ? 2 : 0));
  if (v.version)
    out.version(*v.version);
  const auto& a = v.addresses;
  if (asked)
    out.plain(a.answer, a.messages, a.entries, a.fresh, a.digest, a.ended_by);
  return out.text();
}

std::string census_in_schema_1(const census_record& c) {
  net::bytes out;
  byte_writer{out}(c.start, c.end, c.state, c.vantage, c.build, c.configuration, c.seeds,
                   c.restarts, c.counts.tried, c.counts.good, c.counts.failed, c.counts.outcomes,
                   c.outages);
  return std::string(net::as_text(out));
}

peer_record as_schema_1_knew(const net::endpoint& peer, peer_record r) {
  if (r.last)
    r.last->via = peer.network == net::network_id::torv3 ? transport::socks : transport::tcp;
  r.v2 = {};
  r.chain.reset();
  return r;
}

census_record as_schema_1_knew(census_record c) {
  census_counts then;
  then.tried = c.counts.tried;
  then.good = c.counts.good;
  then.failed = c.counts.failed;
  then.outcomes = c.counts.outcomes;
  c.counts = std::move(then);
  c.networks = {};
  return c;
}

std::vector<migration_step> steps_from_schema_0() {
  std::vector<migration_step> steps{{0, {"p", "q"}, from_schema_0}};
  const auto current = migrations();
  steps.insert(steps.end(), current.begin(), current.end());
  return steps;
}

std::uint64_t take_back(const std::string& path, const database_options& options,
                        std::uint32_t schema) {
  key_values disk(path, options.disk);
  const auto must = [](const auto& done) {
    if (!done)
      throw std::runtime_error(done.error().message);
  };
  must(disk.open());
  user_agents agents;
  must(disk.scan(prefix(key_kind::user_agent), {}, [&](std::string_view key, std::string_view v) {
    return agents.load(*parse_number_key(key_kind::user_agent, key), v);
  }));
  const auto known = agents.size();
  std::uint64_t changed = 0;
  std::string after;
  for (bool whole = false; !whole;) {
    leveldb::WriteBatch out;
    whole = true;
    must(disk.scan({}, after + '\0', [&](std::string_view key, std::string_view value) {
      if (out.ApproximateSize() > 1u << 20)
        return whole = false;
      after = key;
      if (const auto before = value_in(schema, key, value, agents)) {
        out.Put(as_slice(key), *before);
        ++changed;
      }
      return true;
    }));
    must(disk.write(out));
  }
  if (agents.size() != known)
    throw std::runtime_error("a user agent without a number");
  return changed;
}

} // namespace seedwalk::store::test
