#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/logging/log_file.hpp"
#include "actors/logging/log_sink.hpp"

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
    queued_log_sink sink{options,
                         {[&](const std::string& text) -> std::error_code {
                            if (first.exchange(false))
                              begun.set_value();
                            opened.wait();
                            written.push_back(text);
                            return {};
                          },
                          {}}};
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
    queued_log_sink sink{{},
                         {[&](const std::string& text) -> std::error_code {
                            if (refuse-- > 0)
                              return std::make_error_code(std::errc::no_space_on_device);
                            written.push_back(text);
                            return {};
                          },
                          {}}};
    for (int i = 0; i != 5; ++i)
      sink.write(line(std::to_string(i)));
    // Destroyed with the queue drained: what is lost is known then.
    while (sink.lost() < 3) {
    }
    sink.finish();
    lost = sink.lost();
    EXPECT_EQ(sink.why_lost(), "No space left on device");
  }
  EXPECT_EQ(lost, 3u);
  ASSERT_EQ(written.size(), 3u);
  EXPECT_NE(written[0].find("missing=3 why=\"No space left on device\""), std::string::npos)
      << written[0];
}

// A pipe that nobody reads kept the end of a crawl waiting for ever: the sink waited for its
// thread, the thread for the reader.
TEST(log_sink, ends_though_the_output_never_comes_back) {
  std::promise<void> gate;
  const auto opened = gate.get_future().share();
  std::promise<void> begun;
  queued_log_sink sink{{},
                       {[opened, &begun](const std::string&) -> std::error_code {
                          begun.set_value();
                          opened.wait();
                          return {};
                        },
                        {}}};
  sink.write(line("0"));
  begun.get_future().wait();
  sink.write(line("1"));
  EXPECT_FALSE(sink.finish(std::chrono::milliseconds{1}));
  EXPECT_EQ(sink.lost(), 2u);
  gate.set_value();
}

TEST(log_sink, an_output_that_takes_something_is_waited_for) {
  std::uint64_t written = 0;
  queued_log_sink sink{{},
                       {[&](const std::string&) -> std::error_code {
                          ++written;
                          return {};
                        },
                        {}}};
  for (int i = 0; i != 1'000; ++i)
    sink.write(line("x"));
  EXPECT_TRUE(sink.finish());
  EXPECT_EQ(written, 1'000u);
  EXPECT_EQ(sink.lost(), 0u);
}

class log_files : public ::testing::Test {
protected:
  void SetUp() override {
    auto pattern = ::testing::TempDir() + "seedwalk_log_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string text_of(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream{folder_ / name}.rdbuf();
    return text.str();
  }

  std::filesystem::path folder_;
};

// What logrotate does: the file gets another name, and SIGHUP asks for a new one.
TEST_F(log_files, a_file_that_was_moved_away_is_opened_anew_when_asked) {
  log_options options;
  options.file = folder_ / "log";
  {
    queued_log_sink sink{options, make_line_output(options, {})};
    sink.write(line("before"));
    EXPECT_TRUE(sink.finish());
  }
  queued_log_sink sink{options, make_line_output(options, {})};
  std::filesystem::rename(folder_ / "log", folder_ / "moved");
  sink.reopen();
  sink.write(line("after"));
  EXPECT_TRUE(sink.finish());
  EXPECT_NE(text_of("moved").find("msg=before"), std::string::npos);
  EXPECT_EQ(text_of("moved").find("msg=after"), std::string::npos);
  EXPECT_NE(text_of("log").find("msg=after"), std::string::npos);
}

TEST_F(log_files, one_that_cannot_be_opened_anew_goes_on_under_its_old_name) {
  log_file file{folder_ / "log", 0, 0};
  ASSERT_FALSE(file.open());
  std::filesystem::rename(folder_ / "log", folder_ / "moved");
  std::filesystem::create_directory(folder_ / "log");
  EXPECT_TRUE(file.open());
  EXPECT_FALSE(file.write_line("x"));
  EXPECT_EQ(text_of("moved"), "x\n");
}

TEST_F(log_files, those_set_aside_keep_their_order_and_their_ending) {
  log_file file{folder_ / "a.log", 4, 2};
  ASSERT_FALSE(file.open());
  for (const auto* text : {"111", "222", "333", "444"})
    EXPECT_FALSE(file.write_line(text));
  EXPECT_EQ(text_of("a.log"), "444\n");
  EXPECT_EQ(text_of("a.1.log"), "333\n");
  EXPECT_EQ(text_of("a.2.log"), "222\n");
}

TEST_F(log_files, a_line_cut_by_a_full_disk_is_glued_to_none) {
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  log_file file{folder_ / "log", 0, 0};
  ASSERT_FALSE(file.open());
  const rlimit small{6, old.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_FALSE(file.write_line("one"));
  EXPECT_EQ(file.write_line("two"), std::errc::file_too_large);
  ::setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_FALSE(file.write_line("three"));
  std::signal(SIGXFSZ, before);
  EXPECT_EQ(text_of("log"), "one\ntw\nthree\n");
}

TEST_F(log_files, a_pipe_that_nobody_reads_refuses_lines_and_waits_for_nobody) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  log_file file{folder_ / "pipe", 10, 1};
  EXPECT_EQ(file.open(), std::errc::no_such_device_or_address) << "nobody has it open";
  const int reader = ::open((folder_ / "pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_FALSE(file.open());
  std::error_code refused;
  for (int i = 0; i != 100'000 && !refused; ++i)
    refused = file.write_line("a line that is longer than ten bytes");
  EXPECT_EQ(refused, std::errc::resource_unavailable_try_again);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "pipe.1"));
  ::close(reader);
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
    queued_log_sink sink{options, make_line_output(options, {})};
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
  EXPECT_THROW(make_line_output(options, {}), std::runtime_error);
  std::filesystem::remove_all(folder);
}

} // namespace
} // namespace seedwalk::actors
