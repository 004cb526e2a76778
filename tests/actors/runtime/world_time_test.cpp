#include <array>
#include <map>

#include <gtest/gtest.h>

#include "actors/runtime/no_state.hpp"
#include "tests/actors/runtime/toy_actors.hpp"

namespace seedwalk::sim {
namespace {

using namespace toy;
using namespace std::chrono_literals;

/// Writes down which timers fired, and when.
class sleeper {
public:
  static constexpr std::string_view kind = "sleeper";
  static constexpr std::size_t mailbox_max = 0;
  struct environment {
    net::timers& time;
    std::vector<std::pair<std::uint64_t, net::steady_time>> fired{};
  };
  using state = net::no_state;
  sleeper(environment& env, net::actor_host&, state&) : env_(env) {}
  void start() {}
  caf::behavior make_behavior() {
    return {[this](const net::timer_fired& f) {
      env_.fired.emplace_back(f.timer.value, env_.time.now().steady);
    }};
  }
  void on_exception(std::string_view) {}

private:
  environment& env_;
};

struct sleepers {
  sim::world world{options(1, strategy::fifo)};
  simulation drive{{net::steady_time{0}, net::steady_time{0}}, world};
  process inside{world};
  sleeper::environment env{inside};
  net::owner one = net::spawn<sleeper>(inside, env, "sleeper");
};

TEST(world_timers, fire_in_order_of_due_time_then_of_start) {
  sleepers s;
  const auto late = s.inside.start(3s, s.one);
  const auto first = s.inside.start(1s, s.one);
  const auto second = s.inside.start(1s, s.one);
  const auto cancelled = s.inside.start(2s, s.one);
  s.inside.cancel(cancelled);
  s.inside.cancel(net::timer_id{12345});
  while (s.drive.advance()) {
  }
  const std::vector<std::pair<std::uint64_t, net::steady_time>> expected = {
      {first.value, 1s}, {second.value, 1s}, {late.value, 3s}};
  EXPECT_EQ(s.env.fired, expected);
}

TEST(world_timers, a_negative_delay_fires_at_the_next_advance) {
  sleepers s;
  const auto id = s.inside.start(-5s, s.one);
  EXPECT_FALSE(s.world.step());
  while (s.drive.advance()) {
  }
  ASSERT_EQ(s.env.fired.size(), 1u);
  EXPECT_EQ(s.env.fired[0].first, id.value);
  EXPECT_EQ(s.env.fired[0].second, 0s);
}

TEST(world_timers, of_the_dead_can_be_forgotten) {
  sleepers s;
  s.inside.start(1h, s.one);
  s.inside.kill();
  EXPECT_TRUE(s.world.next_timer());
  s.inside.drop_timers_of_the_dead();
  EXPECT_FALSE(s.world.next_timer());
}

TEST(world_time, wall_clock_may_go_back) {
  sleepers s;
  s.world.advance({1s, 1'000s});
  s.world.advance({2s, 900s});
  EXPECT_EQ(s.world.now().wall, 900s);
}

/// One that fired, of one owner: when it was due, and in which order the owner started it.
struct fired_timer {
  std::size_t owner = 0;
  net::steady_time due{0};
  std::uint64_t started = 0;
};

/// Two owners start timers all the time, and others are due already: in the order in which they
/// were heard of.
std::vector<fired_timer> timers_of_two(std::uint64_t seed) {
  auto o = options(seed);
  o.order.ahead = o.order.behind = 50us;
  sim::world world(o);
  simulation drive(world);
  process inside(world);
  sleeper::environment first{inside};
  sleeper::environment second{inside};
  const std::array owners = {net::spawn<sleeper>(inside, first, "first"),
                             net::spawn<sleeper>(inside, second, "second")};
  std::map<std::uint64_t, fired_timer> started;
  std::vector<fired_timer> result;
  net::random_stream draw(seed, "timers");
  for (std::uint64_t i = 0; result.size() != 200; ++i) {
    if (started.size() != 200) {
      const auto delay = net::steady_time{draw.between(0, 100'000)};
      const auto id = inside.start(delay, owners[i % 2]);
      started[id.value] = {i % 2, world.now().steady + delay, i};
    }
    drive.advance();
    for (auto* one : {&first, &second}) {
      for (const auto& [id, when] : one->fired)
        result.push_back(started.at(id));
      one->fired.clear();
    }
  }
  return result;
}

TEST(world_timers, of_one_owner_never_overtake_each_other_and_those_of_others_do) {
  bool is_overtaken = false;
  for (std::uint64_t seed = 1; seed != 31; ++seed) {
    const auto fired = timers_of_two(seed);
    std::array<fired_timer, 2> last{};
    for (const auto& one : fired) {
      auto& before = last[one.owner];
      EXPECT_LE(std::pair(before.due, before.started), std::pair(one.due, one.started)) << seed;
      before = one;
      is_overtaken |= one.due < last[1 - one.owner].due;
    }
  }
  EXPECT_TRUE(is_overtaken);
}

// -- actors of plain CAF --------------------------------------------------------------------------

struct caf_log {
  sim::world& world;
  std::vector<std::string> lines{};
  void add(const std::string& text) {
    lines.push_back(std::to_string(world.now().steady / 1s) + " " + text);
  }
};

/// `log` is there because CAF 0.17.6 binds a reference to nothing where an actor takes no
/// arguments, which UBSan reports.
caf::behavior deaf(caf::event_based_actor* self, [[maybe_unused]] caf_log* log) {
  return {[self](int) { return self->make_response_promise(); }};
}

caf::behavior ticker(caf::event_based_actor* self, caf_log* log, int left) {
  self->delayed_send(self, 10s, caf::ok_atom::value);
  const auto mute = self->spawn(deaf, log);
  self->request(mute, 25s, 1).then([](int) {}, [log](caf::error&) { log->add("no answer"); });
  return {[=](caf::ok_atom) mutable {
    log->add("tick");
    if (--left > 0)
      self->delayed_send(self, 10s, caf::ok_atom::value);
    else
      self->quit();
  }};
}

std::pair<std::uint64_t, std::vector<std::string>> run_caf(std::uint64_t seed) {
  sim::world world(options(seed));
  simulation drive(world);
  process inside(world);
  caf_log log{world};
  for (int i = 0; i != 3; ++i)
    inside.system().spawn(ticker, &log, 4);
  while (drive.advance()) {
  }
  return {world.hash(), log.lines};
}

TEST(world_time, plain_caf_actors_live_in_virtual_time) {
  const auto [hash, lines] = run_caf(1);
  const std::vector<std::string> expected = {
      "10 tick", "10 tick",      "10 tick",      "20 tick",      "20 tick",
      "20 tick", "25 no answer", "25 no answer", "25 no answer", "30 tick",
      "30 tick", "30 tick",      "40 tick",      "40 tick",      "40 tick"};
  EXPECT_EQ(lines, expected);
  EXPECT_EQ(run_caf(1).first, hash);
  EXPECT_NE(run_caf(2).first, hash);
}

TEST(world_time, a_process_that_starts_late_has_the_worlds_time) {
  sim::world world(options(1));
  simulation drive(world);
  world.advance({1'000s, 1'000s});
  process inside(world);
  caf_log log{world};
  inside.system().spawn(ticker, &log, 1);
  while (drive.advance()) {
  }
  EXPECT_EQ(log.lines, (std::vector<std::string>{"1010 tick"}));
}

caf::behavior hasty(caf::event_based_actor* self, int* done) {
  self->delayed_send(self, 0s, caf::ok_atom::value);
  return {[self, done](caf::ok_atom) {
    ++*done;
    self->quit();
  }};
}

// No move of time brings what is due now, so the simulation jumped to now for ever.
TEST(world_time, a_plain_caf_actor_may_ask_for_no_delay_at_all) {
  for (const auto began : {0s, 5s}) {
    sim::world world(options(1));
    simulation drive(world);
    process inside(world);
    world.advance({began, began});
    int done = 0;
    inside.system().spawn(hasty, &done);
    int turns = 0;
    while (turns != 1'000 && drive.advance())
      ++turns;
    EXPECT_EQ(done, 1);
    EXPECT_LT(turns, 1'000);
  }
}

/// Writes down its turn.
struct noter final : event_source {
  explicit noter(caf_log& to) : log(to) {}
  void on_due(std::uint64_t) override { log.add("event"); }
  caf_log& log;
};

// When both are due at one moment, time moves there with neither of them gone yet: an event that
// went along with the move would always be before the message that only the move brings.
TEST(world_time, a_delayed_message_of_plain_caf_competes_with_what_is_due_at_its_moment) {
  int event_first = 0;
  for (std::uint64_t seed = 1; seed != 65; ++seed) {
    sim::world world(options(seed));
    simulation drive({net::steady_time{0}, net::steady_time{0}}, world);
    process inside(world);
    caf_log log{world};
    noter source(log);
    auto lane = schedule::lane::named(1);
    world.events().put(10s, lane, source, 0);
    inside.system().spawn(ticker, &log, 1);
    while (log.lines.empty() && drive.advance()) {
    }
    event_first += log.lines.front() == "10 event" ? 1 : 0;
  }
  EXPECT_GT(event_first, 8);
  EXPECT_LT(event_first, 56);
}

} // namespace
} // namespace seedwalk::sim
