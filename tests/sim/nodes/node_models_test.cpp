#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/bitcoin/decoder.hpp"
#include "net/bitcoin/encode.hpp"
#include "sim/nodes/bitcoin_nodes.hpp"
#include "sim/nodes/node_host.hpp"
#include "sim/nodes/topology.hpp"
#include "tests/sim/network/sim_bench.hpp"

using namespace seedwalk;
using namespace seedwalk::sim;
using namespace seedwalk::test;

namespace {

topology_options few_nodes(node_kind kind) {
  topology_options o;
  o.nodes = 30;
  o.seeds = 1;
  o.addresses_a_node = 20;
  o.shares = {{kind, 1}};
  return o;
}

/// Dials node 7 of a world of one kind, and says what a test tells it to.
struct visit : sim_bench {
  explicit visit(node_kind kind, internet_options o = {}, std::uint64_t seed = 1)
      : sim_bench(o, seed), nodes(few_nodes(kind)), models(nodes), host(internet, nodes, models),
        door(internet, said), id(door.connect(nodes.nodes()[7].at, 5000ms, alice)) {
    door.want(id, net::network::max_allowance_bytes);
    pass(1s);
  }
  void say(const net::message& m) {
    door.write(id, net::buffer{net::encode(nodes.settings().magic, m)});
    pass(10s);
  }
  void greet() {
    net::msg::version v;
    v.protocol = net::protocol_version;
    v.sender = net::msg::version_sender{};
    v.user_agent = "/test/";
    v.start_height = 0;
    v.relay = false;
    say(v);
  }
  void shake_hands() {
    greet();
    say(net::msg::sendaddrv2{});
    say(net::msg::verack{});
  }
  /// What has been heard, as far as it could be understood.
  std::vector<net::message> heard() const {
    const auto text = said.text_received(alice);
    net::decoder in(net::decoder_options{nodes.settings().magic});
    auto left = net::as_bytes(text);
    std::vector<net::message> result;
    for (;;) {
      auto event = in.next(left);
      if (auto good = std::get_if<net::decoded_message>(&event))
        result.push_back(good->value);
      else
        return result;
    }
  }
  template <class T>
  std::size_t count() const {
    const auto all = heard();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [](const auto& m) { return std::holds_alternative<T>(m); }));
  }
  std::set<net::endpoint> addresses() const {
    std::set<net::endpoint> result;
    for (const auto& m : heard()) {
      if (auto a = std::get_if<net::msg::addr>(&m))
        for (const auto& e : a->entries)
          result.insert(e.peer);
      if (auto a = std::get_if<net::msg::addrv2>(&m))
        for (const auto& e : a->entries)
          result.insert(e.peer);
    }
    return result;
  }
  std::set<net::endpoint> table() const {
    std::set<net::endpoint> result;
    for (const auto peer : nodes.nodes()[7].peers)
      result.insert(nodes.nodes()[peer].at);
    return result;
  }
  bool has_ended() const { return !said.of<net::input_ended>(alice).empty(); }

  topology nodes;
  bitcoin_nodes models;
  node_host host;
  network door;
  net::connection_id id;
};

} // namespace

TEST(node_models, those_that_answer_shake_hands_and_tell_their_whole_table_once) {
  for (const auto kind :
       {node_kind::honest, node_kind::pruned, node_kind::slow, node_kind::slow_drip,
        node_kind::version_first, node_kind::legacy_addr, node_kind::singleton_first,
        node_kind::two_blocks, node_kind::late_answer, node_kind::pong_first,
        node_kind::answers_by_timer, node_kind::pong_between, node_kind::full_answer,
        node_kind::many_blocks}) {
    visit v(kind);
    v.shake_hands();
    EXPECT_EQ(v.count<net::msg::version>(), 1u) << name_of(kind);
    EXPECT_EQ(v.count<net::msg::verack>(), 1u) << name_of(kind);
    EXPECT_TRUE(v.addresses().empty());
    v.say(net::msg::getaddr{});
    v.pass(1min);
    auto expected = v.table();
    EXPECT_EQ(expected.size(), 20u);
    if (kind == node_kind::singleton_first || kind == node_kind::answers_by_timer ||
        kind == node_kind::full_answer || kind == node_kind::many_blocks)
      expected.insert(v.nodes.nodes()[7].at);
    EXPECT_EQ(v.addresses(), expected) << name_of(kind);
    EXPECT_EQ(v.count<net::msg::addrv2>() == 0, kind == node_kind::legacy_addr);
    if (kind != node_kind::legacy_addr) { // which is too old for our sendaddrv2
      EXPECT_EQ(v.host.violation_count(), 0u) << name_of(kind);
    }
    EXPECT_TRUE(truth_of(kind).good && truth_of(kind).answers);
  }
}

