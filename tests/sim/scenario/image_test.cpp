#include <optional>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/db_writer.hpp"
#include "sim/record/image_file.hpp"
#include "sim/record/replay.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"
#include "sim/scenario/replayed_crawl.hpp"
#include "tests/sim/scenario/expect_replayed.hpp"
#include "tests/sim/scenario/imaged_run.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using test::imaged_run;
using test::run_with_images;

/// A crawl with what lives long: connections that are held, a listener, a second crawler that dials
/// it, reloads.
crawl_scenario busy_scenario() {
  auto s = plain_crawl(*rc::gen::inRange<std::uint64_t>(1, 1'000'000),
                       *rc::gen::inRange<std::uint32_t>(4, 24));
  s.schedule = *rc::gen::element(strategy::fifo, strategy::uniform, strategy::surw);
  s.deep = *rc::gen::arbitrary<bool>();
  s.crawlers = *rc::gen::inRange(1u, 3u);
  auto& c = s.crawler.config;
  if (*rc::gen::arbitrary<bool>()) {
    c.run.once = false;
    c.run.hold = *rc::gen::inRange(1u, 20u);
    c.run.limit = 40s;
  }
  if (*rc::gen::arbitrary<bool>())
    s.wall_steps = {{*rc::gen::element<net::steady_time>(1s, 20s), -3600s}};
  if (*rc::gen::arbitrary<bool>())
    s.reseeds = {{*rc::gen::inRange<std::uint64_t>(1, 200), 99}};
  draw_misfortunes(s, *rc::gen::inRange(0u, 4u), *rc::gen::inRange(0u, 4u));
  s.limit = 2min;
  return s;
}

replay_result carried_on(const std::string& recording, const process_image& image) {
  replay_options options;
  options.from = image;
  auto result = replay(recording, crawl_replayer({}), options);
  if (!result)
    RC_FAIL(result.error().message);
  return *result;
}

// Actors looked up their settings beside their state, and the numbers that doors had given were
// nowhere: no captured moment could be carried on but in the process that it was captured in.
TEST(image, another_process_goes_on_from_it_and_comes_to_the_same_end) {
  std::size_t images = 0;
  EXPECT_TRUE(rc::check([&] {
    const auto s = busy_scenario();
    const tools::temporary_folder folder;
    std::set<std::uint64_t> moments;
    for (int i = 0; i != 3; ++i)
      moments.insert(*rc::gen::inRange<std::uint64_t>(1, 600));
    const auto nth = *rc::gen::inRange<std::size_t>(0, s.crawlers);
    const auto run = run_with_images(s, folder / "recording", moments, nth);
    RC_ASSERT(run.problem == "");
    for (const auto& image : run.images) {
      const auto unpacked = unpack_image(net::as_text(pack_image({"this build", image})));
      RC_ASSERT(unpacked.has_value());
      test::expect_replayed(carried_on(folder / "recording", unpacked->image), run.hash, run.steps);
      ++images;
    }
  }));
  EXPECT_GT(images, 100u);
}

TEST(image, making_one_changes_nothing) {
  EXPECT_TRUE(rc::check([] {
    const auto s = busy_scenario();
    const tools::temporary_folder folder;
    std::set<std::uint64_t> moments;
    for (std::uint64_t i = 1; i < 1000; i += *rc::gen::inRange<std::uint64_t>(1, 100))
      moments.insert(i);
    const auto plain = run_with_images(s, folder / "plain", {});
    const auto imaged = run_with_images(s, folder / "imaged", moments);
    RC_ASSERT(imaged.problem == "");
    RC_ASSERT(imaged.hash == plain.hash);
    RC_ASSERT(imaged.steps == plain.steps);
  }));
}

/// A run of its own for what follows, and the image in its middle.
struct example {
  explicit example(std::uint64_t seed = 3)
      : run(run_with_images(slow_crawl(seed), folder / "recording", {60})) {}

