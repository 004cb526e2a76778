#include <gtest/gtest.h>

#include "actors/runtime/no_state.hpp"
#include "tests/actors/runtime/toy_actors.hpp"

namespace seedwalk::sim {
namespace {

using namespace toy;
using namespace std::chrono_literals;

std::uint64_t hash_after(std::uint64_t advances, world::options o) {
  walkers w(o);
  w.introduce();
  w.advance(advances);
  return w.world.hash();
}

TEST(world, same_seed_same_chain_other_seed_other_chain) {
  for (const auto strategy :
       {strategy::fifo, strategy::uniform, strategy::pct, strategy::pctcp, strategy::pos,
        strategy::urw, strategy::surw, strategy::pairs, strategy::portfolio}) {
    EXPECT_EQ(hash_after(3'000, options(1, strategy)), hash_after(3'000, options(1, strategy)));
    EXPECT_NE(hash_after(3'000, options(1, strategy)), hash_after(3'000, options(2, strategy)));
  }
}

TEST(world, deep_chain_takes_payloads) {
  // The walkers' first values differ, and nothing else that a shallow chain sees in one round.
  struct result {
    std::uint64_t shallow, deep;
  };
  const auto run = [](std::uint64_t value) {
    result r{};
    for (const bool deep : {false, true}) {
      walkers w(options(1, strategy::fifo, deep));
      w.inside.send(w.all[0], token{value, 0});
      w.drive.advance();
      (deep ? r.deep : r.shallow) = w.world.hash();
    }
    return r;
  };
  EXPECT_EQ(run(1).shallow, run(2).shallow);
  EXPECT_NE(run(1).deep, run(2).deep);
}

/// Takes one message at a time and does nothing.
class bounded {
public:
  static constexpr std::string_view kind = "bounded";
  static constexpr std::size_t mailbox_max = 3;
  using environment = toy::environment;
  using state = net::no_state;
  bounded(environment&, net::actor_host&, state&) {}
  void start() {}
  caf::behavior make_behavior() {
    return {[](const token&) {}};
  }
  void on_exception(std::string_view) {}
};

TEST(world, reports_a_mailbox_over_its_bound) {
  walkers w(options(1), 0);
  const auto one = net::spawn<bounded>(w.inside, w.env, "bounded");
  for (int i = 0; i != 3; ++i)
    w.inside.send(one, token{});
  EXPECT_TRUE(w.world.violations().empty());
  w.inside.send(one, token{});
  ASSERT_EQ(w.world.violations().size(), 1u);
  EXPECT_NE(w.world.violations()[0].text.find("mailbox of bounded holds 4"), std::string::npos);
  w.drive.quiesce();
  for (int i = 0; i != 3; ++i)
    w.inside.send(one, token{});
  EXPECT_EQ(w.world.violations().size(), 1u);
}

TEST(world, a_message_to_somebody_gone_is_dropped) {
  walkers w(options(1), 1);
  w.inside.send(net::owner{99}, token{});
  w.inside.send(net::nobody, token{});
  EXPECT_FALSE(w.world.step());
}

// -- observers ------------------------------------------------------------------------------------

/// Counts what it is told; speaks up and starts timers if asked to.
class watcher {
public:
  static constexpr std::string_view kind = "watcher";
  static constexpr std::size_t mailbox_max = 0;
  static constexpr bool observer = true;
  struct environment {
    net::runtime& host;
    net::timers& time;
    net::owner speaks_to;
    bool starts_timers = false;
    std::uint64_t heard = 0;
    std::uint64_t woken = 0;
  };
  using state = net::no_state;
  watcher(environment& env, net::actor_host& host, state&) : env_(env), host_(host) {}
  void start() {}
  caf::behavior make_behavior() {
    return {[this](const seen& s) {
              ++env_.heard;
              if (env_.speaks_to != net::nobody)
                env_.host.send(env_.speaks_to, token{s.value, 1});
              if (env_.starts_timers)
                env_.time.cancel(env_.time.start(1s, host_.self()));
            },
            [this](const net::timer_fired&) { ++env_.woken; }};
  }
  void on_exception(std::string_view) {}

private:
  environment& env_;
  net::actor_host& host_;
};

struct watched {
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  std::uint64_t heard = 0;
  std::size_t violations = 0;
};

watched run_watched(bool deep, bool with, bool speaks, bool timers) {
  walkers w(options(5, strategy::uniform, deep));
  watcher::environment env{w.inside, w.inside, speaks ? w.all[0] : net::nobody, timers};
  const auto one =
      with ? net::spawn<watcher>(w.inside, env, "watcher") : net::owner{w.all.size() + 1};
  w.introduce(one);
  w.advance(2'000);
  return {w.world.hash(), w.world.steps(), env.heard, w.world.violations().size()};
}

TEST(world, observers_change_neither_steps_nor_chain) {
  for (const bool deep : {false, true}) {
    const auto without = run_watched(deep, false, false, false);
    for (const bool timers : {false, true}) {
      const auto with = run_watched(deep, true, false, timers);
      EXPECT_GT(with.heard, 100u);
      EXPECT_EQ(with.hash, without.hash);
      EXPECT_EQ(with.steps, without.steps);
      EXPECT_EQ(with.violations, 0u);
    }
  }
}

TEST(world, an_observer_that_speaks_is_reported_and_not_heard) {
  const auto silent = run_watched(false, true, false, false);
  const auto loud = run_watched(false, true, true, false);
  EXPECT_GT(loud.violations, 0u);
  EXPECT_EQ(loud.hash, silent.hash);
}

// -- failures -------------------------------------------------------------------------------------

TEST(world, an_exception_ends_its_actor_and_nothing_else) {
  walkers w(options(3));
  w.env.throw_at = 5;
  w.introduce();
  ASSERT_TRUE(w.drive.run([&] { return w.world.failures() == 2; }));
  EXPECT_EQ(w.inside.actors(), w.all.size() - 2);
  EXPECT_EQ(w.env.failed.size(), 2u);
  EXPECT_EQ(counted::alive, static_cast<long>(w.all.size()) - 2);
  ASSERT_FALSE(w.world.violations().empty());
  EXPECT_NE(w.world.violations()[0].text.find("drawn to fail"), std::string::npos);
  w.env.throw_at = 0;
  const auto steps = w.world.steps();
  w.advance(1'000);
  EXPECT_GT(w.world.steps(), steps + 100);
}

/// Ends in its own start, in the way its environment says.
class stillborn {
public:
  static constexpr std::string_view kind = "stillborn";
  static constexpr std::size_t mailbox_max = 0;
  struct environment {
    net::runtime& host;
    bool throws = false;
    bool sends_first = false;
    int last_words = 0;
    int messages = 0;
  };
  using state = net::no_state;
  stillborn(environment& env, net::actor_host& host, state&) : env_(env), host_(host) {}
  void start() {
    if (env_.sends_first)
      env_.host.send(host_.self(), token{});
    if (env_.throws)
      throw std::runtime_error("not today");
    host_.quit();
  }
  caf::behavior make_behavior() {
    return {[this](const token&) { ++env_.messages; }};
  }
  void on_exception(std::string_view) { ++env_.last_words; }

private:
  environment& env_;
  net::actor_host& host_;
  counted counted_;
};

TEST(world, an_actor_may_end_in_its_own_start) {
  for (const bool throws : {false, true}) {
    for (const bool sends_first : {false, true}) {
      walkers w(options(1), 0);
      stillborn::environment env{w.inside, throws, sends_first};
      const auto one = net::spawn<stillborn>(w.inside, env, "stillborn");
      w.inside.send(one, token{});
      w.drive.quiesce();
      EXPECT_EQ(counted::alive, 0);
      EXPECT_EQ(w.inside.actors(), 0u);
      EXPECT_EQ(env.messages, 0);
      EXPECT_EQ(env.last_words, throws ? 1 : 0);
      EXPECT_EQ(w.world.failures(), throws ? 1u : 0u);
    }
  }
}

// -- several systems ------------------------------------------------------------------------------

TEST(world, a_system_that_comes_and_goes_is_no_part_of_the_run) {
  const auto run = [](bool visitor) {
    walkers w(options(4));
    w.introduce();
    for (int i = 0; i != 20; ++i) {
      w.advance(100);
      if (visitor)
        process{w.world};
    }
    return std::pair{w.world.hash(), w.world.steps()};
  };
  EXPECT_EQ(run(true), run(false));
}

// What an actor spawned went to the process that was started last, and not to its own.
TEST(world, actors_live_in_the_process_that_they_were_spawned_through) {
  walkers w(options(4), 3);
  process other(w.world);
  environment env{other, other};
  const auto survivor = net::spawn<walker>(other, env, "survivor");
  net::spawn<walker>(w.inside, w.env, "late");
  EXPECT_EQ(w.inside.actors(), 4u);
  EXPECT_EQ(other.actors(), 1u);
  w.introduce();
  other.send(survivor, meet{{survivor}, {}});
  w.advance(500);
  w.inside.kill();
  EXPECT_EQ(w.inside.actors(), 0u);
  const auto steps = other.steps();
  w.advance(1'000);
  EXPECT_GT(other.steps(), steps + 100);
  EXPECT_EQ(other.actors(), 1u);
}

/// Two programs that have nothing to do with each other, of which one may be killed, and started
/// again, after so many advances; the chain of the other when it has made its steps.
std::uint64_t chain_beside(std::uint64_t seed, std::uint64_t kill_after, bool restart) {
  walkers w(options(seed), 0);
  process one(w.world, {"one", {}});
  process other(w.world, {"other", {}});
  environment env{one, one};
  environment other_env{other, other};
  std::vector<net::owner> all;
  const auto fill = [&](process& in, environment& e, const char* kind) {
    all.clear();
    for (int i = 0; i != 5; ++i)
      all.push_back(net::spawn<walker>(in, e, in.prefix() + kind + std::to_string(i)));
    for (const auto each : all)
      in.send(each, meet{all, net::nobody});
  };
  fill(one, env, "walker#");
  fill(other, other_env, "walker#");
  for (std::uint64_t i = 0; other.steps() != 300; ++i) {
    if (i == kill_after) {
      one.kill();
      if (restart) {
        one.restart();
        fill(one, env, "walker#");
      }
    }
    w.advance(1);
  }
  return other.run_chain().value();
}

TEST(world, a_process_does_not_notice_that_another_dies_and_comes_back) {
  for (std::uint64_t seed = 1; seed != 11; ++seed) {
    const auto undisturbed = chain_beside(seed, UINT64_MAX, false);
    for (const std::uint64_t moment : {0u, 1u, 7u, 50u, 111u, 300u}) {
      EXPECT_EQ(chain_beside(seed, moment, false), undisturbed) << moment;
      EXPECT_EQ(chain_beside(seed, moment, true), undisturbed) << moment;
    }
  }
}

} // namespace
} // namespace seedwalk::sim