TEST(node_models, a_slow_one_is_late_by_its_pace) {
  visit v(node_kind::slow);
  const auto before = v.events.now().steady;
  v.greet();
  const auto heard = v.said.when<net::received>(alice);
  EXPECT_GE(heard, before + 3s);
  EXPECT_LT(heard, before + 4s);
}

TEST(node_models, a_ping_is_answered_with_its_nonce) {
  visit v(node_kind::honest);
  v.shake_hands();
  v.say(net::msg::ping{77});
  const auto all = v.heard();
  EXPECT_NE(std::find(all.begin(), all.end(), net::message{net::msg::pong{77}}), all.end());
}

// What draws are keyed by.

/// Who dials whom, one after the other: hosts and nodes by number.
using dials = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// What somebody heard from a node: nonces of its versions and its pings in turn, a hash of noise.
using nonces = std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint64_t>>;

net::bytes greeting(const net::magic_bytes& magic) {
  net::msg::version v;
  v.protocol = net::protocol_version;
  v.sender = net::msg::version_sender{};
  v.user_agent = "/test/";
  v.start_height = 0;
  v.relay = false;
  net::bytes said;
  net::append_message(said, magic, v);
  net::append_message(said, magic, net::msg::verack{});
  return said;
}

std::vector<std::uint64_t> nonces_in(const std::string& text, const net::magic_bytes& magic) {
  std::vector<std::uint64_t> result;
  net::decoder in(net::decoder_options{magic});
  auto left = net::as_bytes(text);
  auto event = in.next(left);
  for (; std::holds_alternative<net::decoded_message>(event); event = in.next(left)) {
    const auto& heard = std::get<net::decoded_message>(event).value;
    if (const auto version = std::get_if<net::msg::version>(&heard))
      result.push_back(version->sender->nonce);
    if (const auto ping = std::get_if<net::msg::ping>(&heard))
      result.push_back(*ping->nonce);
  }
  return result;
}

nonces nonces_of(const dials& order, node_kind kind) {
  sim_bench t;
  auto some = few_nodes(kind);
  some.first = net::ipv4_endpoint(0xcb007101, 8333); // On loopback all hosts dial from 127.0.0.1.
  const topology nodes(some);
  bitcoin_nodes models(nodes);
  node_host host(t.internet, nodes, models);
  std::map<std::uint32_t, std::unique_ptr<network>> diallers;
  nonces result;
  std::uint64_t asker = 100;
  for (const auto& [from, to] : order) {
    auto& door = diallers[from];
    if (!door)
      door = std::make_unique<network>(t.internet, t.said,
                                       network::host{{net::ipv4_endpoint(0xc6336401 + from, 0)}});
    const net::owner owner{++asker};
    const auto id = door->connect(nodes.nodes()[to].at, 5000ms, owner);
    door->want(id, net::network::max_allowance_bytes);
    door->write(id, net::buffer{greeting(nodes.settings().magic)});
    t.pass(10s);
    const auto text = t.said.text_received(owner);
    for (const auto nonce : nonces_in(text, nodes.settings().magic))
      result[{from, to}].push_back(nonce);
    if (kind == node_kind::garbage)
      result[{from, to}].push_back(net::keyed_hash(0, "noise", net::as_bytes(text)));
    door->close(id, net::closing::abort);
    t.pass(1s);
  }
  return result;
}

