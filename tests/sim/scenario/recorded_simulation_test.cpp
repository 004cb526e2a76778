#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/record/process_recording.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"
#include "sim/scenario/replayed_crawl.hpp"
#include "tests/sim/scenario/expect_replayed.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;

/// Runs a scenario and records one of its crawlers.
struct recorded_run {
  explicit recorded_run(const crawl_scenario& s, std::size_t nth = 0) {
    crawl_world world{s};
    auto& crawler = *world.crawlers().at(nth);
    const auto recording = process_recording::begin(folder / "recording", crawler.inside(),
                                                    crawler.recording_header());
    RC_ASSERT(recording.has_value());
    run_crawl(world, [&] {
      (*recording)->finish("done");
      hash = crawler.inside().run_chain().value();
      steps = crawler.inside().steps();
    });
    RC_ASSERT((*recording)->failure().empty());
  }

  replay_result again() const {
    const auto result = replay(folder / "recording", crawl_replayer({}));
    RC_ASSERT(result.has_value());
    return *result;
  }

  tools::temporary_folder folder;
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
};

void expect_same(const recorded_run& run) {
  test::expect_replayed(run.again(), run.hash, run.steps);
}

crawl_scenario drawn_scenario() {
  auto s = plain_crawl(*rc::gen::inRange<std::uint64_t>(1, 1'000'000),
                       *rc::gen::inRange<std::uint32_t>(4, 30));
  s.schedule = *rc::gen::element(strategy::fifo, strategy::uniform, strategy::pct, strategy::pctcp,
                                 strategy::pos, strategy::urw, strategy::surw, strategy::pairs,
                                 strategy::portfolio);
  s.order.ahead = *rc::gen::element<net::steady_time>(0ns, 50us, 5ms);
  s.order.behind = *rc::gen::element<net::steady_time>(50us, 5ms, net::steady_time::max());
  s.deep = *rc::gen::arbitrary<bool>();
  draw_misfortunes(s, *rc::gen::inRange(0u, 4u), *rc::gen::inRange(0u, 3u));
  return s;
}

// The simulated door gave ids from one counter, a timer fired when the schedule came to it and the
// recording did not say so, and an actor that went out of turn was not named: no recording of a
// simulation replayed.
TEST(recorded_simulation, replays_without_its_world) {
  EXPECT_TRUE(rc::check([] { expect_same(recorded_run{drawn_scenario()}); }));
}

TEST(recorded_simulation, replays_one_crawler_of_several) {
  EXPECT_TRUE(rc::check([] {
    auto s = drawn_scenario();
    s.crawlers = 2;
    expect_same(recorded_run{s, *rc::gen::inRange<std::size_t>(0, 2)});
  }));
}

TEST(recorded_simulation, replays_where_clocks_are_set_and_seeds_change) {
  EXPECT_TRUE(rc::check([] {
    auto s = drawn_scenario();
    s.wall_steps = {{*rc::gen::element<net::steady_time>(1ms, 1s, 20s), -3600s}, {30s, 7200s}};
    s.reseeds = {{*rc::gen::inRange<std::uint64_t>(1, 200), 99}};
    s.redraws = {{*rc::gen::inRange<std::uint64_t>(1, 200), 98}};
    expect_same(recorded_run{s});
  }));
}

} // namespace
} // namespace seedwalk::sim
