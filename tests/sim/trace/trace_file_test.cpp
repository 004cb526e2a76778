#include <sstream>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "net/base/archive.hpp"
#include "sim/trace/trace_diff.hpp"
#include "sim/trace/trace_file.hpp"

namespace seedwalk::sim {
namespace {

trace drawn_trace() {
  trace t;
  t.header.seed = *rc::gen::arbitrary<std::uint64_t>();
  t.header.again = "seedwalk sim run";
  t.header.scenario = {{"nodes", "7"}};
  t.header.bands = {{"a fault", net::steady_time{5}, net::steady_time::max()}};
  t.lanes = {{trace_lane_kind::run, "the run", ""}, {trace_lane_kind::node, "a node", "honest"}};
  t.texts = {"", "hears", "version"};
  t.dropped = *rc::gen::inRange<std::uint64_t>(0, 1000);
  const auto count = *rc::gen::inRange<std::size_t>(0, 50);
  trace_entry e;
  for (std::size_t i = 0; i != count; ++i) {
    e.kind = static_cast<trace_kind>(*rc::gen::inRange(0, 3));
    e.at += net::steady_time{*rc::gen::inRange<std::int64_t>(0, INT64_MAX / 100)};
    e.step += *rc::gen::inRange<std::uint64_t>(0, 3);
    e.lane = *rc::gen::inRange<std::uint32_t>(0, 2);
    e.text = *rc::gen::inRange<std::uint32_t>(0, 3);
    e.detail = *rc::gen::inRange<std::uint32_t>(0, 3);
    e.bytes = *rc::gen::arbitrary<std::uint64_t>();
    e.cause = *rc::gen::inRange<std::uint64_t>(0, t.dropped + i + 1);
    t.entries.push_back(e);
  }
  t.end = {77, e.at, 78, {{.oracle = "end", .place = "somewhere", .text = "something is broken"}}};
  return t;
}

std::string file_of(const trace& t, std::size_t frame_entries) {
  std::ostringstream out;
  begin_trace(out);
  const auto put = [&](const net::bytes& frame) { out << std::string(frame.begin(), frame.end()); };
  put(pack_frame(trace_frame::header, net::to_archive(t.header)));
  net::bytes names;
  net::byte_writer{names}(t.lanes, t.texts, t.dropped);
  put(pack_frame(trace_frame::names, names));
  trace_entries_writer frame{t.dropped + 1};
  for (std::size_t i = 0; i != t.entries.size(); ++i) {
    frame.add(t.entries[i]);
    if (frame.size() == frame_entries) {
      put(frame.packed());
      frame.begin(t.dropped + i + 2);
    }
  }
  put(frame.packed());
  put(pack_frame(trace_frame::end, net::to_archive(t.end)));
  return out.str();
}

RC_GTEST_PROP(trace_file, what_was_written_is_read, ()) {
  const auto written = drawn_trace();
  const auto read = parse_trace(file_of(written, *rc::gen::inRange<std::size_t>(1, 20)));
  RC_ASSERT(read.has_value());
  RC_ASSERT(!first_difference(written, *read));
  RC_ASSERT(read->dropped == written.dropped);
  RC_ASSERT(net::to_archive(read->header) == net::to_archive(written.header));
  RC_ASSERT(net::to_archive(read->end) == net::to_archive(written.end));
  RC_ASSERT(net::to_archive(read->lanes) == net::to_archive(written.lanes));
}

RC_GTEST_PROP(trace_file, a_file_that_was_cut_is_refused, ()) {
  const auto whole = file_of(drawn_trace(), 7);
  const auto cut = *rc::gen::inRange<std::size_t>(0, whole.size());
  RC_ASSERT(!parse_trace(whole.substr(0, cut)).has_value());
  RC_ASSERT(!parse_trace(whole + "x").has_value());
}

RC_GTEST_PROP(trace_file, a_byte_that_changed_is_noticed, ()) {
  auto file = file_of(drawn_trace(), 7);
  file[*rc::gen::inRange<std::size_t>(0, file.size())] ^= 1 << *rc::gen::inRange(0, 8);
  RC_ASSERT(!parse_trace(file).has_value());
}

TEST(trace_file, an_entry_that_names_what_is_not_there_is_refused) {
  trace t;
  t.lanes = {{trace_lane_kind::run, "the run", ""}};
  t.texts = {""};
  const auto with = [&](const trace_entry& e) {
    t.entries = {e};
    return parse_trace(file_of(t, 7)).has_value();
  };
  trace_entry e;
  EXPECT_TRUE(with(e));
  for (auto wrong : {&trace_entry::lane, &trace_entry::text, &trace_entry::detail}) {
    auto bad = e;
    bad.*wrong = 1;
    EXPECT_FALSE(with(bad));
  }
  e.kind = static_cast<trace_kind>(3);
  EXPECT_FALSE(with(e));
}

RC_GTEST_PROP(trace_diff, names_the_first_entry_that_differs, ()) {
  const auto one = drawn_trace();
  RC_PRE(!one.entries.empty());
  auto other = one;
  const auto at = *rc::gen::inRange<std::size_t>(0, one.entries.size());
  other.entries[at].bytes += 1;
  RC_ASSERT(first_difference(one, other) == one.dropped + at + 1);
  other.entries.resize(at);
  RC_ASSERT(first_difference(one, other) == one.dropped + at + 1);
  RC_ASSERT(first_difference(other, one) == one.dropped + at + 1);
}

} // namespace
} // namespace seedwalk::sim
