#include "draw.hpp"

namespace seedwalk::store::test {

rc::Gen<net::endpoint> any_endpoint() {
  return rc::gen::exec([] {
    net::endpoint e;
    e.network =
        *rc::gen::element(net::network_id::ipv4, net::network_id::ipv6, net::network_id::torv3,
                          net::network_id::i2p, net::network_id::cjdns, net::network_id::yggdrasil);
    const auto size = net::address_size(e.network);
    for (std::size_t i = 0; i != size; ++i)
      e.address[i] = *rc::gen::arbitrary<std::uint8_t>();
    e.port = *rc::gen::arbitrary<std::uint16_t>();
    return e;
  });
}

rc::Gen<timestamp> any_time() {
  return rc::gen::map(rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(),
                                     rc::gen::inRange<std::int64_t>(0, 4'000'000'000)),
                      [](std::int64_t t) { return timestamp{t}; });
}

rc::Gen<version_record> any_version() {
  return rc::gen::exec([] {
    version_record v;
    v.protocol_version = *rc::gen::arbitrary<std::int32_t>();
    v.services = *rc::gen::arbitrary<std::uint64_t>();
    v.time = *rc::gen::arbitrary<std::int64_t>();
    v.receiver_services = *rc::gen::arbitrary<std::uint64_t>();
    v.receiver = *any_endpoint();
    v.sender_services = *rc::gen::arbitrary<std::uint64_t>();
    v.sender = *any_endpoint();
    v.nonce = *rc::gen::arbitrary<std::uint64_t>();
    v.user_agent = *rc::gen::arbitrary<std::string>();
    v.start_height = *rc::gen::arbitrary<std::int32_t>();
    v.relay = *rc::gen::arbitrary<bool>();
    return v;
  });
}

rc::Gen<net::outcome> any_outcome() {
  return rc::gen::map(rc::gen::inRange<int>(0, static_cast<int>(net::outcome_count)),
                      [](int o) { return static_cast<net::outcome>(o); });
}
rc::Gen<net::stage> any_stage() {
  return rc::gen::map(rc::gen::inRange(0, 5), [](int s) { return static_cast<net::stage>(s); });
}
rc::Gen<net::blame> any_blame() {
  return rc::gen::weightedElement<net::blame>(
      {{6, net::blame::peer}, {1, net::blame::local}, {1, net::blame::cancelled}});
}

rc::Gen<transport> any_transport() {
  return rc::gen::element(transport::tcp, transport::socks, transport::sam);
}

rc::Gen<header_chain> any_chain() {
  return rc::gen::exec([] {
    header_chain c;
    c.at = *any_time();
    c.height = *rc::gen::arbitrary<std::uint32_t>();
    if (*rc::gen::arbitrary<bool>())
      for (auto& byte : c.hash.emplace())
        byte = *rc::gen::arbitrary<std::uint8_t>();
    return c;
  });
}

rc::Gen<peer_record> any_peer_record() {
  return rc::gen::exec([] {
    peer_record r;
    r.first_heard = *any_time();
    r.last_heard = *any_time();
    r.announced_time = *any_time();
    r.announced_raw = *rc::gen::arbitrary<std::uint32_t>();
    r.announced_services = *rc::gen::arbitrary<std::uint64_t>();
    r.first_source = *maybe(any_endpoint());
    r.sources = *rc::gen::arbitrary<std::uint32_t>();
    r.queue = static_cast<dial_class>(*rc::gen::inRange(0, 4));
    r.due = *any_time();
    if (*rc::gen::arbitrary<bool>()) {
      r.first_success = *any_time();
      r.last_success = *any_time();
      r.last_try = *any_time();
      r.last_counted = *any_time();
      r.last_getaddr = *any_time();
      r.tries = *rc::gen::arbitrary<std::uint32_t>();
      r.successes = *rc::gen::arbitrary<std::uint32_t>();
      r.failures = *rc::gen::arbitrary<std::uint32_t>();
      r.maybe_full = *rc::gen::arbitrary<std::uint8_t>();
      r.sources_at_try = *rc::gen::arbitrary<std::uint32_t>();
      for (auto& a : r.averages.averages)
        a = {*rc::gen::arbitrary<std::uint32_t>(), *rc::gen::arbitrary<std::uint32_t>(),
             *rc::gen::arbitrary<std::uint32_t>()};
    }
    if (*rc::gen::arbitrary<bool>())
      r.last = verdict{*any_time(), *any_outcome(), *any_stage(), *any_blame(), *any_transport()};
    r.version = *maybe(any_version());
    if (*rc::gen::arbitrary<bool>())
      r.v2 = {*any_time(), *any_time()};
    r.chain = *maybe(any_chain());
    return r;
  });
}

rc::Gen<visit_record> any_visit_record() {
  return rc::gen::exec([] {
    visit_record v;
    v.census = *rc::gen::arbitrary<std::uint32_t>();
    v.vantage = *rc::gen::arbitrary<std::uint32_t>();
    v.via = *any_transport();
    v.started = *any_time();
    v.ended = *any_time();
    v.outcome = *any_outcome();
    v.stage = *any_stage();
    v.blame = *any_blame();
    for (auto* d :
         {&v.durations.dial, &v.durations.handshake, &v.durations.addresses, &v.durations.total})
      *d = std::chrono::milliseconds{*rc::gen::arbitrary<std::int64_t>()};
    if (*rc::gen::arbitrary<bool>())
      v.round_trip = std::chrono::microseconds{*rc::gen::arbitrary<std::int64_t>()};
    v.bytes_in = *rc::gen::arbitrary<std::uint64_t>();
    v.bytes_out = *rc::gen::arbitrary<std::uint64_t>();
    v.features = *rc::gen::arbitrary<std::uint32_t>();
    v.version = *maybe(any_version());
    if (*rc::gen::arbitrary<bool>()) {
      v.addresses.answer = static_cast<net::addr_answer>(*rc::gen::inRange(0, 5));
      v.addresses.ended_by = static_cast<net::collection_end>(*rc::gen::inRange(0, 6));
      v.addresses.messages = *rc::gen::arbitrary<std::uint32_t>();
      for (auto& n : v.addresses.entries)
        n = *rc::gen::arbitrary<std::uint32_t>();
      v.addresses.fresh = *rc::gen::arbitrary<std::uint32_t>();
      v.addresses.digest = *rc::gen::arbitrary<std::uint64_t>();
    }
    v.chain = *maybe(any_chain());
    return v;
  });
}

} // namespace seedwalk::store::test
