#include <gtest/gtest.h>

#include "actors/control/control_server.hpp"
#include "actors/crawl/ban_table.hpp"
#include "sim/scenario/control_user.hpp"
#include "tests/chaos/held_world.hpp"

namespace seedwalk::test {
namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr std::uint32_t held_nodes = 8;
constexpr auto socket_path = "/run/control.sock";

/// A crawler that holds `held_nodes` honest nodes, and an operator on its machine.
struct operated_world {
  /// `bans` are in its database from earlier.
  explicit operated_world(const std::vector<store::ban_record>& bans = {})
      : w(3, held_nodes, recipe()) {
    w.crawler.start();
    store::batch earlier;
    for (const auto& ban : bans)
      earlier.operations.emplace_back(store::add_ban{ban});
    EXPECT_TRUE(w.crawler.disk().database().apply(earlier));
    w.driver.run([this] { return connected() == held_nodes; }, seconds{600});
    person.emplace(w.internet, socket_path);
    EXPECT_TRUE(run_until([this] { return person->connected(); }));
  }

  static actors::crawl_recipe recipe() {
    auto recipe = pool_recipe();
    recipe.config.run.hold = held_nodes;
    recipe.control_socket = socket_path;
    return recipe;
  }

  std::uint32_t connected() const {
    const auto pool = w.crawler.pool();
    return pool ? pool->in_phase(actors::pool_phase::connected) : 0;
  }

  bool run_until(const std::function<bool()>& done) {
    return w.driver.run(
        [&] {
          person->act();
          return done();
        },
        w.world.now().steady + seconds{60});
  }

  /// The last line of the answer that says something: an error, or that before the end.
  json ask(const json& request) {
    person->ask(request);
    if (!run_until([this] { return person->answered(); })) {
      ADD_FAILURE() << "no answer to " << request.dump();
      return json::object();
    }
    const auto& lines = person->answer();
    return person->refused() ? lines.back() : lines.at(lines.size() - 2);
  }

  held_world w;
  std::optional<sim::control_user> person;
};

TEST(control, an_error_tells_a_mistake_in_the_request_from_what_cannot_be_done_now) {
  operated_world o;
  const json long_text = std::string(actors::control_server::text_bytes_max + 1, 'x');
  const std::vector<json> mistakes = {
      5,
      {{"no", "command"}},
      {{"command", "no such"}},
      {{"command", "ban"}},
      {{"command", "ban"}, {"target", "nobody"}},
      {{"command", "ban"}, {"target", 5}},
      {{"command", "ban"}, {"target", "192.0.2.1"}, {"seconds", -1}},
      {{"command", "ban"}, {"target", "192.0.2.1"}, {"reason", long_text}},
      {{"command", "ban"}, {"user_agent", ""}},
      {{"command", "unban"}, {"target", "nobody"}},
      {{"command", "disconnect"}, {"peer", "nobody"}},
      {{"command", "broadcast-ping"}, {"network", "nowhere"}},
      {{"command", "db-query"}, {"schema", 1'000}, {"query", ""}},
      {{"command", "reload"}, {"contents", "[peers]\nban = [\"nobody\"]\n"}},
  };
  for (const auto& request : mistakes) {
    const auto said = o.ask(request);
    EXPECT_EQ(said["type"], "error") << request.dump();
    EXPECT_EQ(said["bad_request"], true) << request.dump() << said.dump();
  }
  const std::vector<json> impossible = {{{"command", "unban"}, {"target", "192.0.2.1"}},
                                        {{"command", "disconnect"}, {"peer", "192.0.2.1:1"}}};
  for (const auto& request : impossible) {
    const auto said = o.ask(request);
    EXPECT_EQ(said["type"], "error") << request.dump();
    EXPECT_EQ(said["bad_request"], false) << request.dump() << said.dump();
  }
  EXPECT_EQ(o.connected(), held_nodes);
}

TEST(control, a_full_table_of_bans_says_so_and_takes_the_ban_when_one_was_lifted) {
  const auto banned = [](std::size_t i) {
    return net::ipv4_endpoint(static_cast<std::uint32_t>(0x08000000 + i), 1);
  };
  std::vector<store::ban_record> bans;
  for (std::size_t i = 0; i != actors::ban_table::max_bans; ++i)
    bans.push_back({banned(i), "operator", seconds{1}, store::never});
  operated_world o(bans);
  const auto kept = [&] { return o.ask({{"command", "status"}}).at("bans"); };
  ASSERT_EQ(kept(), bans.size());

  const auto victim = o.w.crawler.pool()->entries().begin()->first;
  const json request = {{"command", "ban"}, {"target", net::to_string(victim)}};
  const auto said = o.ask(request);
  ASSERT_EQ(said["type"], "error") << said.dump();
  EXPECT_NE(said["message"].get<std::string>().find("table of bans is full"), std::string::npos)
      << said.dump();
  EXPECT_EQ(said["bad_request"], false);
  EXPECT_EQ(kept(), bans.size());
  EXPECT_EQ(o.connected(), held_nodes);

  const auto lifted = o.ask({{"command", "unban"}, {"target", net::to_string(banned(7))}});
  EXPECT_EQ(lifted["type"], "done") << lifted.dump();
  const auto done = o.ask(request);
  ASSERT_EQ(done["type"], "done") << done.dump();
  EXPECT_EQ(done["affected"], 1);
  EXPECT_EQ(kept(), bans.size());
  EXPECT_TRUE(o.w.world.violations().empty()) << o.w.world.violations().front();
}

} // namespace
} // namespace seedwalk::test
