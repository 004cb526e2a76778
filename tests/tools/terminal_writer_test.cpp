#include <array>
#include <csignal>
#include <sstream>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <rapidcheck.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/tools/screen.hpp"
#include "tools/console.hpp"
#include "tools/log_output.hpp"
#include "tools/standard_streams.hpp"
#include "tools/terminal_writer.hpp"

namespace seedwalk::tools {
namespace {

/// A pipe whose writing end is small.
class small_pipe {
public:
  small_pipe() {
    EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    ::fcntl(ends_[1], F_SETPIPE_SZ, 4096);
  }
  ~small_pipe() {
    close_reader();
    close_writer();
  }
  small_pipe(const small_pipe&) = delete;
  small_pipe& operator=(const small_pipe&) = delete;

  int writer() const { return ends_[1]; }
  void close_reader() { close(ends_[0]); }
  void close_writer() { close(ends_[1]); }

  std::string read_some() const {
    std::array<char, 4096> part{};
    const auto size = ::read(ends_[0], part.data(), part.size());
    return {part.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }

  /// To the end of what is written; the writing end must be closed elsewhere.
  std::string read_all() const {
    std::string all;
    for (auto part = read_some(); !part.empty(); part = read_some())
      all += part;
    return all;
  }

private:
  static void close(int& end) {
    if (end >= 0)
      ::close(end);
    end = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

class terminal_writer_threaded : public ::testing::Test {
protected:
  void SetUp() override { settle_signals(); }
};

// A log line was written behind the progress, on the same line of the terminal.
TEST_F(terminal_writer_threaded, lines_and_progress_do_not_mix_whatever_comes_when) {
  EXPECT_TRUE(rc::check([] {
    small_pipe pipe;
    std::string output;
    std::thread reader{[&] { output = pipe.read_all(); }};
    std::vector<std::string> lines;
    {
      terminal_writer writer{{.descriptor = pipe.writer(), .in_place = true}};
      const auto moves = *rc::gen::inRange(0, 40);
      for (int i = 0; i != moves; ++i)
        switch (*rc::gen::inRange(0, 3)) {
        case 0:
          lines.push_back("line " + std::to_string(i));
          RC_ASSERT(writer.put(lines.back() + '\n'));
          break;
        case 1:
          writer.show("progress " + std::string(*rc::gen::inRange<std::size_t>(0, 60), 'x'));
          break;
        default:
          writer.hide();
        }
      RC_ASSERT(writer.finish());
    }
    pipe.close_writer();
    reader.join();
    screen seen;
    seen.show(output);
    RC_ASSERT(seen.ended_lines() == lines);
    RC_ASSERT(seen.last_line().empty());
  }));
}

TEST_F(terminal_writer_threaded, where_nothing_can_be_drawn_anew_progress_is_lines_of_its_own) {
  small_pipe pipe;
  {
    terminal_writer writer{{.descriptor = pipe.writer()}};
    writer.show("visited 1");
    EXPECT_EQ(pipe.read_some(), "visited 1\n");
    writer.put("a line\n");
    EXPECT_EQ(pipe.read_some(), "a line\n");
    writer.hide();
    EXPECT_TRUE(writer.finish());
  }
  pipe.close_writer();
  EXPECT_EQ(pipe.read_all(), "");
}

TEST_F(terminal_writer_threaded, a_line_goes_above_the_progress_which_stays) {
  int terminal = -1;
  int program_end = -1;
  ASSERT_EQ(::openpty(&terminal, &program_end, nullptr, nullptr, nullptr), 0);
  screen seen;
  const auto read_until = [&](const std::string& text) {
    std::array<char, 4096> part{};
    while (seen.last_line() != text) {
      const auto size = ::read(terminal, part.data(), part.size());
      if (size <= 0)
        break;
      seen.show({part.data(), static_cast<std::size_t>(size)});
    }
    return seen.last_line() == text;
  };
  {
    terminal_writer writer{{.descriptor = program_end, .in_place = true}};
    writer.show("a long progress");
    EXPECT_TRUE(read_until("a long progress"));
    writer.put("a line\n");
    EXPECT_TRUE(read_until("a long progress"));
    writer.show("short");
    EXPECT_TRUE(read_until("short"));
    writer.hide();
    EXPECT_TRUE(read_until(""));
    EXPECT_EQ(writer.drain(), 0u);
    EXPECT_TRUE(writer.finish());
  }
  EXPECT_EQ(seen.ended_lines(), std::vector<std::string>{"a line"});
  ::close(program_end);
  ::close(terminal);
}

// Drawn anew below a line of the log, it went on in the next row, where nobody took it back.
TEST_F(terminal_writer_threaded, progress_that_is_drawn_anew_fits_a_terminal_that_became_narrower) {
  int terminal = -1;
  int program_end = -1;
  winsize size{24, 80, 0, 0};
  ASSERT_EQ(::openpty(&terminal, &program_end, nullptr, nullptr, &size), 0);
  std::string output;
  const auto read_until = [&](const std::string& text) {
    std::array<char, 4096> part{};
    while (output.find(text) == std::string::npos) {
      const auto got = ::read(terminal, part.data(), part.size());
      if (got <= 0)
        return false;
      output.append(part.data(), static_cast<std::size_t>(got));
    }
    return true;
  };
  {
    terminal_writer writer{{.descriptor = program_end, .in_place = true}};
    writer.show("\u2588\u2588\u2588 40 %, and much more");
    EXPECT_TRUE(read_until("much more"));
    size.ws_col = 9;
    ASSERT_EQ(::ioctl(terminal, TIOCSWINSZ, &size), 0);
    writer.put("a line\n");
    EXPECT_TRUE(read_until("a line\r\n\u2588\u2588\u2588 40 %"));
    writer.hide();
    EXPECT_TRUE(read_until("40 %\r\x1b[K")) << "cut behind the eighth column: " << output;
  }
  EXPECT_EQ(output.find("much more"), output.rfind("much more")) << "drawn once";
  ::close(program_end);
  ::close(terminal);
}

// A pipe that nobody read held the whole crawl: no visits, no limit on time, no end.
TEST_F(terminal_writer_threaded, who_does_not_read_costs_lines_and_never_the_program) {
  small_pipe pipe;
  terminal_writer writer{{.descriptor = pipe.writer(),
                          .queue_bytes = 10'000,
                          .silence = std::chrono::milliseconds{1}}};
  const auto line = fmt::format("{:x>99}\n", "");
  std::uint64_t taken = 0;
  while (writer.put(line))
    ++taken;
  EXPECT_LE(taken, (10'000u + 3 * 4096u) / 100u);
  for (int i = 0; i != 1'000; ++i)
    writer.show("progress"); // Of it, only the newest is kept.
  EXPECT_FALSE(writer.finish());
  pipe.close_reader(); // Which lets the thread go.
}

TEST_F(terminal_writer_threaded, lost_lines_are_counted_and_said_when_the_reader_goes_on) {
  small_pipe pipe;
  std::string output;
  {
    terminal_writer writer{{.descriptor = pipe.writer(),
                            .queue_bytes = 10'000,
                            .silence = std::chrono::milliseconds{1}}};
    const auto line = fmt::format("{:x>99}\n", "");
    std::uint64_t taken = 0;
    while (writer.put(line))
      ++taken;
    EXPECT_FALSE(writer.put("two\nmore\n"));
    EXPECT_FALSE(writer.put("not counted\n", false));
    EXPECT_GE(writer.drain(), 100u) << "what waits still";
    while (!writer.put("the last\n", false)) // There is room once enough was read.
      output += pipe.read_some();
    while (!output.ends_with("the last\n"))
      output += pipe.read_some();
  }
  EXPECT_NE(output.find("(3 lines are missing here: nobody read them)\n"), std::string::npos);
}

TEST_F(terminal_writer_threaded, that_does_not_take_a_line_of_the_log_tells_the_log_so) {
  small_pipe pipe;
  terminal_writer writer{{.descriptor = pipe.writer(),
                          .queue_bytes = 10'000,
                          .silence = std::chrono::milliseconds{1}}};
  std::ostringstream elsewhere;
  console terminal{elsewhere, elsewhere};
  terminal.writer = &writer;
  const auto log = log_to(terminal);
  std::error_code refused;
  for (int i = 0; i != 1'000 && !refused; ++i)
    refused = log.write(std::string(99, 'x'));
  EXPECT_EQ(refused, std::errc::resource_unavailable_try_again);
  EXPECT_FALSE(writer.finish());
  pipe.close_reader();
}

TEST_F(terminal_writer_threaded, a_terminal_that_is_gone_is_no_reason_to_stay) {
  small_pipe pipe;
  pipe.close_reader();
  terminal_writer writer{{.descriptor = pipe.writer()}};
  for (int i = 0; i != 100; ++i)
    writer.put("a line\n");
  EXPECT_TRUE(writer.finish());
}

TEST_F(terminal_writer_threaded, a_process_that_made_our_pipe_non_blocking_loses_nothing) {
  small_pipe pipe;
  ::fcntl(pipe.writer(), F_SETFL, O_NONBLOCK);
  const std::string text(100'000, 'x');
  std::string output;
  std::thread reader{[&] { output = pipe.read_all(); }};
  EXPECT_FALSE(write_whole(pipe.writer(), text));
  pipe.close_writer();
  reader.join();
  EXPECT_EQ(output, text);
}

TEST_F(terminal_writer_threaded, with_patience_a_pipe_that_nobody_reads_is_left) {
  small_pipe pipe;
  const auto failed =
      write_whole(pipe.writer(), std::string(100'000, 'x'), std::chrono::milliseconds{1});
  EXPECT_EQ(failed, std::errc::timed_out);
}

TEST(terminal_columns, are_asked_each_time_and_make_sense) {
  int terminal = -1;
  int program_end = -1;
  ASSERT_EQ(::openpty(&terminal, &program_end, nullptr, nullptr, nullptr), 0);
  const auto resized = [&](unsigned short columns) {
    const winsize size{24, columns, 0, 0};
    ::ioctl(terminal, TIOCSWINSZ, &size);
    return terminal_columns(program_end);
  };
  EXPECT_EQ(resized(40), 40u);
  EXPECT_EQ(resized(132), 132u);
  EXPECT_EQ(resized(1), 1u);
  EXPECT_EQ(resized(0), 80u);
  EXPECT_EQ(resized(65'535), 1'000u);
  EXPECT_EQ(terminal_columns(-1), 80u);
  ::close(program_end);
  ::close(terminal);
}

} // namespace
} // namespace seedwalk::tools
