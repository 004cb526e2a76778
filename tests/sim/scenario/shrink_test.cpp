#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/base/random.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/shrink/node_edits.hpp"
#include "sim/scenario/shrink/reduction.hpp"
#include "sim/scenario/shrink/shrinker.hpp"
#include "sim/scenario/shrink/story.hpp"
#include "tests/sim/scenario/draw_scenario.hpp"
#include "tests/sim/scenario/shrunk_property.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using test::scripted_trials;

/// A large world with much of everything, of which little matters.
crawl_scenario crowded(std::uint32_t nodes, std::uint32_t faults, std::uint32_t operations,
                       std::uint32_t choices) {
  auto s = plain_crawl(3, nodes);
  for (std::uint32_t i = 0; i != faults; ++i) {
    fault_rule rule;
    rule.name = fmt::format("fault {}", i);
    rule.since = 1s + i * 1ms;
    rule.until = 13s;
    rule.action = fault::drip{3, 20ms};
    s.faults.push_back(rule);
  }
  for (std::uint32_t i = 0; i != operations; ++i)
    s.operations.push_back({i * 1s, std::nullopt, operation::disk_room{1'000 + i}});
  s.schedule = strategy::fifo;
  for (std::uint32_t i = 0; i != choices; ++i)
    s.order.given.push_back({i, i + 1, i});
  s.network.streams.window_bytes = 17;
  s.crawler.config.limits.max_outbound = 7;
  s.crawler.config.keep_alive.ping_every = 77s;
  return s;
}

/// A few of the first `count` numbers.
std::set<std::uint32_t> draw_some(std::uint32_t count, std::uint32_t most) {
  std::set<std::uint32_t> some;
  for (auto n = *rc::gen::inRange(0u, most + 1); n != 0; --n)
    some.insert(*rc::gen::inRange(0u, count));
  return some;
}

/// Fails while some faults, operations, choices and nodes are all there.
struct needs {
  std::set<std::uint32_t> faults;
  std::set<std::uint32_t> operations;
  std::set<std::uint32_t> choices;
  std::set<net::endpoint> nodes;

  std::string operator()(const crawl_scenario& s) const {
    std::set<std::uint32_t> faults_left;
    for (const auto& rule : s.faults)
      faults_left.insert(static_cast<std::uint32_t>(std::stoul(rule.name.substr(6))));
    std::set<std::uint32_t> operations_left;
    for (const auto& one : s.operations)
      if (const auto* room = std::get_if<operation::disk_room>(&one.action))
        operations_left.insert(static_cast<std::uint32_t>(room->bytes - 1'000));
    std::set<std::uint32_t> choices_left;
    for (const auto& one : s.order.given)
      choices_left.insert(static_cast<std::uint32_t>(one.taken));
    const bool all = std::ranges::includes(faults_left, faults) &&
                     std::ranges::includes(operations_left, operations) &&
                     std::ranges::includes(choices_left, choices) &&
                     std::ranges::includes(present(s), nodes);
    return all ? "broken" : "";
  }

  static std::set<net::endpoint> present(const crawl_scenario& s) {
    const topology drawn{completed_nodes(s)};
    std::set<net::endpoint> all;
    for (const auto node : nodes_left(s))
      all.insert(drawn.nodes()[node].at);
    return all;
  }
};

needs draw_needs(const crawl_scenario& s) {
  needs all;
  all.faults = draw_some(static_cast<std::uint32_t>(s.faults.size()), 3);
  all.operations = draw_some(static_cast<std::uint32_t>(s.operations.size()), 2);
  all.choices = draw_some(static_cast<std::uint32_t>(s.order.given.size()), 4);
  const topology drawn{completed_nodes(s)};
  for (const auto node : draw_some(s.nodes.nodes, 3))
    all.nodes.insert(drawn.nodes()[node].at);
  return all;
}

shrink_result shrunk(const crawl_scenario& s, scripted_trials& trials,
                     const shrink_options& options = {}) {
  auto result = shrink(s, scripted_trials::promise(), trials, options);
  if (!result)
    throw std::logic_error("it does not fail at all");
  return std::move(*result);
}

TEST(shrink, what_matters_is_left_and_nothing_else) {
  EXPECT_TRUE(rc::check([] {
    const auto s = crowded(30, 8, 4, 40);
    const auto wanted = draw_needs(s);
    scripted_trials trials{wanted};
    const auto result = shrunk(s, trials);
    const auto& small = result.smallest;
    RC_ASSERT(wanted(small) == "broken");
    RC_ASSERT(small.faults.size() == wanted.faults.size());
    RC_ASSERT(small.operations.size() == wanted.operations.size());
    // Whether a choice is needed is seen by its own pass alone, if fifo at once does not do.
    RC_ASSERT(small.order.given.size() == wanted.choices.size());
    // One node is always there: the first seed.
    auto nodes = wanted.nodes;
    nodes.insert(small.nodes.first);
    RC_ASSERT(needs::present(small).size() <= nodes.size());
    RC_ASSERT(small.crawler.config == usual_scenario().crawler.config);
    RC_ASSERT(small.network.streams.window_bytes == usual_scenario().network.streams.window_bytes);
    RC_ASSERT(result.runs <= 1'000u);
    RC_ASSERT(result.is_whole);
    for (const auto& rule : small.faults)
      RC_ASSERT(rule.since == 0s);
  }));
}

/// Fails by what looks like chance, but for the scenario that it was made for.
struct capricious {
  std::string first;
  std::uint64_t seed = 0;

  std::string operator()(const crawl_scenario& s) const {
    const auto text = write_scenario(s);
    const bool fails =
        text == first || net::keyed_hash(seed, "caprice", net::as_bytes(text)) % 3 == 0;
    return fails ? "broken" : "";
  }
};

/// A drawn scenario that has nothing left to draw.
crawl_scenario drawn_whole(std::uint64_t seed) {
  auto s = test::scenario_drawer{seed}.scenario();
  s.drawn_faults = s.drawn_reloads = 0;
  return s;
}

TEST(shrink, whatever_is_drawn_the_result_fails_and_is_a_file) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    const auto s = drawn_whole(seed);
    scripted_trials trials{capricious{write_scenario(s), seed}};
    shrink_options options;
    options.runs_max = *rc::gen::inRange(0u, 60u);
    const auto result = shrunk(s, trials, options);
    RC_ASSERT(result.runs <= options.runs_max);
    const auto text = write_scenario(result.smallest);
    RC_ASSERT((capricious{write_scenario(s), seed})(result.smallest) == "broken");
    const auto read = parse_scenario(text, "small.toml");
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == result.smallest);
    // But for the first and the last one, and that which becomes choices: for their departures.
    const std::set<std::string> once(trials.ran.begin() + 1, trials.ran.end() - 1);
    RC_ASSERT(once.size() + 3 >= trials.ran.size());
  }));
}

TEST(shrink, how_many_run_at_once_changes_nothing) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    const auto s = drawn_whole(seed);
    shrink_options options;
    options.runs_max = 16;
    const capricious script{write_scenario(s), seed};
    scripted_trials one{script};
    const auto alone = shrunk(s, one, options);
    RC_ASSERT(alone.runs_ahead == 0u);
    scripted_trials many{script, *rc::gen::inRange<std::size_t>(2, 9)};
    const auto together = shrunk(s, many, options);
    RC_ASSERT(together.smallest == alone.smallest);
    RC_ASSERT(together.runs == alone.runs);
    RC_ASSERT(together.is_whole == alone.is_whole);
  }));
}

