#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>

#include "actors/log_sink.hpp"

namespace seedwalk::actors {
namespace {

log_line line(std::string text) {
  return {log_level::info, {}, "crawler", std::move(text), {}};
}

TEST(log_sink, no_bytes_of_a_peer_forge_a_line) {
  EXPECT_TRUE(rc::check([](const std::string& text, const std::string& value) {
    log_line hostile = line(text);
    hostile.details = {{"user_agent", value}};
    const auto logfmt = format_line(hostile, log_format::logfmt);
    for (const unsigned char c : logfmt)
      RC_ASSERT(c >= 0x20 && c < 0x7f);
    const auto json = format_line(hostile, log_format::json);
    RC_ASSERT(json.find('\n') == std::string::npos);
    RC_ASSERT(nlohmann::json::parse(json).size() == 5u);
  }));
}

TEST(log_sink, what_does_not_fit_is_dropped_counted_and_said) {
  log_options options;
  options.queue_lines = 4;
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  std::promise<void> begun;
  std::atomic<bool> first{true};
  std::vector<std::string> written;
  std::uint64_t lost = 0;
  {
    queued_log_sink sink{options, [&](const std::string& text) {
                           if (first.exchange(false))
                             begun.set_value();
                           opened.wait();
                           written.push_back(text);
                           return true;
                         }};
    sink.write(line("0"));
    begun.get_future().wait(); // The writer is busy with it, and the queue empty.
    for (int i = 1; i != 11; ++i)
      sink.write(line(std::to_string(i)));
    lost = sink.lost();
    gate.set_value();
  }
  EXPECT_EQ(lost, 6u);
  ASSERT_EQ(written.size(), 6u);
  EXPECT_NE(written[1].find("missing=6"), std::string::npos) << written[1];
}

TEST(log_sink, a_full_disk_is_survived_and_said_when_it_is_over) {
  std::vector<std::string> written;
  int refuse = 3;
  std::uint64_t lost = 0;
  {
    queued_log_sink sink{{}, [&](const std::string& text) {
                           if (refuse-- > 0)
                             return false;
                           written.push_back(text);
                           return true;
                         }};
    for (int i = 0; i != 5; ++i)
      sink.write(line(std::to_string(i)));
    // Destroyed with the queue drained: what is lost is known then.
    while (sink.lost() < 3) {
    }
    lost = sink.lost();
  }
  EXPECT_EQ(lost, 3u);
  ASSERT_EQ(written.size(), 3u);
  EXPECT_NE(written[0].find("missing=3"), std::string::npos) << written[0];
}

TEST(log_sink, files_rotate_and_only_so_many_are_kept) {
  const auto folder = std::filesystem::path{testing::TempDir()} / "seedwalk_log_sink_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  log_options options;
  options.file = (folder / "log").string();
  options.rotate_bytes = 4'096;
  options.rotate_files = 2;
  {
    queued_log_sink sink{options, make_line_writer(options)};
    for (int i = 0; i != 500; ++i)
      sink.write(line(std::string(100, 'x')));
  }
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    ++files;
    EXPECT_LE(file.file_size(), options.rotate_bytes);
  }
  EXPECT_EQ(files, 3u);
  std::filesystem::remove_all(folder);
  options.file = (folder / "missing" / "log").string();
  std::ofstream{folder.string()} << "no folder";
  EXPECT_THROW(make_line_writer(options), std::runtime_error);
  std::filesystem::remove_all(folder);
}

} // namespace
} // namespace seedwalk::actors
