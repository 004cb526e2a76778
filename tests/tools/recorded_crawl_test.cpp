#include <filesystem>
#include <sstream>

#include "net/base/random.hpp"
#include "tests/tools/crawl_fixture.hpp"

namespace seedwalk::tools {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

class recorded_crawl : public crawl_fixture {
protected:
  std::string recording() const { return folder_ / "crawl.rec"; }

  static json replay(const std::string& file, int code = 0) {
    const auto run = run_seedwalk({"replay", file, "--json"});
    EXPECT_EQ(run.code, code) << run.out << run.err;
    return json::parse(run.out);
  }
};

TEST_F(recorded_crawl, replays_with_an_equal_hash_after_the_zoo_is_gone) {
  serve(500);
  const auto crawled = run_seedwalk(crawl({"--record", recording(), "--json", "--quiet"}));
  ASSERT_EQ(crawled.code, 0) << crawled.err;
  const auto report = json::parse(crawled.out);
  ASSERT_EQ(report["known"], 500);
  for (const auto* outcome : {"refused", "handshake_timeout", "closed_before_version"})
    EXPECT_GT(report["outcomes"][outcome], 0) << outcome;
  EXPECT_EQ(report["recording_bytes"], fs::file_size(recording()));
  zoo_.reset();
  fs::remove_all(folder_ / "db");

  const auto replayed = replay(recording());
  EXPECT_EQ(replayed["hash"], report["hash"]);
  EXPECT_EQ(replayed["steps"], report["steps"]);
  EXPECT_EQ(replayed["verified"], true);
  EXPECT_EQ(replayed["complete"], true);
}

// An empty file stayed, which the next command took for a trace.
TEST_F(recorded_crawl, of_which_nothing_can_be_replayed_leaves_no_trace) {
  const auto none = folder_.write("none.rec", "this is no recording");
  const auto trace = folder_ / "none.trace";
  EXPECT_NE(run_seedwalk({"replay", none, "--trace", trace}).code, 0);
  EXPECT_FALSE(fs::exists(trace));
}

TEST_F(recorded_crawl, can_be_looked_at_as_a_simulated_one) {
  serve(40);
  const auto crawled = run_seedwalk(crawl({"--record", recording(), "--json", "--quiet"}));
  ASSERT_EQ(crawled.code, 0) << crawled.err;
  const auto report = json::parse(crawled.out);
  const auto trace = folder_ / "crawl.trace";
  const auto replayed = run_seedwalk({"replay", recording(), "--trace", trace});
  ASSERT_EQ(replayed.code, 0) << replayed.err;
  EXPECT_NE(replayed.out.find("seedwalk trace export"), std::string::npos) << replayed.out;
  const auto shown = run_seedwalk({"trace", "show", trace, "--json"});
  ASSERT_EQ(shown.code, 0) << shown.err;
  std::uint64_t steps = 0;
  bool has_messages_names = false;
  std::istringstream lines{shown.out};
  for (std::string line; std::getline(lines, line);) {
    steps += line.find("\"step\"") != std::string::npos ? 1 : 0;
    has_messages_names = has_messages_names || line.find("version, ") != std::string::npos;
  }
  EXPECT_GE(steps, report["steps"].get<std::uint64_t>());
  EXPECT_TRUE(has_messages_names) << "what was in the bytes that came";
}

TEST_F(recorded_crawl, cut_off_anywhere_replays_to_its_last_whole_frame) {
  serve(200);
  const auto crawled = run_seedwalk(crawl({"--record", recording(), "--json", "--quiet"}));
  ASSERT_EQ(crawled.code, 0) << crawled.err;
  const auto whole = json::parse(crawled.out)["steps"].get<std::uint64_t>();
  const auto size = fs::file_size(recording());
  net::random_stream offsets(1, "cuts");
  std::uint64_t shortest = whole;
  for (int i = 0; i != 12; ++i) {
    const auto cut = folder_ / "cut.rec";
    fs::copy_file(recording(), cut, fs::copy_options::overwrite_existing);
    // A beginning that names the program and its configuration is needed.
    const auto offset = size / 4 + offsets.below(size - size / 4);
    fs::resize_file(cut, offset);
    const auto replayed = replay(cut);
    EXPECT_EQ(replayed["verified"], true) << offset;
    EXPECT_EQ(replayed["complete"], false) << offset;
    EXPECT_LE(replayed["steps"], whole) << offset;
    shortest = std::min(shortest, replayed["steps"].get<std::uint64_t>());
  }
  EXPECT_LT(shortest, whole);
}

TEST_F(recorded_crawl, one_byte_changed_is_damage_and_named) {
  serve(40);
  ASSERT_EQ(run_seedwalk(crawl({"--record", recording(), "--quiet"})).code, 0);
  auto bytes = text_of_file(recording());
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  const auto damaged = folder_.write("damaged.rec", bytes);
  const auto replayed = replay(damaged, 13);
  EXPECT_TRUE(replayed.contains("last_good_step"));
}

TEST_F(recorded_crawl, replays_the_signal_that_ended_it) {
  serve(60);
  running_program run{
      beside({"--record", recording(), "--json", "--clearnet-handshake-timeout", "10m"})};
  ASSERT_TRUE(run.await("visited"));
  run.signal(SIGINT);
  const auto stopped = run.finish();
  ASSERT_EQ(stopped.code, 0) << stopped.err;
  const auto report = json::parse(stopped.out);
  EXPECT_EQ(report["finished"], false);
  const auto replayed = replay(recording());
  EXPECT_EQ(replayed["hash"], report["hash"]);
  EXPECT_EQ(replayed["complete"], true);
}

// A slip in a name replaced the file that had it.
TEST_F(recorded_crawl, replaces_no_file_that_is_not_a_recording_and_those_only_when_told) {
  serve(4, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::pruned, 1}}});
  const auto record = [this](const std::string& file, const words& more) {
    auto command = crawl({"--quiet", "--log-level", "error", "--record", file});
    command.insert(command.end(), more.begin(), more.end());
    return run_seedwalk(command);
  };
  ASSERT_EQ(record(recording(), {}).code, 0);
  const auto before = text_of_file(recording());
  const auto refused = record(recording(), {});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("--overwrite"), std::string::npos) << refused.err;
  EXPECT_EQ(text_of_file(recording()), before);
  EXPECT_EQ(record(recording(), {"--overwrite"}).code, 0);
  EXPECT_NE(text_of_file(recording()), before);

  const auto letter = folder_.write("letter", "my only copy");
  EXPECT_EQ(record(letter, {"--overwrite"}).code, 2);
  EXPECT_EQ(text_of_file(letter), "my only copy");
  EXPECT_EQ(record(folder_.write("empty", ""), {}).code, 0);
}

TEST_F(recorded_crawl, of_a_killed_process_replays_as_far_as_it_reached_the_disk) {
  serve(60);
  running_program run{beside({"--record", recording(), "--clearnet-handshake-timeout", "10m"})};
  ASSERT_TRUE(run.await("visited"));
  run.signal(SIGKILL);
  EXPECT_EQ(run.finish().code, 128 + SIGKILL);
  const auto replayed = replay(recording());
  EXPECT_EQ(replayed["verified"], true);
  EXPECT_EQ(replayed["complete"], false);
}

} // namespace
} // namespace seedwalk::tools