TEST(shrink, another_broken_promise_is_no_candidate) {
  auto s = crowded(8, 4, 0, 0);
  class other_place final : public trial_runner {
  public:
    std::vector<trial> run(std::span<const crawl_scenario> scenarios) override {
      std::vector<trial> trials(scenarios.size());
      for (std::size_t i = 0; i != scenarios.size(); ++i)
        trials[i].broken.push_back(
            {.oracle = "script", .place = scenarios[i].faults.size() == 4 ? "script" : "other"});
      return trials;
    }
  };
  other_place trials;
  const auto result = shrink(s, scripted_trials::promise(), trials);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->smallest.faults.size(), 4u);
  EXPECT_FALSE(shrink(s, {.oracle = "script", .place = "none"}, trials));
}

TEST(shrink, somebody_ends_it_and_has_the_best_so_far) {
  const auto s = crowded(60, 20, 10, 0);
  scripted_trials trials{needs{{3}, {}, {}, {}}};
  shrink_options options;
  int left = 12;
  options.stop = [&left] { return left-- <= 0; };
  const auto result = shrunk(s, trials, options);
  EXPECT_FALSE(result.is_whole);
  EXPECT_LE(result.runs, 12u);
  EXPECT_EQ((needs{{3}, {}, {}, {}})(result.smallest), "broken");
  EXPECT_LT(size_of(result.smallest).lines, size_of(s).lines);
}

