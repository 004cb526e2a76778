#include <gtest/gtest.h>

#include "tests/chaos/held_world.hpp"

namespace seedwalk::test {
namespace {

using std::chrono::seconds;

struct drawn_file {
  std::string contents;
  std::string problem; ///< A part of what is said of it; empty: it is valid.
};

/// What follows [peers], the last section, is of it.
std::string valid_file(net::random_stream& draw, std::uint32_t connections) {
  const auto n = draw.between(1, 40);
  return fmt::format("[run]\nhold = {0}\n"
                     "[network]\nname = \"regtest\"\nallow_unroutable = true\n"
                     "[limits]\nmax_inbound = {1}\nmax_connections = {0}\nmax_outbound = {0}\n"
                     "dials_per_second = {1}\n"
                     "[keep_alive]\nping_every = \"{2}s\"\n"
                     "[reconnects]\nmax = {1}\n"
                     "[peers]\nban_time = \"{1}h\"\nexclude = [\"203.0.113.{1}\"]\n",
                     connections, n, 60 + n);
}

drawn_file invalid_file(net::random_stream& draw, std::uint32_t connections) {
  const auto text = valid_file(draw, connections);
  switch (draw.below(8)) {
  case 0:
    return {text + "ban = [\"no address\"]\n", "peers.ban"};
  case 1:
    return {text + "no_such_option = 1\n", "no_such_option"};
  case 2:
    return {text + "[storage]\nmax_known = 0\n", "storage.max_known"};
  case 3:
    return {text + "[run]\nhold = 5\n", "test.toml"};
  case 4:
    return {text + "[schedule]\njitter_percent = 51\n", "schedule.jitter_percent"};
  case 5:
    return {text + "[start]\nfixed = true\n", "start.fixed"};
  case 6:
    return {text + "[getaddr]\n= nonsense\n", "test.toml"};
  default:
    return {valid_file(draw, connections + 1), "limits.max_connections"};
  }
}

/// A crawler that holds `count` nodes, and somebody who gives it configurations.
struct reloaded_world {
  reloaded_world(std::uint64_t seed, std::uint32_t count)
      : connections(count), w(seed, count, recipe(count)) {
    w.crawler.start();
    asker = net::spawn<pool_probe>(w.inside, asked, "asker");
  }

  static actors::crawl_recipe recipe(std::uint32_t count) {
    auto recipe = pool_recipe();
    recipe.config.run.hold = count;
    recipe.config.limits.max_connections = count;
    recipe.config.limits.max_outbound = count;
    // What flags say, no file changes.
    recipe.pinned = {"start.connect", "start.dns", "storage.path"};
    return recipe;
  }

  std::uint32_t connected() const {
    return w.crawler.pool()->in_phase(actors::pool_phase::connected);
  }

  bool run_until_held() {
    return w.driver.run([this] { return w.crawler.pool() && connected() == connections; },
                        seconds{600});
  }

  void pass(seconds time) {
    w.driver.run([] { return false; }, w.world.now().steady + time);
  }

  actors::command_done reload(const std::string& contents) {
    asked.done.clear();
    w.inside.send(w.crawler.self(), actors::reload_settings{asker, 1, "test.toml", contents});
    w.driver.run([&] { return !asked.done.empty(); }, w.world.now().steady + seconds{60});
    return asked.done.empty() ? actors::command_done{0, "no answer", 0} : asked.done.front();
  }

  std::shared_ptr<const actors::settings> settings() {
    return w.crawler.program().env().settings.newest().values;
  }

  std::uint32_t connections;
  held_world w;
  pool_probe::environment asked;
  net::owner asker;
};

TEST(reload, bad_configurations_are_refused_whole_and_good_ones_drop_nobody) {
  constexpr std::uint32_t reloads = 50;
  constexpr std::uint32_t connections = 1'000;
  reloaded_world r(7, connections);
  ASSERT_TRUE(r.run_until_held()) << r.connected() << " are connected";
  const auto ended = r.w.oracle.outcomes();
  net::random_stream draw{7, "configurations"};
  for (std::uint32_t i = 0; i != reloads; ++i) {
    const bool valid = i % 2 == 0;
    const auto file =
        valid ? drawn_file{valid_file(draw, connections), {}} : invalid_file(draw, connections);
    const auto before = r.settings();
    const auto said = r.reload(file.contents);
    r.w.oracle.look();
    if (valid) {
      ASSERT_EQ(said.problem, "") << file.contents;
      EXPECT_NE(before, r.settings());
      EXPECT_EQ(said.affected, 0u);
    } else {
      ASSERT_NE(said.problem, "") << file.contents;
      EXPECT_NE(said.problem.find(file.problem), std::string::npos) << said.problem;
      EXPECT_EQ(before, r.settings()) << "refused, and yet in force";
    }
    // Some follow each other closely, some let peers be pinged meanwhile.
    if (draw.chance(1, 3))
      r.pass(seconds{draw.between(1, 200)});
    ASSERT_EQ(r.connected(), connections) << "after " << file.contents;
  }
  EXPECT_EQ(r.w.oracle.outcomes(), ended) << "connections were dropped";
  EXPECT_EQ(r.w.oracle.problems(), std::vector<std::string>{});
  EXPECT_TRUE(r.w.world.violations().empty()) << r.w.world.violations().front();
}

TEST(reload, what_a_new_configuration_forbids_ends_and_nothing_else) {
  constexpr std::uint32_t connections = 60;
  reloaded_world r(8, connections);
  ASSERT_TRUE(r.run_until_held());
  const auto ended = r.w.oracle.outcomes();
  net::random_stream draw{8, "configurations"};
  const auto victim = r.w.nodes.nodes()[3].at;
  auto said = r.reload(valid_file(draw, connections) +
                       fmt::format("ban = [\"{}\"]\n", net::to_string(victim)));
  EXPECT_EQ(said.problem, "");
  EXPECT_EQ(said.affected, 1u);
  r.pass(seconds{5});
  EXPECT_EQ(r.w.oracle.outcomes(), ended + 1);
  const auto entry = r.w.crawler.pool()->find(victim);
  EXPECT_TRUE(!entry || !actors::is_live(entry->phase));
  EXPECT_EQ(r.connected(), connections - 1);

  // A pattern of user agents is for the connections themselves to judge.
  said = r.reload(valid_file(draw, connections) + "required_user_agents = [\"/nobody/\"]\n");
  EXPECT_EQ(said.problem, "");
  r.pass(seconds{10});
  EXPECT_EQ(r.connected(), 0u);
}

TEST(reload, fewer_slots_end_no_connection_and_are_kept_to_from_then_on) {
  constexpr std::uint32_t connections = 40;
  constexpr std::uint32_t fewer = 10;
  reloaded_world r(9, connections);
  ASSERT_TRUE(r.run_until_held());
  net::random_stream draw{9, "configurations"};
  EXPECT_EQ(r.reload(valid_file(draw, fewer)).problem, "");
  r.pass(seconds{60});
  EXPECT_EQ(r.connected(), connections);
  std::uint32_t left = connections;
  while (left != 0) {
    const auto& [key, entry] = *r.w.crawler.pool()->entries().begin();
    r.w.inside.send(r.w.crawler.manager(), actors::drop_peer{r.asker, 1, key});
    r.pass(seconds{5});
    --left;
    EXPECT_LE(r.w.crawler.pool()->live(), std::max(left, fewer));
  }
}

} // namespace
} // namespace seedwalk::test