TEST(node_models, what_a_connection_draws_is_keyed_by_who_dials_whom_for_which_time) {
  const dials all = {{1, 7}, {2, 7}, {1, 8}, {1, 7}, {2, 7}, {2, 8}, {1, 8}, {1, 7}};
  for (const auto& [kind, draws] :
       {std::pair{node_kind::honest, 2u}, std::pair{node_kind::garbage, 1u}}) {
    const auto expected = nonces_of(all, kind);
    std::set<std::uint64_t> different;
    for (const auto& [owner, drawn] : expected)
      different.insert(drawn.begin(), drawn.end());
    EXPECT_EQ(different.size(), draws * all.size()) << name_of(kind);
    // What is not there changes nothing for others; our ports do change.
    for (const auto& without : dials{{1, 7}, {2, 7}, {1, 8}, {2, 8}}) {
      auto order = all;
      std::erase(order, without);
      auto fewer = expected;
      fewer.erase(without);
      EXPECT_EQ(nonces_of(order, kind), fewer) << name_of(kind);
    }
  }
}

TEST(node_models, how_old_an_entry_is_said_to_be_depends_on_who_tells_and_who_is_told_of) {
  // Of the same topology a node that is too old for it tells of IPv4 alone.
  auto some = few_nodes(node_kind::honest);
  some.networks = {{net::network_id::ipv4, 1}, {net::network_id::torv3, 1}};
  const topology nodes(some);
  bitcoin_nodes models(nodes);
  const auto ages = [&](bool v2) {
    std::map<net::endpoint, std::uint32_t> result;
    const auto answer = models.answer_of(7, v2, std::chrono::seconds{1'700'000'000});
    net::decoder in(net::decoder_options{nodes.settings().magic});
    auto left = answer.view();
    const auto event = in.next(left);
    const auto& heard = std::get<net::decoded_message>(event).value;
    if (const auto a = std::get_if<net::msg::addr>(&heard))
      for (const auto& e : a->entries)
        result[e.peer] = e.time;
    if (const auto a = std::get_if<net::msg::addrv2>(&heard))
      for (const auto& e : a->entries)
        result[e.peer] = e.time;
    return result;
  };
  const auto all = ages(true);
  const auto fewer = ages(false);
  EXPECT_LT(fewer.size(), all.size());
  EXPECT_GT(fewer.size(), 3u);
  for (const auto& [peer, time] : fewer)
    EXPECT_EQ(time, all.at(peer)) << net::to_string(peer);
}

/// What a node says to getaddr and a ping behind it: a number for the entries of each block,
/// "pong".
std::vector<std::string> order_of_answers(node_kind kind) {
  visit v(kind);
  v.shake_hands();
  const auto before = v.heard().size();
  net::bytes asked;
  net::append_message(asked, v.nodes.settings().magic, net::msg::getaddr{});
  net::append_message(asked, v.nodes.settings().magic, net::msg::ping{9});
  v.door.write(v.id, net::buffer{asked});
  v.pass(1min);
  std::vector<std::string> result;
  const auto all = v.heard();
  for (auto i = before; i != all.size(); ++i) {
    if (const auto block = std::get_if<net::msg::addrv2>(&all[i]))
      result.push_back(std::to_string(block->entries.size()));
    else if (std::holds_alternative<net::msg::pong>(all[i]))
      result.emplace_back("pong");
  }
  EXPECT_EQ(v.host.violation_count(), 0u) << name_of(kind);
  return result;
}

TEST(node_models, the_pong_behind_getaddr_comes_where_the_kind_has_it) {
  using list = std::vector<std::string>;
  EXPECT_EQ(order_of_answers(node_kind::honest), (list{"20", "pong"}));
  EXPECT_EQ(order_of_answers(node_kind::slow), (list{"20", "pong"}));
  EXPECT_EQ(order_of_answers(node_kind::slow_drip), (list{"20", "pong"}));
  EXPECT_EQ(order_of_answers(node_kind::singleton_first), (list{"1", "20", "pong"}));
  EXPECT_EQ(order_of_answers(node_kind::two_blocks), (list{"10", "10", "pong"}));
  EXPECT_EQ(order_of_answers(node_kind::late_answer), (list{"20", "pong"}));
  EXPECT_EQ(order_of_answers(node_kind::pong_first), (list{"pong", "20"}));
  EXPECT_EQ(order_of_answers(node_kind::answers_by_timer), (list{"1", "pong", "20"}));
  EXPECT_EQ(order_of_answers(node_kind::pong_between), (list{"20", "pong", "20"}));
}

TEST(node_models, an_answer_is_as_late_as_its_kind_has_it) {
  for (const auto& [kind, late] : {std::pair{node_kind::honest, 0s},
                                   {node_kind::late_answer, 3s},
                                   {node_kind::pong_first, 3s},
                                   {node_kind::answers_by_timer, 30s}}) {
    visit v(kind);
    v.shake_hands();
    v.door.write(v.id, net::buffer{net::encode(v.nodes.settings().magic, net::msg::getaddr{})});
    v.pass(late);
    EXPECT_LT(v.addresses().size(), 20u) << name_of(kind);
    v.pass(2s);
    EXPECT_GE(v.addresses().size(), 20u) << name_of(kind);
  }
}

TEST(node_models, those_that_leave_leave_when_their_kind_says) {
  for (const auto kind : {node_kind::closes_at_accept, node_kind::full,
                          node_kind::closes_after_version, node_kind::closes_after_getaddr}) {
    visit v(kind);
    EXPECT_EQ(v.has_ended(), kind == node_kind::closes_at_accept) << name_of(kind);
    v.greet();
    EXPECT_EQ(v.has_ended(), kind != node_kind::closes_after_getaddr) << name_of(kind);
    EXPECT_EQ(v.count<net::msg::version>(),
              kind == node_kind::closes_after_version || kind == node_kind::closes_after_getaddr
                  ? 1u
                  : 0u);
    if (kind != node_kind::closes_after_getaddr)
      continue;
    v.say(net::msg::verack{});
    v.say(net::msg::getaddr{});
    EXPECT_TRUE(v.has_ended());
  }
  visit reset(node_kind::resets_at_accept);
  EXPECT_EQ(reset.said.of<net::closed>(alice).at(0).reason, net::error::reset);
}

TEST(node_models, those_that_say_nothing_useful_say_nothing_useful) {
  visit silent(node_kind::silent);
  silent.shake_hands();
  EXPECT_EQ(silent.said.text_received(alice), "");
  EXPECT_FALSE(silent.has_ended());

  visit garbage(node_kind::garbage);
  EXPECT_FALSE(garbage.said.text_received(alice).empty());
  EXPECT_TRUE(garbage.heard().empty());

  visit other(node_kind::wrong_magic);
  other.greet();
  EXPECT_FALSE(other.said.text_received(alice).empty());
  EXPECT_TRUE(other.heard().empty());

  visit mute(node_kind::no_verack);
  mute.shake_hands();
  EXPECT_EQ(mute.count<net::msg::version>(), 1u);
  EXPECT_EQ(mute.count<net::msg::verack>(), 0u);

  visit few(node_kind::few_addresses);
  few.shake_hands();
  few.say(net::msg::getaddr{});
  EXPECT_EQ(few.count<net::msg::verack>(), 1u);
  EXPECT_TRUE(few.addresses().empty());
}

TEST(node_models, nobody_is_where_nobody_should_be) {
  visit refused(node_kind::refused);
  EXPECT_EQ(refused.said.of<net::connect_failed>(alice).at(0).reason, net::error::refused);
  visit absent(node_kind::absent);
  absent.pass(5s);
  EXPECT_EQ(absent.said.of<net::connect_failed>(alice).at(0).reason, net::error::timed_out);
}

TEST(node_models, a_referee_names_each_rule_that_is_broken) {
  const auto rules = [](auto&& misbehave) {
    visit v(node_kind::honest);
    misbehave(v);
    std::vector<std::string> result;
    for (const auto& broken : v.host.violations())
      result.push_back(broken.rule);
    return result;
  };
  using list = std::vector<std::string>;
  EXPECT_EQ(rules([](visit& v) { v.shake_hands(); }), list{});
  EXPECT_EQ(rules([](visit& v) { v.say(net::msg::getaddr{}); }), list{"getaddr before version"});
  EXPECT_EQ(rules([](visit& v) {
              v.greet();
              v.greet();
            }),
            list{"version twice"});
  EXPECT_EQ(rules([](visit& v) {
              v.greet();
              v.say(net::msg::getaddr{});
            }),
            list{"getaddr before verack"});
  EXPECT_EQ(rules([](visit& v) {
              v.shake_hands();
              v.say(net::msg::getaddr{});
              v.say(net::msg::getaddr{});
            }),
            list{"getaddr twice"});
  EXPECT_EQ(rules([](visit& v) {
              v.shake_hands();
              v.say(net::msg::sendaddrv2{});
            }),
            list{"sendaddrv2 after verack"});
  EXPECT_EQ(rules([](visit& v) {
              v.shake_hands();
              v.say(net::msg::pong{1});
            }),
            list{"pong that nothing asked for"});
  EXPECT_EQ(rules([](visit& v) { v.door.write(v.id, text("GET / HTTP/1.0\r\n")), v.pass(1s); }),
            list{"wrong_magic"});
}

TEST(node_models, it_does_not_matter_how_bytes_are_cut) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    internet_options o;
    o.streams.cut_one_in = 1;
    o.streams.segment_bytes_max = *rc::gen::inRange(1u, 40u);
    visit v(node_kind::honest, o, seed);
    v.shake_hands();
    v.say(net::msg::getaddr{});
    v.pass(10s);
    RC_ASSERT(v.addresses() == v.table());
    RC_ASSERT(v.host.violation_count() == 0u);
  }));
}