/// The pass alone, told the truth.
crawl_scenario driven(std::unique_ptr<reduction> of, crawl_scenario s,
                      const std::function<bool(const crawl_scenario&)>& fails) {
  while (auto candidate = of->next()) {
    const bool answer = fails(*candidate);
    of->answer(answer);
    if (answer)
      s = std::move(*candidate);
  }
  return s;
}

TEST(reduction, no_single_part_can_go_any_more) {
  EXPECT_TRUE(rc::check([] {
    const auto count = *rc::gen::inRange(1u, 40u);
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto s = crowded(5, 0, 0, count);
    scenario_parts parts;
    parts.count = [](const auto& of) { return of.order.given.size(); };
    parts.without = [](const auto& of, std::size_t begin, std::size_t end) {
      auto fewer = of;
      fewer.order.given.erase(fewer.order.given.begin() + static_cast<std::ptrdiff_t>(begin),
                              fewer.order.given.begin() + static_cast<std::ptrdiff_t>(end));
      return std::optional{fewer};
    };
    const auto fails = [&](const crawl_scenario& of) {
      const auto text = write_scenario(of);
      return of == s || net::keyed_hash(seed, "caprice", net::as_bytes(text)) % 2 == 0;
    };
    const auto small = driven(without_parts(s, parts), s, fails);
    RC_ASSERT(fails(small));
    for (std::size_t i = 0; i != small.order.given.size(); ++i)
      RC_ASSERT(!fails(*parts.without(small, i, i + 1)));
  }));
}

TEST(shrink, times_become_small_and_round_and_are_enough) {
  EXPECT_TRUE(rc::check([] {
    const auto least = std::chrono::milliseconds{*rc::gen::inRange(1, 5'000)};
    auto s = plain_crawl(1, 5);
    s.operations.push_back({7'654'321us, std::nullopt, operation::own_address{}});
    s.operations.back().action = operation::disk_room{12};
    scripted_trials trials{[&](const crawl_scenario& of) {
      return !of.operations.empty() && of.operations.front().at >= least ? "broken" : "";
    }};
    const auto at = shrunk(s, trials).smallest.operations.at(0).at;
    RC_ASSERT(at >= least);
    RC_ASSERT(at <= std::max<net::steady_time>(10 * least, 10ms));
    const auto digits = fmt::format("{}", at.count());
    RC_ASSERT(digits.find_first_not_of('0', 1) == std::string::npos);
  }));
}

TEST(shrink, programs_lose_steps_and_bytes_that_do_not_matter) {
  auto s = plain_crawl(1, 5);
  const auto text = R"(format = 1
nodes.count = 5
[[model]]
name = "odd"
steps = ["expect version", "send version agent=/x/", "wait 3s", "send_bytes 001122ff5566", "close"]
[[node]]
number = 3
model = "odd"
)";
  s = *parse_scenario(text, "odd.toml");
  scripted_trials trials{[](const crawl_scenario& of) {
    for (const auto& model : of.nodes.models)
      for (const auto& step : model.steps)
        if (const auto* bytes = std::get_if<step::send_bytes>(&step))
          if (std::ranges::find(bytes->data, 0xff) != bytes->data.end())
            return "broken";
    return "";
  }};
  const auto result = shrunk(s, trials);
  EXPECT_THAT(write_scenario(result.smallest), testing::HasSubstr("steps = [\"send_bytes ff\"]"));
  EXPECT_LE(result.after.lines, 12u) << write_scenario(result.smallest);
}

TEST(shrink, links_go_that_do_not_matter) {
  auto s = plain_crawl(1, 40);
  const topology drawn{completed_nodes(s)};
  const auto far = drawn.nodes()[33].at;
  scripted_trials trials{[&](const crawl_scenario& of) {
    const topology now{completed_nodes(of)};
    const auto& first = now.nodes().front();
    return std::ranges::any_of(first.peers, [&](auto peer) { return now.nodes()[peer].at == far; })
               ? "broken"
               : "";
  }};
  const auto result = shrunk(s, trials);
  const topology now{completed_nodes(result.smallest)};
  ASSERT_EQ(now.nodes().size(), 2u) << write_scenario(result.smallest);
  EXPECT_EQ(now.nodes()[1].at, far);
}

TEST(shrink, a_smaller_world_is_no_answer_to_a_count_of_nodes) {
  const auto s = crowded(20, 3, 0, 0);
  class counts final : public trial_runner {
  public:
    std::vector<trial> run(std::span<const crawl_scenario> scenarios) override {
      std::vector<trial> trials(scenarios.size());
      for (auto& one : trials)
        one.broken.push_back({.oracle = "expect.good", .place = "less"});
      return trials;
    }
  };
  counts trials;
  const auto result = shrink(s, {.oracle = "expect.good", .place = "less"}, trials);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->after.nodes, 20u);
  EXPECT_EQ(result->after.faults, 0u);
}

