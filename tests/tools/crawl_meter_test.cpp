#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tools/crawl_meter.hpp"

namespace seedwalk::tools {
namespace {

using namespace std::chrono_literals;

actors::crawl_progress progress(std::uint64_t tried, std::uint64_t good, std::uint64_t known,
                                bool more_due = true) {
  actors::crawl_progress p;
  p.counters.tried = tried;
  p.counters.good = good;
  p.known = known;
  p.more_due = more_due;
  return p;
}

actors::crawl_progress any_progress() {
  actors::crawl_progress p;
  p.counters.tried = *rc::gen::arbitrary<std::uint32_t>();
  p.counters.good = *rc::gen::arbitrary<std::uint32_t>();
  p.counters.addresses = *rc::gen::arbitrary<std::uint32_t>();
  p.connections = *rc::gen::arbitrary<std::uint32_t>();
  p.waiting = *rc::gen::arbitrary<std::uint32_t>();
  p.more_due = *rc::gen::arbitrary<bool>();
  p.known = *rc::gen::arbitrary<std::uint32_t>();
  for (auto& n : p.good_by_network)
    n = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
  return p;
}

// A line that was wider than the terminal was written anew below itself each second.
TEST(crawl_meter, no_line_is_wider_than_there_is_room_whatever_is_shown) {
  EXPECT_TRUE(rc::check([] {
    const crawl_meter::goal goal{*rc::gen::arbitrary<bool>(),
                                 std::chrono::seconds{*rc::gen::inRange(0, 1'000'000)}};
    crawl_meter meter{goal, 0s};
    const auto unicode = *rc::gen::arbitrary<bool>();
    net::steady_time now{0};
    for (int i = 0; i != 4; ++i) {
      now += std::chrono::milliseconds{*rc::gen::inRange(0, 10'000'000)};
      meter.note(now, any_progress());
      const auto columns = *rc::gen::inRange<std::size_t>(0, 250);
      const auto line = meter.line(columns, unicode);
      RC_ASSERT(columns_of(line) <= columns);
      RC_ASSERT(unicode || line.size() == columns_of(line));
      for (const unsigned char c : line)
        RC_ASSERT(c >= 0x20 && c != 0x7f);
      if (const auto share = meter.permille())
        RC_ASSERT(*share <= 1000u);
    }
  }));
}

TEST(crawl_meter, a_wide_terminal_sees_all_and_a_narrow_one_what_matters_most) {
  crawl_meter meter{{.once = true}, 0s};
  meter.note(1s, progress(100, 60, 1000));
  auto p = progress(250, 140, 1000);
  p.connections = 500;
  p.good_by_network[static_cast<std::size_t>(net::network_id::ipv4)] = 130;
  p.good_by_network[static_cast<std::size_t>(net::network_id::ipv6)] = 10;
  meter.note(4s, p);
  EXPECT_EQ(meter.line(120, false),
            "[#######---------------------]   25%  visited 250 of 1000  50/s  "
            "15s left  good 140  connected 500  ipv4 130  ipv6 10");
  EXPECT_EQ(meter.line(60, false), " 25%  visited 250 of 1000  50/s  15s left  good 140");
  EXPECT_EQ(meter.line(39, false), " 25%  visited 250 of 1000  50/s");
  EXPECT_EQ(meter.line(19, false), "visited 250 of 1000");
  EXPECT_EQ(meter.line(3, false), "");
}

TEST(crawl_meter, a_bar_of_blocks_grows_by_eighths_and_keeps_its_width) {
  std::size_t width = 0;
  for (std::uint64_t tried = 0; tried <= 1000; ++tried) {
    crawl_meter meter{{.once = true}, 0s};
    meter.note(1s, progress(tried, 0, 1000));
    const auto line = meter.line(120, true);
    const auto bar = line.substr(0, line.find(' '));
    if (width == 0)
      width = columns_of(bar);
    ASSERT_EQ(columns_of(bar), width) << line;
    ASSERT_EQ(bar.find("░") == std::string::npos, tried * width * 8 / 1000 > (width - 1) * 8)
        << line;
  }
}

TEST(crawl_meter, knows_no_end_where_there_is_none) {
  crawl_meter meter{{}, 0s};
  meter.note(1s, progress(10, 5, 100));
  meter.note(2s, progress(20, 5, 100));
  EXPECT_FALSE(meter.permille());
  EXPECT_FALSE(meter.left());
  EXPECT_EQ(meter.line(80, false), "visited 20  10/s  good 5  connected 0");
}

TEST(crawl_meter, the_limit_on_time_is_an_end_and_the_nearer_end_counts) {
  crawl_meter timed{{.once = false, .limit = 100s}, 10s};
  timed.note(35s, progress(10, 5, 100));
  EXPECT_EQ(timed.permille(), 250u);
  EXPECT_EQ(timed.left(), 75s);
  timed.note(500s, progress(10, 5, 100));
  EXPECT_EQ(timed.permille(), 1000u);
  EXPECT_EQ(timed.left(), 0s);

  crawl_meter both{{.once = true, .limit = 100s}, 0s};
  both.note(9s, progress(80, 5, 100));
  both.note(10s, progress(90, 5, 100));
  EXPECT_EQ(both.permille(), 900u);
  EXPECT_EQ(both.left(), 1s);
}

TEST(crawl_meter, what_is_due_is_counted_once_the_last_of_it_has_been_fetched) {
  crawl_meter meter{{.once = true}, 0s};
  auto p = progress(90, 5, 10'000, false);
  p.connections = 6;
  p.waiting = 4;
  meter.note(1s, p);
  EXPECT_EQ(meter.permille(), 900u);
}

TEST(crawl_meter, the_rate_is_of_the_last_seconds_and_never_of_an_earlier_run) {
  crawl_meter meter{{}, 0s};
  meter.note(1s, progress(1'000'000, 5, 100)); // A census that goes on.
  EXPECT_EQ(meter.nodes_per_second(), 0.0);
  for (int i = 2; i <= 100; ++i)
    meter.note(std::chrono::seconds{i},
               progress(1'000'000 + (i > 80 ? 0 : 100u * static_cast<unsigned>(i)), 5, 100));
  EXPECT_EQ(meter.nodes_per_second(), 0.0) << "it stands still, whatever was before";
}

TEST(crawl_meter, durations_are_short) {
  EXPECT_EQ(duration_text(59s), "59s");
  EXPECT_EQ(duration_text(125s), "2m 05s");
  EXPECT_EQ(duration_text(3h + 12min), "3h 12m");
  EXPECT_EQ(duration_text(50h), "2d 02h");
  EXPECT_EQ(duration_text(-5s), "0s");
}

} // namespace
} // namespace seedwalk::tools