TEST(topology, every_node_is_reached_from_every_seed_by_asking) {
  EXPECT_TRUE(rc::check([] {
    topology_options o;
    o.seed = *rc::gen::arbitrary<std::uint64_t>();
    o.nodes = *rc::gen::inRange(1u, 400u);
    o.seeds = *rc::gen::inRange(1u, 5u);
    o.addresses_a_node = *rc::gen::inRange(2u, 50u);
    o.shares.clear();
    for (std::size_t i = 0; i != node_kind_count; ++i)
      o.shares.emplace_back(static_cast<node_kind>(i), *rc::gen::inRange(0u, 5u));
    const topology t(o);
    RC_ASSERT(t.nodes().size() == o.nodes);
    std::set<net::endpoint> known;
    std::deque<net::endpoint> due;
    const auto hear = [&](const net::endpoint& at) {
      if (known.insert(at).second)
        due.push_back(at);
    };
    for (const auto& seed : t.seeds())
      hear(seed);
    while (!due.empty()) {
      const auto& node = t.nodes()[t.find(due.front()).value()];
      due.pop_front();
      RC_ASSERT(node.peers.size() <= o.addresses_a_node);
      if (truth_of(node.kind).answers)
        for (const auto peer : node.peers)
          hear(t.nodes()[peer].at);
    }
    RC_ASSERT(known.size() == o.nodes);
  }));
}