  /// Few connections at once: half of them are made after the image.
  static crawl_scenario slow_crawl(std::uint64_t seed) {
    auto s = plain_crawl(seed, 24);
    s.crawler.config.limits.max_connections = 4;
    s.crawler.config.limits.max_outbound = 4;
    return s;
  }

  replay_result from(const process_image& image) const {
    replay_options options;
    options.from = image;
    return replay(folder / "recording", crawl_replayer({}), options).value();
  }

  tools::temporary_folder folder;
  imaged_run run;
};

TEST(image, a_replay_makes_the_same_one) {
  const example e;
  ASSERT_EQ(1u, e.run.images.size());
  std::optional<process_image> made;
  replay_options options;
  options.image_after_step = 60;
  options.on_image = [&](process_image image) { made = std::move(image); };
  ASSERT_TRUE(replay(e.folder / "recording", crawl_replayer({}), options).value().verified);
  ASSERT_TRUE(made);
  EXPECT_EQ(e.run.images[0].steps, made->steps);
  EXPECT_EQ(e.run.images[0].chain, made->chain);
  EXPECT_EQ(e.run.images[0].parts, made->parts);
  ASSERT_EQ(e.run.images[0].actors.size(), made->actors.size());
  for (std::size_t i = 0; i != made->actors.size(); ++i)
    EXPECT_EQ(e.run.images[0].actors[i].state, made->actors[i].state) << made->actors[i].name;
  EXPECT_TRUE(e.from(*made).complete);
}

/// What a replay has of its moment must be all of it: one that began in its middle knows the same.
TEST(image, one_that_is_made_behind_another_is_the_same_in_every_byte) {
  const example e;
  const auto made_after = [&](std::uint64_t step, std::optional<process_image> from) {
    std::optional<process_image> made;
    replay_options options;
    options.from = std::move(from);
    options.image_after_step = step;
    options.on_image = [&](process_image image) { made = std::move(image); };
    EXPECT_TRUE(replay(e.folder / "recording", crawl_replayer({}), options).value().complete);
    return made.value();
  };
  const auto early = made_after(60, std::nullopt);
  const auto late = made_after(early.steps + 60, std::nullopt);
  const auto late_again = made_after(early.steps + 60, early);
  EXPECT_GT(late.steps, early.steps);
  EXPECT_EQ(net::to_archive(late), net::to_archive(late_again));
}

// Asked to stop before the step of the image, a replay compared nothing and called that verified.
TEST(image, one_of_another_run_is_refused) {
  const example e;
  const example other{4};
  for (const std::uint64_t until : {std::uint64_t{5}, std::uint64_t{UINT64_MAX}}) {
    replay_options options;
    options.from = other.run.images.at(0);
    options.until_step = until;
    const auto result = replay(e.folder / "recording", crawl_replayer({}), options).value();
    ASSERT_TRUE(result.damage);
    EXPECT_FALSE(result.verified);
    EXPECT_NE(std::string::npos, result.damage->message.find("the image is of another run"));
  }
}

// The values of settings that are not the newest live in the states of those who go by them. When
// all actors were captured and killed they were gone, and nobody could be brought back.
TEST(image, actors_with_old_settings_are_brought_back_with_them) {
  auto s = plain_crawl(5, 12);
  s.crawler.config.run.once = false;
  s.crawler.config.run.hold = 8;
  s.crawler.config.run.limit = 30s;
  crawl_world world{s};
  ASSERT_TRUE(world.start().has_value());
  while (world.now() < 10s || !world.inner().idle())
    ASSERT_TRUE(world.advance());
  auto& shelf = world.program().env().settings;
  shelf.add(shelf.newest().values); // Nobody has been told of these.
  EXPECT_TRUE(world.recreate().empty());
  world.run();
  EXPECT_TRUE(world.over());
}

