#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "actors/config/build_identity.hpp"
#include "net/base/random.hpp"
#include "sim/record/image_file.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"
#include "tests/sim/scenario/imaged_run.hpp"
#include "tests/tools/run_program.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace seedwalk::tools {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

void write_image(const std::string& path, const sim::process_image& image) {
  std::ofstream{path, std::ios::binary}
      << net::as_text(sim::pack_image({actors::build_identity(), image}));
}

/// A crawl of its own, busy all the time: it holds connections, listens, is dialled by a second
/// crawler and told new configurations, while nodes fail.
sim::crawl_scenario busy_scenario() {
  auto s = sim::plain_crawl(11, 150);
  s.crawlers = 2;
  auto& c = s.crawler.config;
  c.run.once = false;
  c.run.hold = 60;
  c.run.limit = 10min;
  sim::draw_misfortunes(s, 3, 5);
  s.limit = 12min;
  return s;
}

TEST(replay_image, another_process_goes_on_from_each_of_50_moments) {
  const temporary_folder folder;
  const auto recording = folder / "recording";
  const auto plain = seedwalk::test::run_with_images(busy_scenario(), folder / "plain", {});
  const auto draw = [&](std::uint64_t i) {
    const std::array<std::uint8_t, 1> key{static_cast<std::uint8_t>(i)};
    return 1 + net::keyed_hash(5, "moment", key) % plain.steps;
  };
  std::set<std::uint64_t> moments;
  for (std::uint64_t i = 0; moments.size() != 50; ++i)
    moments.insert(draw(i));
  const auto run = seedwalk::test::run_with_images(busy_scenario(), recording, moments);
  ASSERT_EQ("", run.problem);
  ASSERT_EQ(plain.hash, run.hash) << "making images changes something";
  ASSERT_GE(run.images.size(), 45u) << "of " << run.steps << " steps";
  for (const auto& image : run.images) {
    const auto file = folder / "image";
    write_image(file, image);
    const auto again = run_seedwalk({"replay", recording, "--from", file, "--json"});
    ASSERT_EQ(0, again.code) << again.err;
    const auto told = nlohmann::json::parse(again.out);
    EXPECT_TRUE(told["verified"]);
    EXPECT_TRUE(told["complete"]);
    EXPECT_EQ(fmt::format("{:016x}", run.hash), told["hash"]);
    EXPECT_EQ(run.steps, told["steps"]);
  }
}

class image_of_a_replay : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(0, run_seedwalk({"sim", "run", "--nodes", "30", "--record", recording_}).code);
  }
  const temporary_folder folder_;
  const std::string recording_ = folder_ / "recording";
  const std::string image_ = folder_ / "image";
};

TEST_F(image_of_a_replay, is_written_and_gone_on_from) {
  const auto made = run_seedwalk({"replay", recording_, "--image", image_, "--image-after", "100"});
  ASSERT_EQ(0, made.code) << made.err;
  EXPECT_THAT(made.out, HasSubstr("image made after step 1"));
  const auto again = run_seedwalk({"replay", recording_, "--from", image_});
  EXPECT_EQ(0, again.code) << again.err;
  EXPECT_THAT(again.out, HasSubstr("equal at every step"));
}

TEST_F(image_of_a_replay, is_refused_where_it_cannot_be_made_or_read) {
  const auto behind =
      run_seedwalk({"replay", recording_, "--image", image_, "--image-after", "100000000"});
  EXPECT_EQ(2, behind.code);
  EXPECT_THAT(behind.err, HasSubstr("no image: from step 100000000 to the end"));
  EXPECT_THAT(run_seedwalk({"replay", recording_, "--image-after", "5"}).err,
              HasSubstr("--image-after goes with --image"));
  EXPECT_THAT(run_seedwalk({"replay", recording_, "--from", recording_}).err,
              HasSubstr("is no image of a run"));
  EXPECT_THAT(run_seedwalk({"replay", recording_, "--from", folder_ / "none"}).err,
              HasSubstr("--from"));
  std::ofstream{image_, std::ios::binary}
      << net::as_text(sim::pack_image({"another build", sim::process_image{}}));
  const auto foreign = run_seedwalk({"replay", recording_, "--from", image_});
  EXPECT_NE(0, foreign.code);
  EXPECT_THAT(foreign.err, HasSubstr("note: image made by another build"));
}

// The file was emptied before anything was known of the image that would replace it.
TEST_F(image_of_a_replay, stays_until_another_is_whole) {
  ASSERT_EQ(0, run_seedwalk({"replay", recording_, "--image", image_}).code);
  const auto before = text_of_file(image_);
  ASSERT_NE("", before);
  EXPECT_NE(0, run_seedwalk({"replay", folder_ / "none", "--image", image_}).code);
  EXPECT_EQ(
      2,
      run_seedwalk({"replay", recording_, "--image", image_, "--image-after", "100000000"}).code);
  EXPECT_EQ(before, text_of_file(image_));
  EXPECT_FALSE(std::filesystem::exists(image_ + ".partial"));
}

// Both were opened to be written, and the later one emptied the earlier.
TEST_F(image_of_a_replay, never_takes_the_place_of_a_recording) {
  const auto recorded = text_of_file(recording_);
  std::filesystem::create_symlink(recording_, folder_ / "link");
  for (const auto& place : {recording_, folder_ / "link"}) {
    const auto refused = run_seedwalk({"replay", recording_, "--image", place});
    EXPECT_EQ(2, refused.code);
    EXPECT_THAT(refused.err, HasSubstr("--image"));
  }
  const auto same = folder_ / "new";
  const auto crawl = run_seedwalk({"crawl", "--network", "regtest", "--allow-unroutable",
                                   "--connect", "127.0.0.1:1", "--once", "--db", folder_ / "db",
                                   "--record", same, "--image", folder_ / "./new"});
  EXPECT_EQ(2, crawl.code);
  EXPECT_THAT(crawl.err, HasSubstr("is the file of --record, too"));
  EXPECT_EQ(recorded, text_of_file(recording_));
}

TEST_F(image_of_a_replay, says_where_nothing_is_left_to_compare) {
  ASSERT_EQ(0,
            run_seedwalk({"replay", recording_, "--image", image_, "--image-after", "100"}).code);
  const auto refused = run_seedwalk({"replay", recording_, "--from", image_, "--until", "5"});
  EXPECT_EQ(2, refused.code);
  EXPECT_THAT(refused.err, HasSubstr("--until 5: the image was made after step"));
}

} // namespace
} // namespace seedwalk::tools