TEST(topology, who_follows_a_program_is_good_only_where_it_says_what_a_handshake_needs) {
  const auto said = [](net::message_kind kind) {
    step::send s;
    s.kind = kind;
    return s;
  };
  const auto version = said(net::message_kind::version);
  const auto verack = said(net::message_kind::verack);
  auto never = verack;
  never.times = 0;
  auto of_another_chain = version;
  of_another_chain.bad_magic = true;
  auto damaged = verack;
  damaged.bad_checksum = true;
  using steps = std::vector<program_step>;
  const auto is_good = [](const steps& all, node_kind kind) {
    topology_options o;
    o.nodes = 2;
    o.seeds = 1;
    o.models = {{"it", all}};
    o.changes.emplace_back().number = 1;
    o.changes.back().kind = kind;
    o.changes.back().model = "it";
    const topology nodes(o);
    EXPECT_TRUE(nodes.is_good(0));
    return nodes.is_good(1);
  };
  for (const auto& all : {steps{}, steps{version}, steps{verack}, steps{version, never},
                          steps{of_another_chain, verack}, steps{version, damaged},
                          steps{version, step::close{}, verack}, steps{step::reset{}}})
    EXPECT_FALSE(is_good(all, node_kind::honest)) << all.size();
  for (const auto& all : {steps{version, verack}, steps{step::send_bytes{{0xfa}}},
                          steps{verack, step::stop_reading{}, version, step::close{}}}) {
    EXPECT_TRUE(is_good(all, node_kind::honest)) << all.size();
    EXPECT_FALSE(is_good(all, node_kind::no_verack)) << all.size();
  }
}

TEST(topology, kinds_have_names_that_are_read_back) {
  for (std::size_t i = 0; i != node_kind_count; ++i)
    EXPECT_EQ(node_kind_named(name_of(static_cast<node_kind>(i))), static_cast<node_kind>(i));
  EXPECT_EQ(node_kind_named("friendly"), std::nullopt);
}