/// By its number a database knows a batch that comes again. Without it visits would count twice
/// behind the image, where its writing failed and it was there all the same.
TEST(image, one_between_a_batch_that_failed_and_its_retry_has_the_batchs_number) {
  const tools::temporary_folder folder;
  auto s = plain_crawl(3, 24);
  s.drive.faults = {{disk_call::sync, 12, 1, disk_fault::effect::io_error, {}}};
  std::set<std::uint64_t> moments;
  for (std::uint64_t step = 1; step != 1'000; ++step)
    moments.insert(step);
  const auto run = run_with_images(s, folder / "recording", moments);
  ASSERT_EQ(run.problem, "");
  std::size_t between = 0;
  for (const auto& image : run.images)
    for (const auto& actor : image.actors) {
      actors::db_writer::state writer;
      if (!actor.name.ends_with("/db_writer") || !net::from_archive(actor.state, writer) ||
          writer.failed.empty())
        continue;
      ++between;
      EXPECT_NE(writer.failed.front().batch.attempt, 0u);
      replay_options options;
      options.from = image;
      const auto again = replay(folder / "recording", crawl_replayer({}), options).value();
      EXPECT_FALSE(again.first_difference);
      EXPECT_TRUE(again.verified && again.complete);
    }
  EXPECT_GT(between, 0u);
}

TEST(image, one_from_behind_the_end_is_refused) {
  const example e;
  auto image = e.run.images.at(0);
  image.steps = e.run.steps + 1;
  const auto result = e.from(image);
  ASSERT_TRUE(result.damage);
  EXPECT_NE(std::string::npos, result.damage->message.find("the recording ends after step"));
}

/// What a replay needs of an image is missed when it is not there. (The seed, the counts behind
/// events' names and the incarnation it carries along for a world that draws.)
TEST(image, what_is_left_out_of_it_is_missed) {
  const example e;
  const auto& whole = e.run.images.at(0);
  ASSERT_TRUE(e.from(whole).complete);
  const auto expect_missed = [&](const char* part, auto&& leave_out) {
    auto image = whole;
    leave_out(image);
    bool missed = true;
    try {
      const auto result = e.from(image);
      missed = !result.complete || !result.verified;
    } catch (const std::exception&) {
      // Refused: as good.
    }
    EXPECT_TRUE(missed) << part;
  };
  expect_missed("now", [](auto& i) { i.now.steady += 1h; });
  expect_missed("chain", [](auto& i) { i.chain ^= 1; });
  expect_missed("steps", [](auto& i) { --i.steps; });
  expect_missed("last_owner", [](auto& i) { ++i.last_owner; });
  expect_missed("timers", [](auto& i) { i.timers.waiting.clear(); });
  expect_missed("last timer", [](auto& i) { ++i.timers.last; });
  expect_missed("an actor", [](auto& i) { i.actors.pop_back(); });
  for (const auto part : {"settings", "network", "storage", "logger"}) {
    expect_missed(part, [&](auto& i) { i.parts.erase(part); });
  }
  expect_missed("ids",
                [](auto& i) { i.parts["network"] = net::to_archive(std::uint64_t{1'000'000}); });
  expect_missed("requests",
                [](auto& i) { i.parts["storage"] = net::to_archive(std::uint64_t{1'000'000}); });
}

TEST(image, a_file_that_is_none_or_is_damaged_is_refused) {
  EXPECT_EQ("is no image of a run", unpack_image("").error());
  EXPECT_EQ("is no image of a run", unpack_image("sdwkrec\n").error());
  const example e;
  const auto packed = pack_image({"this build", e.run.images.at(0)});
  EXPECT_TRUE(rc::check([&] {
    auto bytes = packed;
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[at] ^= static_cast<std::uint8_t>(1u << *rc::gen::inRange(0, 8));
    RC_ASSERT(!unpack_image(net::as_text(bytes)).has_value());
    bytes = packed;
    bytes.resize(at);
    RC_ASSERT(!unpack_image(net::as_text(bytes)).has_value());
  }));
}

} // namespace
} // namespace seedwalk::sim
