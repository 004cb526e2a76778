#include <algorithm>
#include <csignal>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "sim/record/recording_reader.hpp"
#include "sim/record/recording_writer.hpp"
#include "tests/sim/record/recordings.hpp"

namespace seedwalk::sim {
namespace {

using test::scratch_file;

/// All that a reader says of a file, in one comparable form.
struct reading {
  std::vector<net::bytes> entries;
  recorded last;
  bool began = false;
  std::uint64_t steps = 0;
  recording_error refusal;

  bool cut() const { return std::holds_alternative<recording_cut>(last); }
  bool ended() const { return std::holds_alternative<recording_end>(last); }
  bool damaged() const {
    const auto error = std::get_if<recording_error>(&last);
    return error && error->fault == recording_fault::damaged;
  }
};

reading read_all(const std::string& path) {
  reading result;
  auto reader = recording_reader::open(path);
  if (!reader) {
    result.refusal = reader.error();
    return result;
  }
  result.began = true;
  for (;;) {
    result.last = reader->next();
    result.steps = reader->steps();
    net::bytes entry;
    net::byte_writer out{entry};
    if (auto a = std::get_if<recorded_advance>(&result.last))
      out(1, a->now);
    else if (auto c = std::get_if<recorded_completion>(&result.last))
      out(2, c->to, c->door, net::bytes{c->bytes.begin(), c->bytes.end()});
    else if (auto s = std::get_if<recorded_step>(&result.last))
      out(3, s->digest);
    else
      return result;
    result.entries.push_back(std::move(entry));
  }
}

reading read_bytes(net::byte_view data) {
  const scratch_file file;
  file.write(data);
  return read_all(file.path);
}

bool is_prefix(const reading& part, const reading& whole) {
  return part.entries.size() <= whole.entries.size() &&
         std::equal(part.entries.begin(), part.entries.end(), whole.entries.begin());
}

/// A recording of drawn entries, without any actors.
struct drawn_recording {
  scratch_file file;
  net::bytes data;
  reading whole;

