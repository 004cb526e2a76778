#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/bitcoin/live_session.hpp"

namespace seedwalk::net::test {

namespace {

using names = std::vector<std::string>;

TEST(session_handshake, outbound_speaks_first_and_negotiates_before_its_verack) {
  live_session live;
  live.connect();
  EXPECT_EQ(live.said_names(), names{"version"});
  live.hear(peer_version());
  EXPECT_EQ(live.said_names(), (names{"version", "sendaddrv2", "verack"}));
  EXPECT_EQ(live.count_of<version_received>(), 1u);
  EXPECT_EQ(live.count_of<handshake_completed>(), 0u);
  live.hear(msg::verack{});
  EXPECT_EQ(live.said_names(),
            (names{"version", "sendaddrv2", "verack", "ping", "getaddr", "ping"}));
  EXPECT_EQ(live.count_of<handshake_completed>(), 1u);
  EXPECT_EQ(live.session.state(), session_state::collecting);
  EXPECT_EQ(live.writes, 3u);
}

TEST(session_handshake, our_version_says_what_the_configuration_says_and_no_more) {
  live_session live;
  live.config.user_agent = "/Seedwalk:0.1.0(+https://example.org)/";
  live.config.start_height = 7;
  live.config.listen_port = 8333;
  live.connect();
  const auto& own_version = std::get<msg::version>(live.said.at(0));
  EXPECT_EQ(own_version.protocol, 70017);
  EXPECT_EQ(own_version.services, 0u);
  EXPECT_EQ(own_version.time, 1'700'000'000);
  EXPECT_EQ(own_version.receiver.peer(), test_peer);
  EXPECT_EQ(own_version.sender->nonce, live.session.version_nonce());
  EXPECT_EQ(own_version.sender->address, (msg::version_address{0, {}, 8333}));
  EXPECT_EQ(own_version.user_agent, live.config.user_agent);
  EXPECT_EQ(own_version.start_height, 7);
  EXPECT_EQ(own_version.relay, false);
}

TEST(session_handshake, inbound_is_silent_until_spoken_to) {
  live_session live{direction::inbound};
  live.connect();
  EXPECT_TRUE(live.said.empty());
  live.hear(peer_version());
  EXPECT_EQ(live.said_names(), (names{"version", "sendaddrv2", "verack"}));
  EXPECT_EQ(live.writes, 1u);
  live.hear(msg::verack{});
  EXPECT_EQ(live.session.state(), session_state::held);
  EXPECT_EQ(live.said_names().back(), "ping");
  EXPECT_THAT(live.said_names(), testing::Not(testing::Contains("getaddr")));
}

TEST(session_handshake, over_capacity_is_polite_and_says_goodbye) {
  live_session live{direction::inbound_over_capacity};
  live.shake_hands();
  EXPECT_EQ(live.said_names(), (names{"version", "sendaddrv2", "verack"}));
  EXPECT_EQ(live.closed_by, closing::graceful);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(end.reached, stage::verack);
  EXPECT_EQ(end.direction, direction::inbound_over_capacity);
}

TEST(session_handshake, what_the_peer_says_of_itself_is_kept_whole) {
  live_session live;
  auto version = peer_version();
  version.receiver = {5, {1, 2, 3}, 99};
  version.sender->address = {0x409, {4, 5, 6}, 18444};
  version.time = -5;
  version.start_height = -1;
  live.connect();
  live.hear(version);
  EXPECT_EQ(live.session.peer_version(), version);
  live.close(error::reset);
  EXPECT_EQ(live.summary->version, version);
}

TEST(session_handshake, a_peer_may_speak_first_though_we_dialled) {
  live_session live;
  live.connect();
  live.hear({peer_version(), msg::wtxidrelay{}, msg::sendaddrv2{}, msg::verack{}});
  EXPECT_EQ(live.session.state(), session_state::collecting);
  EXPECT_EQ(live.writes, 2u) << "one write a step, however many messages";
}

struct version_case {
  const char* name;
  std::int32_t protocol;
  bool negotiates;
  bool pong_expected;
};

TEST(session_handshake, what_is_said_depends_on_the_version_in_common) {
  for (const auto& c :
       {version_case{"31800", 31800, false, false}, version_case{"60000", 60000, false, false},
        version_case{"60001", 60001, false, true}, version_case{"70015", 70015, false, true},
        version_case{"70016", 70016, true, true}, version_case{"90000", 90000, true, true}}) {
    live_session live;
    live.shake_hands(c.protocol);
    names expected = c.negotiates ? names{"version", "sendaddrv2", "verack", "ping", "getaddr"}
                                  : names{"version", "verack", "ping", "getaddr"};
    const auto first_ping = expected.size() - 2;
    if (c.pong_expected) // The marker means nothing to one who answers no pings.
      expected.emplace_back("ping");
    ASSERT_EQ(live.said_names(), expected) << c.name;
    const auto& ping = std::get<msg::ping>(live.said[first_ping]);
    EXPECT_EQ(ping.nonce.has_value(), c.pong_expected) << c.name;
  }
}

TEST(session_handshake, before_its_version_a_peer_is_not_heard) {
  live_session live;
  live.connect();
  live.hear({msg::verack{}, msg::ping{5}, msg::sendaddrv2{}, msg::wtxidrelay{},
             msg::feature{"BIP434", {}}, msg::getaddr{}, message{block_of(0, 9)}, msg::mempool{},
             msg::pong{1}, msg::unknown_message{"hello", {1, 2}}});
  EXPECT_EQ(live.said_names(), names{"version"});
  EXPECT_EQ(live.session.state(), session_state::awaiting_version);
  EXPECT_TRUE(live.addresses.empty());
  live.hear({peer_version(), msg::verack{}});
  EXPECT_EQ(live.session.state(), session_state::collecting);
  EXPECT_EQ(live.session.features(), peer_features{});
  EXPECT_EQ(live.session.carried().messages_in, 12u);
  EXPECT_EQ(live.session.carried().messages_unknown, 1u);
}

TEST(session_handshake, between_version_and_verack_only_negotiation_and_pings_count) {
  live_session live;
  live.connect();
  live.hear({peer_version(), msg::ping{5}, message{block_of(0, 9)}, msg::mempool{},
             msg::feefilter{3}, msg::sendheaders{}, msg::getaddr{}, msg::sendtxrcncl{1, 2}});
  EXPECT_EQ(live.said_names(), (names{"version", "sendaddrv2", "verack", "pong"}));
  EXPECT_TRUE(live.addresses.empty());
  EXPECT_EQ(live.session.features().bits, static_cast<std::uint32_t>(peer_feature::sendtxrcncl));
  EXPECT_EQ(live.session.state(), session_state::awaiting_verack);
}

TEST(session_handshake, second_versions_and_veracks_change_nothing) {
  live_session live;
  live.shake_hands();
  const auto said = live.said.size();
  auto other = peer_version();
  other.user_agent = "/Other:1/";
  live.hear({other, msg::verack{}, other});
  EXPECT_EQ(live.said.size(), said);
  EXPECT_EQ(live.session.peer_version()->user_agent, "/Satoshi:28.0.0/");
  EXPECT_EQ(live.session.state(), session_state::collecting);
}

TEST(session_handshake, requests_for_what_a_node_serves_are_not_answered) {
  live_session live;
  live.shake_hands();
  const auto said = live.said.size();
  live.hear({msg::getaddr{}, msg::getdata{}, msg::getheaders{}, msg::getblocks{}, msg::inv{},
             msg::headers{}, msg::unknown_message{"xyzzy", {}}});
  EXPECT_EQ(live.said.size(), said);
  EXPECT_EQ(live.session.state(), session_state::collecting);
}

TEST(session_handshake, pings_are_answered_with_their_nonce_and_without_one_not_at_all) {
  live_session live;
  live.shake_hands();
  const auto said = live.said.size();
  live.hear({msg::ping{42}, msg::ping{}, msg::ping{43}});
  ASSERT_EQ(live.said.size(), said + 2);
  EXPECT_EQ(std::get<msg::pong>(live.said[said]).nonce, 42u);
  EXPECT_EQ(std::get<msg::pong>(live.said[said + 1]).nonce, 43u);
}

TEST(session_handshake, features_are_tracked_with_what_came_along) {
  live_session live;
  live.connect();
  live.hear({peer_version(), msg::wtxidrelay{}, msg::sendaddrv2{}, msg::feature{"BIP434", {}},
             msg::feature{"example", {1}}, msg::verack{}, msg::sendheaders{}, msg::feefilter{1234},
             msg::sendcmpct{true, 2}});
  const auto& f = live.session.features();
  for (auto feature : {peer_feature::wtxidrelay, peer_feature::sendaddrv2, peer_feature::feature,
                       peer_feature::sendheaders, peer_feature::feefilter, peer_feature::sendcmpct})
    EXPECT_TRUE(f.has(feature)) << static_cast<std::uint32_t>(feature);
  EXPECT_EQ(f.ids, (names{"BIP434", "example"}));
  EXPECT_EQ(f.fee_rate_min, 1234);
  EXPECT_TRUE(f.compact_announce);
  EXPECT_EQ(f.compact_version, 2u);
}

TEST(session_handshake, only_so_many_feature_ids_are_kept) {
  live_session live;
  live.connect();
  live.hear(peer_version());
  for (int i = 0; i != 100; ++i)
    live.hear(msg::feature{"feature" + std::to_string(i), {}});
  EXPECT_EQ(live.session.features().ids.size(), live.config.limits.feature_ids);
}

struct refusal {
  const char* name;
  net::outcome outcome;
  stage reached;
  net::blame blame;
  void (*act)(live_session&);
};

const refusal refusals[] = {
    {"own nonce", outcome::self, stage::version, blame::local,
     [](live_session& l) {
       auto v = peer_version();
       v.sender->nonce = l.session.version_nonce();
       l.hear(v);
     }},
    {"nonce of another session of ours", outcome::self, stage::version, blame::local,
     [](live_session& l) {
       auto v = peer_version();
       v.sender->nonce = make_version_nonce(l.config.nonce_key, 4711);
       l.hear(v);
     }},
    {"obsolete", outcome::obsolete, stage::version, blame::peer,
     [](live_session& l) { l.hear(peer_version(31799)); }},
    {"negative version", outcome::obsolete, stage::version, blame::peer,
     [](live_session& l) { l.hear(peer_version(-1)); }},
    {"banned user agent", outcome::banned, stage::version, blame::peer,
     [](live_session& l) {
       l.config.banned_user_agents = {"/Satoshi:28*"};
       l.hear(peer_version());
     }},
    {"not a required user agent", outcome::banned, stage::version, blame::peer,
     [](live_session& l) {
       l.config.required_user_agents = {"*BCH*"};
       l.hear(peer_version());
     }},
    {"wtxidrelay after verack", outcome::misbehaved, stage::verack, blame::peer,
     [](live_session& l) {
       l.hear({peer_version(), msg::verack{}, msg::wtxidrelay{}});
     }},
    {"sendaddrv2 after verack", outcome::misbehaved, stage::verack, blame::peer,
     [](live_session& l) {
       l.hear({peer_version(), msg::verack{}, msg::sendaddrv2{}});
     }},
    {"feature after verack", outcome::misbehaved, stage::verack, blame::peer,
     [](live_session& l) {
       l.hear({peer_version(), msg::verack{}, msg::feature{"BIP434", {}}});
     }},
    {"feature below 70017", outcome::misbehaved, stage::version, blame::peer,
     [](live_session& l) {
       l.hear({peer_version(70016), msg::feature{"BIP434", {}}});
     }},
    {"feature id too short", outcome::malformed, stage::version, blame::peer,
     [](live_session& l) {
       l.hear({peer_version(), msg::feature{"abc", {}}});
     }},
    {"mempool", outcome::misbehaved, stage::verack, blame::peer,
     [](live_session& l) {
       l.hear({peer_version(), msg::verack{}, msg::mempool{}});
     }},
    {"filterload", outcome::misbehaved, stage::verack, blame::peer,
     [](live_session& l) {
       l.hear({peer_version(), msg::verack{}, msg::filterload{}});
     }},
    {"getcfilters", outcome::misbehaved, stage::verack, blame::peer,
     [](live_session& l) {
       l.hear({peer_version(), msg::verack{}, msg::getcfilters{}});
     }},
    {"1001 addresses", outcome::misbehaved, stage::verack, blame::peer,
     [](live_session& l) {
       l.hear({peer_version(), msg::verack{}, message{block_of(0, 1001)}});
     }},
    {"50,001 announcements", outcome::misbehaved, stage::verack, blame::peer,
     [](live_session& l) {
       l.hear({peer_version(), msg::verack{}, msg::inv{std::vector<msg::inventory_item>(50'001)}});
     }},
    {"2,001 headers", outcome::misbehaved, stage::verack, blame::peer,
     [](live_session& l) {
       l.hear({peer_version(), msg::verack{}, msg::headers{std::vector<msg::block_header>(2001)}});
     }},
    {"sendcmpct with announce above 1", outcome::malformed, stage::verack, blame::peer,
     [](live_session& l) {
       l.hear({peer_version(), msg::verack{}});
       bytes data;
       append_raw_message(data, test_magic, "sendcmpct", bytes{2, 1, 0, 0, 0, 0, 0, 0, 0});
       l.hear_bytes(data);
     }},
    {"another chain", outcome::wrong_magic, stage::connected, blame::peer,
     [](live_session& l) {
       l.hear_bytes(encode(magic_bytes{0xf9, 0xbe, 0xb4, 0xd9}, peer_version()));
     }},
    {"HTTP", outcome::wrong_magic, stage::connected, blame::peer,
     [](live_session& l) { l.hear_bytes(as_bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n")); }},
    {"4,000,001 bytes announced", outcome::oversize, stage::connected, blame::peer,
     [](live_session& l) {
       auto data = encode(test_magic, msg::verack{});
       const std::uint32_t size = 4'000'001;
       for (int i = 0; i != 4; ++i)
         data[16 + i] = static_cast<std::uint8_t>(size >> (8 * i));
       l.hear_bytes(data);
     }},
};

TEST(session_handshake, each_refusal_has_its_outcome_stage_and_blame) {
  for (auto direction : {direction::outbound, direction::inbound, direction::inbound_over_capacity})
    for (const auto& r : refusals) {
      if (direction == direction::inbound_over_capacity && r.reached >= stage::verack)
        continue; // It has said goodbye by then.
      live_session live{direction};
      live.connect();
      r.act(live);
      EXPECT_TRUE(live.closed_by.has_value()) << r.name;
      EXPECT_EQ(live.summaries, 0) << r.name;
      const auto end = end_of(live);
      EXPECT_EQ(live.summaries, 1) << r.name;
      EXPECT_EQ(name_of(end.outcome), name_of(r.outcome)) << r.name;
      EXPECT_EQ(name_of(end.reached), name_of(r.reached)) << r.name;
      EXPECT_EQ(name_of(end.blame), name_of(r.blame)) << r.name;
    }
}

TEST(session_handshake, services_are_required_of_those_we_dial_alone) {
  for (auto direction : {direction::outbound, direction::inbound}) {
    live_session live{direction};
    live.config.required_services = 0x401;
    live.connect();
    auto pruned = peer_version();
    pruned.services = 0x400;
    live.hear(pruned);
    EXPECT_EQ(live.closed_by.has_value(), direction == direction::outbound);
    const auto expected = direction == direction::outbound ? outcome::services_missing
                                                           : outcome::closed_before_verack;
    live.input_ends();
    EXPECT_EQ(end_of(live).outcome, expected);
  }
}

TEST(session_handshake, our_inbound_half_tells_our_outbound_half_who_it_is) {
  live_session inbound{direction::inbound};
  inbound.connect();
  auto own_version = peer_version();
  own_version.sender->nonce = make_version_nonce(0x5eed, 1);
  inbound.hear(own_version);
  ASSERT_EQ(inbound.said_names(), names{"version"});
  live_session outbound;
  outbound.connect();
  outbound.hear(inbound.said[0]);
  EXPECT_EQ(end_of(outbound).outcome, outcome::self);
  EXPECT_EQ(end_of(inbound).outcome, outcome::self);
}

TEST(session_handshake, features_are_unknown_to_who_does_not_speak_70017) {
  live_session live;
  live.config.protocol_version = 70016;
  live.shake_hands();
  live.hear(msg::feature{"BIP434", {}});
  EXPECT_EQ(live.session.state(), session_state::collecting);
}

TEST(session_handshake, broken_payloads_are_dropped_and_counted_and_the_session_goes_on) {
  live_session live;
  live.connect();
  auto data = encode(test_magic, peer_version());
  data[30] ^= 1; // The checksum fails.
  live.hear_bytes(data);
  append_raw_message(data = {}, test_magic, "version", {});
  live.hear_bytes(data);
  EXPECT_EQ(live.session.state(), session_state::awaiting_version);
  live.hear({peer_version(), msg::verack{}});
  EXPECT_EQ(live.session.state(), session_state::collecting);
  EXPECT_EQ(live.session.carried().messages_refused, 2u);
}

TEST(session_handshake, bytes_behind_a_message_are_accepted_and_counted) {
  live_session live;
  live.shake_hands();
  bytes data;
  append_raw_message(data, test_magic, "ping", bytes(11));
  live.hear_bytes(data);
  EXPECT_EQ(live.said_names().back(), "pong");
  EXPECT_EQ(live.session.carried().trailing_bytes, 3u);
}

TEST(session_handshake, sending_waits_for_the_handshake_and_ends_with_goodbye) {
  live_session live{direction::inbound};
  live.connect();
  EXPECT_FALSE(live.session.send(live.step(), msg::sendheaders{}));
  EXPECT_FALSE(live.session.ping(live.step()));
  const shared_message for_many{live.config.magic, msg::sendheaders{}};
  EXPECT_FALSE(live.session.send(live.step(), for_many));
  live.hear({peer_version(), msg::verack{}});
  EXPECT_TRUE(live.session.send(live.step(), msg::sendheaders{}));
  const auto before = live.session.carried();
  EXPECT_TRUE(live.session.send(live.step(), for_many));
  EXPECT_EQ(live.session.carried().bytes_out, before.bytes_out + header_bytes);
  EXPECT_EQ(live.session.carried().messages_out, before.messages_out + 1);
  live.collect();
  EXPECT_EQ(live.said_names().back(), "sendheaders");
  live.session.disconnect(live.step());
  EXPECT_FALSE(live.session.send(live.step(), msg::sendheaders{}));
  EXPECT_FALSE(live.session.send(live.step(), for_many));
}

TEST(session_handshake, a_changed_configuration_sends_away_whom_it_forbids) {
  live_session live{direction::inbound};
  live.shake_hands();
  live.session.on_config_changed(live.step());
  live.collect();
  EXPECT_FALSE(live.closed_by);
  live.config.banned_user_agents = {"*Satoshi*"};
  live.session.on_config_changed(live.step());
  live.collect();
  EXPECT_EQ(live.closed_by, closing::graceful);
  EXPECT_EQ(end_of(live).outcome, outcome::banned);
}

} // namespace

} // namespace seedwalk::net::test
