#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "net/bitcoin/decoder.hpp"
#include "tests/chaos/managed_world.hpp"

namespace seedwalk::test {
namespace {

using std::chrono::seconds;

constexpr std::uint32_t count = 12;

/// What the connections of a run were called, and what they drew.
struct run_seen {
  std::set<std::string, std::less<>> names;
  std::map<net::endpoint, std::vector<std::uint64_t>> nonces; ///< By peer, in order.
};

/// The nonces of the `version`s that go through a door.
void note_nonces(door_spy& door, run_seen& seen) {
  door.written = [&seen](net::connection_id, net::byte_view data) {
    net::decoder in{net::decoder_options{net::find_chain("regtest")->magic}};
    auto left = data;
    const auto event = in.next(left);
    const auto whole = std::get_if<net::decoded_message>(&event);
    const auto version = whole ? std::get_if<net::msg::version>(&whole->value) : nullptr;
    if (version == nullptr)
      return;
    seen.nonces[version->receiver.peer()].push_back(version->sender->nonce);
  };
}

/// A while in which all nodes, but for one, are due again and again.
run_seen crawl_of_all_but(std::optional<std::size_t> without) {
  run_seen seen;
  managed_world m(count, pool_recipe());
  note_nonces(m.w.crawler.door(), seen);
  m.writer.who_is_due = [&](const store::due_query& question) {
    store::due_answer all;
    for (auto& due : m.due_nodes(count))
      if (!without || due.peer != m.w.nodes.nodes()[*without].at)
        all.peers[static_cast<std::size_t>(due.queue)].push_back(due);
    all.next.fill(question.now + seconds{60});
    return all;
  };
  m.start();
  m.pass(seconds{30});
  seen.names = m.w.oracle.names();
  return seen;
}

TEST(connection_names, and_nonces_of_a_peer_are_the_same_whoever_else_is_visited) {
  const auto all = crawl_of_all_but({});
  ASSERT_EQ(all.nonces.size(), count);
  for (const std::size_t without : {0u, 5u, 11u}) {
    const auto fewer = crawl_of_all_but(without);
    ASSERT_EQ(fewer.nonces.size(), count - 1);
    for (const auto& [peer, nonces] : fewer.nonces) {
      const auto& before = all.nonces.at(peer);
      const auto shared = std::min(before.size(), nonces.size());
      ASSERT_GE(shared, 3u) << net::to_string(peer);
      EXPECT_TRUE(std::equal(nonces.begin(), nonces.begin() + static_cast<std::ptrdiff_t>(shared),
                             before.begin()))
          << net::to_string(peer);
      for (std::size_t nth = 1; nth <= nonces.size(); ++nth)
        EXPECT_TRUE(
            fewer.names.contains(fmt::format("crawler/peer/{}#{}", net::to_string(peer), nth)));
    }
  }
}

TEST(connection_names, and_nonces_are_never_used_twice) {
  const auto seen = crawl_of_all_but({});
  std::set<std::uint64_t> nonces;
  std::size_t visits = 0;
  for (const auto& [peer, drawn] : seen.nonces) {
    nonces.insert(drawn.begin(), drawn.end());
    visits += drawn.size();
  }
  EXPECT_EQ(nonces.size(), visits);
  EXPECT_EQ(seen.names.size(), visits);
}

/// Names of the connections of hosts that dial a crawler three times each.
std::set<std::string, std::less<>> names_of_guests(const std::vector<std::uint8_t>& guests) {
  auto recipe = pool_recipe();
  auto listens = host_address(1);
  listens.port = 18'444;
  recipe.config.peers.listen = {listens};
  recipe.config.peers.ban_time = {};
  managed_world m(count, recipe);
  m.writer.who_is_due = [](const store::due_query&) { return store::due_answer{}; };
  m.start();
  m.pass(seconds{1});
  std::vector<std::unique_ptr<inbound_storm>> storms;
  for (const auto last : guests)
    storms.push_back(
        std::make_unique<inbound_storm>(m.w.internet, host_address(last), listens, last));
  for (int nth = 0; nth != 3; ++nth) {
    for (auto& storm : storms)
      storm->dial();
    m.pass(seconds{5});
  }
  m.pass(seconds{300}); // They say nothing, and are sent away.
  return m.w.oracle.names();
}

TEST(connection_names, of_who_dials_us_have_no_port_and_count_the_address) {
  const auto names = names_of_guests({50, 51, 52});
  std::set<std::string, std::less<>> expected;
  for (const auto last : {50, 51, 52})
    for (int nth = 1; nth <= 3; ++nth)
      expected.insert(fmt::format("crawler/peer/198.51.100.{}#{}", last, nth));
  EXPECT_EQ(names, expected);
  std::erase_if(expected, [](const auto& name) { return name.find(".51#") != name.npos; });
  EXPECT_EQ(names_of_guests({50, 52}), expected);
}

} // namespace
} // namespace seedwalk::test