  explicit drawn_recording(std::size_t entries, std::size_t frame_bytes = 64) {
    recording_header header;
    header.build = "drawn";
    header.configuration = {1, 2, 3};
    recording_writer::options settings;
    settings.frame_bytes = frame_bytes;
    auto writer = std::move(recording_writer::create(file.path, header, settings).value());
    net::random_stream draws{7, "entries"};
    net::instant now;
    chain steps;
    sim::world world{{}};
    process inside{world};
    std::uint64_t step = 0;
    for (std::size_t i = 0; i != entries; ++i) {
      const auto kind = draws.below(4);
      if (kind == 0) {
        now.steady += std::chrono::nanoseconds{draws.below(1'000'000)};
        now.wall += std::chrono::seconds{draws.between(-5, 5)};
        writer->on_advance(step + 1, now);
      } else if (kind == 1) {
        net::bytes bytes(draws.below(20));
        for (auto& byte : bytes)
          byte = static_cast<std::uint8_t>(draws.next());
        writer->on_completion(step + 1, inside, {draws.below(1'000)},
                              static_cast<std::uint8_t>(draws.below(3)), bytes);
      } else {
        steps.mix(draws.next());
        ++step;
        writer->on_step({.number = step,
                         .in = inside,
                         .so_far = steps,
                         .owner = {},
                         .actor = {},
                         .kind = {},
                         .message = {}});
      }
    }
    writer->finish(step, steps.value(), "drawn");
    writer.reset();
    data = file.read();
    whole = read_all(file.path);
  }
};

/// Where each frame begins, by the lengths in the heads; the file's end last.
std::vector<std::size_t> frame_starts(const net::bytes& data) {
  std::vector<std::size_t> result{preamble_bytes};
  while (result.back() < data.size()) {
    const auto head =
        frame_head::decode(net::byte_view{data}.subspan(result.back(), frame_head::size)).value();
    result.push_back(result.back() + frame_head::size + head.stored_bytes);
  }
  return result;
}

TEST(recording, says_what_was_written) {
  const drawn_recording drawn{200};
  EXPECT_TRUE(drawn.whole.ended());
  EXPECT_EQ(drawn.whole.entries.size(), 200u);
  EXPECT_EQ(recording_reader::open(drawn.file.path)->header().configuration, (net::bytes{1, 2, 3}));
  EXPECT_GT(frame_starts(drawn.data).size(), 10u);
}

// What comes slowly is worth compressing well, and what comes fast is not worth the time.
TEST(recording, of_a_slow_run_takes_fewer_bytes_than_of_a_fast_one) {
  // As an answer to getaddr: five bytes that nobody expects, then what is nearly always the same.
  net::random_stream draws{1, "answer"};
  net::bytes answer;
  for (std::uint32_t i = 0; i != 1'000; ++i)
    net::byte_writer{answer}(static_cast<std::uint32_t>(draws.next()),
                             std::array<std::uint8_t, 10>{0xfd, 9, 4, 1, 4, 127, 1, 0, 0x48, 0x0c},
                             static_cast<std::uint8_t>(draws.next()));
  const auto bytes_of = [&](net::steady_time between) {
    const scratch_file file;
    recording_writer::options settings;
    settings.frame_age = std::chrono::hours{1};
    auto writer = recording_writer::create(file.path, {}, settings);
    EXPECT_TRUE(writer);
    sim::world world{{}};
    process inside{world};
    net::instant now;
    for (int i = 0; i != 40; ++i) {
      now.steady += between;
      (*writer)->on_advance(1, now);
      (*writer)->on_completion(1, inside, net::owner{1}, 0, answer);
    }
    (*writer)->finish(0, 0, "done");
    const auto whole = read_all(file.path);
    EXPECT_TRUE(whole.ended());
    EXPECT_EQ(whole.entries.size(), 80u);
    return (*writer)->bytes_written();
  };
  const auto fast = bytes_of(std::chrono::microseconds{100});
  const auto slow = bytes_of(std::chrono::seconds{1});
  EXPECT_LT(slow * 11, fast * 10);
}

TEST(recording, cut_at_every_byte_gives_the_whole_frames_before) {
  const drawn_recording drawn{60};
  const auto starts = frame_starts(drawn.data);
  std::size_t most = 0;
  for (std::size_t size = 0; size != drawn.data.size(); ++size) {
    const auto part = read_bytes(net::byte_view{drawn.data}.first(size));
    if (size < starts[1]) { // the header is not whole
      ASSERT_FALSE(part.began) << size;
      continue;
    }
    ASSERT_TRUE(part.cut()) << size;
    ASSERT_TRUE(is_prefix(part, drawn.whole)) << size;
    // A byte less never gives more, and a whole frame more gives more.
    ASSERT_GE(part.entries.size(), most) << size;
    const auto at_start = std::find(starts.begin(), starts.end(), size) != starts.end();
    if (size != starts[1]) {
      ASSERT_EQ(part.entries.size() > most, at_start) << size;
    }
    most = part.entries.size();
  }
  EXPECT_EQ(most, drawn.whole.entries.size()) << "all but the end frame is there";
}

TEST(recording, every_changed_byte_is_noticed) {
  const drawn_recording drawn{60};
  for (std::size_t i = 0; i != drawn.data.size(); ++i) {
    for (const std::uint8_t change : {0x01, 0x80, 0xff}) {
      auto changed = drawn.data;
      changed[i] ^= change;
      const auto part = read_bytes(changed);
      ASSERT_TRUE(is_prefix(part, drawn.whole)) << i;
      ASSERT_TRUE(!part.began || part.damaged()) << i;
    }
  }
}

TEST(recording, a_missing_a_doubled_and_a_foreign_frame_are_noticed) {
  const drawn_recording drawn{60};
  const auto starts = frame_starts(drawn.data);
  const auto splice = [&](std::size_t to, std::size_t from) {
    net::bytes result{drawn.data.begin(), drawn.data.begin() + static_cast<std::ptrdiff_t>(to)};
    result.insert(result.end(), drawn.data.begin() + static_cast<std::ptrdiff_t>(from),
                  drawn.data.end());
    return read_bytes(result);
  };
  for (std::size_t i = 1; i + 2 < starts.size(); ++i) {
    EXPECT_TRUE(splice(starts[i], starts[i + 1]).damaged()) << "frame missing: " << i;
    EXPECT_TRUE(splice(starts[i + 1], starts[i]).damaged()) << "frame doubled: " << i;
  }
  auto longer = drawn.data;
  longer.push_back(0);
  EXPECT_TRUE(read_bytes(longer).damaged());
}

TEST(recording, drawn_bytes_are_never_more_than_an_error) {
  const drawn_recording drawn{60};
  EXPECT_TRUE(rc::check([&] {
    auto data = drawn.data;
    const auto keep = *rc::gen::inRange<std::size_t>(0, data.size());
    data.resize(keep);
    const auto noise = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
    data.insert(data.end(), noise.begin(), noise.end());
    const auto part = read_bytes(data);
    RC_ASSERT(is_prefix(part, drawn.whole));
  }));
}

TEST(recording, a_newer_format_is_refused_by_name) {
  const drawn_recording drawn{10};
  auto newer = recording_preamble(recording_version + 1);
  newer.insert(newer.end(), drawn.data.begin() + preamble_bytes, drawn.data.end());
  const auto part = read_bytes(newer);
  EXPECT_FALSE(part.began);
  EXPECT_EQ(part.refusal.fault, recording_fault::newer_format);
  EXPECT_NE(part.refusal.message.find(fmt::format("reads format {}", recording_version)),
            std::string::npos)
      << part.refusal.message;
}

TEST(recording, what_is_no_recording_is_refused_by_name) {
  EXPECT_EQ(read_bytes({}).refusal.fault, recording_fault::not_a_recording);
  EXPECT_EQ(read_bytes(net::as_bytes("#!/bin/sh\n")).refusal.fault,
            recording_fault::not_a_recording);
  EXPECT_EQ(read_all("/nowhere/at/all").refusal.fault, recording_fault::unreadable);
  EXPECT_EQ(read_all("/").refusal.fault, recording_fault::unreadable);
}

TEST(recording, an_unwritable_path_is_an_error_at_once) {
  EXPECT_FALSE(recording_writer::create("/nowhere/at/all", {}, {}).has_value());
  EXPECT_FALSE(recording_writer::create("/dev/full", {}, {}).has_value());
}

TEST(recording, a_pipe_that_nobody_reads_ends_the_recording_and_not_the_run) {
  const scratch_file file;
  ASSERT_EQ(::mkfifo(file.path.c_str(), 0600), 0);
  const int reader = ::open(file.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  auto recording =
      std::move(recording_file::create(file.path, std::chrono::milliseconds{1}).value());
  net::random_stream draw{1, "contents"};
  while (recording->failure().empty()) {
    net::bytes contents(4'096);
    for (auto& byte : contents)
      byte = static_cast<std::uint8_t>(draw.next());
    recording->put(frame_kind::entries, 0, std::move(contents), 1);
  }
  EXPECT_EQ(recording->failure(), file.path + ": nobody reads it");
  ::close(reader);
}

TEST(recording, a_full_disk_ends_the_recording_and_not_the_run) {
  const scratch_file file;
  test::live_run live;
  live.program.config.messages = 100;
  int told = 0;
  recording_writer::options settings;
  settings.frame_bytes = 4'096;
  settings.on_failure = [&](const std::string&) { ++told; };
  live.record(file.path, std::move(settings));
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit tight{50'000, limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  live.run();
  ::setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, before);

  EXPECT_EQ(live.program.finished, live.program.config.clients);
  EXPECT_EQ(told, 1);
  EXPECT_NE(live.recording->failure(), "");
  const auto result = replay(file.path, test::echo_builder{});
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(result->verified);
  EXPECT_FALSE(result->complete);
  EXPECT_GT(result->steps, 0u);
  EXPECT_LT(result->steps, live.steps);
}

/// Runs the recorded program in a child that kills itself after `step`.
void record_and_die(const std::string& path, std::uint64_t step) {
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    test::live_run live;
    live.program.config.messages = 100;
    recording_writer::options settings;
    settings.frame_bytes = 4'096;
    live.record(path, std::move(settings));
    echo::spawn_all(live.program, live.watching);
    live.driver.run([&] {
      if (live.world.steps() >= step)
        ::kill(::getpid(), SIGKILL);
      return false;
    });
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(recording, of_a_killed_process_replays_to_its_last_whole_frame) {
  std::uint64_t most = 0;
  for (const std::uint64_t step : {1, 100, 300, 600, 900}) {
    const scratch_file file;
    record_and_die(file.path, step);
    const auto result = replay(file.path, test::echo_builder{});
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result->verified);
    EXPECT_FALSE(result->complete);
    most = std::max(most, result->steps);
  }
  EXPECT_GT(most, 0u);
}

} // namespace
} // namespace seedwalk::sim
