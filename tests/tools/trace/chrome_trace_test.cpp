#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include "sim/scenario/crawl_trace.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"
#include "sim/trace/trace_file.hpp"
#include "tools/trace/chrome_trace.hpp"

namespace seedwalk::tools {
namespace {

using nlohmann::json;

sim::trace traced(std::uint64_t seed) {
  auto s = sim::plain_crawl(seed, 20);
  s.nodes.shares = {{sim::node_kind::honest, 3}, {sim::node_kind::silent, 1}};
  s.crawlers = 2;
  sim::draw_misfortunes(s, 3, 2);
  s.limit = std::chrono::seconds{2}; // It is not over by then, which is a broken promise.
  sim::crawl_world world{s};
  sim::crawl_trace tracing{world, "seedwalk sim run"};
  tracing.finish(sim::run_crawl(world));
  std::ostringstream out;
  tracing.write(out);
  return *sim::parse_trace(out.str());
}

json exported(const sim::trace& t) {
  std::ostringstream out;
  write_chrome(t, out);
  return json::parse(out.str());
}

std::int64_t nanoseconds(const json& micros) {
  return static_cast<std::int64_t>(micros.get<double>() * 1000 + .5);
}

/// What the Trace Event Format says of each phase, as far as we write it, and what Perfetto's
/// importer (json_trace_tokenizer.cc, json_trace_parser_impl.cc, json_utils.cc of google/perfetto)
/// wants besides: it sorts events by `ts`, in the order of the file where that is equal, and binds
/// the end of a flow to the slice that is open on its thread then; a flow's ends have one category,
/// name and numeric id; a tid is of one process; no event has an array in it. Collects what is
/// wrong.
class format_check {
public:
  explicit format_check(const json& file) {
    if (!file.is_object() || !file.contains("traceEvents") || !file["traceEvents"].is_array()) {
      fail("no array traceEvents", file);
      return;
    }
    // Perfetto's importer took it for the unit of `ts`, which are always microseconds.
    if (file.contains("displayTimeUnit"))
      fail("displayTimeUnit", file["displayTimeUnit"]);
    for (const auto& event : file["traceEvents"])
      look_at(event);
    for (const auto& [id, ends] : flows_) // By id, category and name.
      if (ends.size() != 2 || ends[0].first != 's' || ends[1].first != 'f' ||
          ends[0].second > ends[1].second)
        fail("a flow that does not begin once and then end once", id);
    for (const auto& [id, depth] : open_)
      if (depth != 0)
        fail("an async event without its end", json(id));
    look_at_slices();
  }

  std::vector<std::string> problems;

private:
  using thread = std::pair<int, std::uint64_t>;

  void fail(const std::string& rule, const json& about) {
    problems.push_back(rule + ": " + about.dump());
  }

  void look_at(const json& e) {
    for (const auto* key : {"ph", "pid", "tid", "name"})
      if (!e.contains(key))
        return fail(std::string{"no "} + key, e);
    if (!e["pid"].is_number_integer() || !e["tid"].is_number_integer() || !e["name"].is_string())
      return fail("the type of pid, tid or name", e);
    for (const auto& [key, value] : e.items())
      if (value.is_array())
        return fail("an array in an event", e);
    const auto phase = e["ph"].get<std::string>();
    if (phase == "M")
      return look_at_metadata(e);
    if (!e.contains("ts") || !e["ts"].is_number() || e["ts"] < 0)
      return fail("no timestamp", e);
    if (!e.contains("cat") || !e["cat"].is_string())
      return fail("no category", e);
    const thread at{e["pid"].get<int>(), e["tid"].get<std::uint64_t>()};
    const auto ts = nanoseconds(e["ts"]);
    if (phase == "X") {
      if (!e.contains("dur") || e["dur"] <= 0)
        return fail("a complete event without duration", e);
      slices_[at].emplace_back(ts, nanoseconds(e["dur"]));
      if (process_of_.emplace(at.second, at.first).first->second != at.first)
        fail("a thread of two processes", e);
    } else if (phase == "s" || phase == "f") {
      if (!e.contains("id") || !e["id"].is_number_unsigned())
        return fail("a flow without id", e);
      if (phase == "f" && e.value("bp", "") != "e")
        return fail("a flow that ends in the next slice", e);
      flows_[json::array({e["id"], e["cat"], e["name"]})].emplace_back(phase[0], ts);
      if (!std::ranges::binary_search(slices_[at], ts, {}, &slice::first))
        fail("the end of a flow before its slice, or in none", e);
    } else if (phase == "b" || phase == "e") {
      if (!e.contains("id"))
        return fail("an async event without id", e);
      open_[{e["cat"].get<std::string>(), e["id"].get<int>()}] += phase == "b" ? 1 : -1;
    } else if (phase == "i") {
      if (e.value("s", "t") != "g")
        fail("the scope of an instant event", e);
    } else {
      fail("an unknown phase", e);
    }
  }