TEST(nodes_without, those_that_stay_keep_what_was_drawn_for_them) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    auto s = plain_crawl(seed, 30);
    s.nodes.shares = {{node_kind::honest, 3}, {node_kind::silent, 1}, {node_kind::refused, 1}};
    const topology all{completed_nodes(s)};
    for (const auto node : draw_some(26, 8))
      s.nodes.without.push_back(node + 4);
    const topology some{completed_nodes(s)};
    for (const auto node : nodes_left(s)) {
      RC_ASSERT(some.nodes()[node].at == all.nodes()[node].at);
      RC_ASSERT(some.nodes()[node].kind == all.nodes()[node].kind);
      auto peers = all.nodes()[node].peers;
      std::erase_if(peers, [&](auto peer) {
        return std::ranges::find(s.nodes.without, peer) != s.nodes.without.end();
      });
      RC_ASSERT(some.nodes()[node].peers == peers);
    }
    const auto written = written_out(s);
    RC_ASSERT(written.has_value() == !s.nodes.without.empty());
    if (!written)
      return;
    const topology said{completed_nodes(*written)};
    const auto left = nodes_left(s);
    RC_ASSERT(said.nodes().size() == left.size());
    for (std::size_t i = 0; i != left.size(); ++i) {
      RC_ASSERT(said.nodes()[i].at == some.nodes()[left[i]].at);
      RC_ASSERT(said.nodes()[i].kind == some.nodes()[left[i]].kind);
      RC_ASSERT(said.nodes()[i].peers.size() == some.nodes()[left[i]].peers.size());
    }
  }));
}

TEST(shrink, a_run_of_a_crawl_becomes_a_page_with_its_story) {
  class crawls final : public trial_runner {
  public:
    std::vector<trial> run(std::span<const crawl_scenario> scenarios) override {
      std::vector<trial> trials;
      for (const auto& s : scenarios)
        trials.push_back(run_trial(s));
      return trials;
    }
  };
  auto s = plain_crawl(5, 12);
  s.nodes.shares = {{node_kind::honest, 3}, {node_kind::silent, 1}};
  s.drawn_faults = 2;
  peer_expectation silent;
  silent.node = 3;
  silent.good = false; // It is good.
  s.expect.peers.push_back(silent);
  crawls trials;
  const auto first = run_trial(s);
  ASSERT_FALSE(first.broken.empty());
  const auto result = shrink(s, first.broken.front(), trials);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->after.choices, 0u);
  EXPECT_EQ(result->after.faults, 0u);
  EXPECT_LE(result->after.nodes, 4u);
  EXPECT_LE(result->runs, 200u);
  const std::vector<std::string> events = {"the last event"};
  const auto story = story_of(*result, "small.toml", "seedwalk sim run large.toml", events);
  for (const auto* part : {"Broken: node ", "Found by: expect.peer.good", "sim run small.toml",
                           "sim run large.toml", "the last event"})
    EXPECT_THAT(story, testing::HasSubstr(part));
  const auto read = parse_scenario(write_scenario(result->smallest, story), "small.toml");
  ASSERT_TRUE(read) << read.error();
  EXPECT_NE(run_trial(*read).find(first.broken.front()), nullptr);
}

TEST(holds_for_scenarios, a_failure_is_shrunk_and_its_file_named) {
  const auto broken = [](const crawl_scenario& s) -> std::string {
    return s.faults.size() >= 2 ? "two faults" : "";
  };
  const auto result = test::holds_for_scenarios("two_faults", broken);
  EXPECT_FALSE(result);
  const auto path = testing::TempDir() + "two_faults.toml";
  EXPECT_THAT(result.message(), testing::HasSubstr(path));
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  const auto read = parse_scenario(text.str(), path);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->faults.size(), 2u);
  EXPECT_TRUE(read->operations.empty()) << text.str();
  std::filesystem::remove(path);
}

} // namespace
} // namespace seedwalk::sim