  void look_at_metadata(const json& e) {
    if (e["name"] == "process_name" || e["name"] == "thread_name") {
      if (!e["args"]["name"].is_string())
        fail("a name that is none", e);
    } else if (e["name"] != "thread_sort_index" || !e["args"]["sort_index"].is_number()) {
      fail("unknown metadata", e);
    }
  }

  /// Slices of one thread are one after the other.
  void look_at_slices() {
    for (const auto& [at, slices] : slices_)
      for (std::size_t i = 1; i < slices.size(); ++i)
        if (slices[i - 1].first + slices[i - 1].second > slices[i].first)
          fail("slices overlap", json{at.second, slices[i].first});
  }

  using slice = std::pair<std::int64_t, std::int64_t>; ///< Begin and duration.

  std::map<json, std::vector<std::pair<char, std::int64_t>>> flows_;
  std::map<std::pair<std::string, int>, int> open_;
  std::map<thread, std::vector<slice>> slices_; ///< Of each thread in the order of time.
  std::map<std::uint64_t, int> process_of_;     ///< By thread.
};

TEST(chrome_trace, is_as_the_format_says) {
  for (std::uint64_t seed = 1; seed != 4; ++seed) {
    const format_check checked{exported(traced(seed))};
    EXPECT_TRUE(checked.problems.empty())
        << checked.problems.size() << " problems, such as " << checked.problems.front();
  }
}

TEST(chrome_trace, has_every_entry_with_its_cause) {
  const auto t = traced(5);
  const auto file = exported(t);
  std::map<std::uint64_t, json> slices;
  std::set<std::uint64_t> flows;
  std::size_t broken = 0;
  std::size_t faults = 0;
  for (const auto& e : file["traceEvents"]) {
    if (e["ph"] == "X")
      slices[e["args"]["event"]] = e;
    if (e["ph"] == "f")
      flows.insert(e["id"].get<std::uint64_t>());
    broken += e["ph"] == "i" ? 1 : 0;
    faults += e["ph"] == "b" ? 1 : 0;
  }
  ASSERT_EQ(slices.size(), t.entries.size());
  EXPECT_EQ(broken, t.end.violations.size());
  EXPECT_EQ(faults, 3u);
  std::uint64_t number = t.dropped;
  for (const auto& e : t.entries) {
    const auto& slice = slices.at(++number);
    EXPECT_EQ(slice["name"], t.texts[e.text]);
    EXPECT_EQ(slice["tid"], e.lane + 1);
    EXPECT_GE(nanoseconds(slice["ts"]), e.at.count());
    EXPECT_LT(nanoseconds(slice["ts"]), e.at.count() + 1000);
    EXPECT_EQ(flows.contains(number), t.find(e.cause) != nullptr);
  }
}

TEST(chrome_trace, texts_of_strangers_stay_texts) {
  auto t = traced(6);
  t.lanes[1].name = "\"},{\"ph\":\"X\xff\n";
  t.texts[1] = "</script>\\";
  const auto file = exported(t);
  EXPECT_TRUE(format_check{file}.problems.empty());
}

} // namespace
} // namespace seedwalk::tools
