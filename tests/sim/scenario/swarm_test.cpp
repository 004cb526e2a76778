// What a seed draws as a whole scenario: valid files, families that do not disturb each other, and
// runs that keep what they promise.

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/base/whole_file.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/swarm.hpp"
#include "sim/scenario/swarm_promises.hpp"

namespace seedwalk::sim {
namespace {

TEST(swarm, whatever_is_drawn_is_a_valid_file) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    const auto drawn = draw_swarm(seed);
    if (const auto valid = validate(drawn); !valid)
      RC_FAIL(valid.error().path + " " + valid.error().message);
    const auto text = write_scenario(drawn, "drawn");
    const auto read = parse_scenario(text, "drawn.toml");
    if (!read)
      RC_FAIL(read.error() + "\n" + text);
    RC_ASSERT(*read == drawn);
  }));
}

TEST(swarm, a_run_is_that_of_its_file) {
  for (std::uint64_t seed = 1; seed != 11; ++seed) {
    const auto drawn = draw_swarm(seed);
    const auto read = parse_scenario(write_scenario(drawn), "drawn.toml");
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(run_crawl(drawn).hash, run_crawl(*read).hash) << seed;
  }
}

TEST(swarm, each_family_is_in_and_out_often_and_by_itself) {
  std::map<std::string_view, std::uint32_t> counts;
  std::set<std::vector<std::string_view>> mixtures;
  constexpr std::uint64_t seeds = 600;
  for (std::uint64_t seed = 0; seed != seeds; ++seed) {
    const auto in = swarm_families_of(seed);
    mixtures.insert(in);
    for (const auto name : in)
      ++counts[name];
  }
  for (const auto name : swarm_families()) {
    EXPECT_GT(counts[name], seeds / 60) << name;
    EXPECT_LT(counts[name], seeds * 9 / 10) << name;
  }
  EXPECT_GT(mixtures.size(), seeds * 3 / 4);
}

TEST(swarm, what_is_left_out_changes_nothing_else) {
  const auto without = parse_families("drives,crashes in calls");
  ASSERT_TRUE(without) << without.error();
  std::size_t changed = 0;
  for (std::uint64_t seed = 0; seed != 100; ++seed) {
    auto rest = swarm_families_of(seed);
    const auto left_out = std::erase_if(
        rest, [&](auto name) { return std::ranges::find(*without, name) != without->end(); });
    EXPECT_EQ(swarm_families_of(seed, *without), rest) << seed;
    const auto drawn = draw_swarm(seed, *without);
    const bool is_as_before = drawn == draw_swarm(seed);
    if (left_out == 0) {
      EXPECT_TRUE(is_as_before) << seed;
    }
    for (const auto& one : drawn.operations)
      EXPECT_FALSE(one.at_disk_call) << seed;
    changed += is_as_before ? 0 : 1;
  }
  EXPECT_GT(changed, 10u);
}

TEST(swarm, an_unknown_family_is_refused_with_those_that_there_are) {
  EXPECT_EQ(parse_families("")->size(), 0u);
  const auto refused = parse_families("drives,driveways");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("no family \"driveways\"; there are tables, kinds"),
            std::string::npos)
      << refused.error();
}

/// Nobody knows what a drawn program comes to: such a node counts as one of whom nothing is
/// expected, whatever other families say of it.
TEST(swarm, who_follows_a_program_is_never_promised_to_be_good) {
  std::uint32_t programs = 0;
  for (std::uint64_t seed = 0; seed != 3'000; ++seed)
    for (const auto& node : draw_swarm(seed).nodes.changes) {
      if (node.model.empty())
        continue;
      ++programs;
      EXPECT_EQ(node.kind, node_kind::no_verack) << "seed " << seed;
    }
  EXPECT_GT(programs, 1'000u);
}

/// Seed 7177213943803956881 promised to find everybody where the models of some nodes had left
/// gossip no way to them.
TEST(swarm, all_are_promised_to_be_found_only_where_gossip_leads_to_them) {
  auto reached = plain_crawl(1, 4);
  draw_promises(reached, {});
  EXPECT_EQ(reached.expect.recall_percent, 100);
  auto unheard_of = plain_crawl(1, 4);
  for (std::uint32_t number = 0; number != 4; ++number) {
    node_change mute;
    mute.number = number;
    mute.knows.emplace();
    unheard_of.nodes.changes.push_back(mute);
  }
  unheard_of.nodes.seeds = 1;
  draw_promises(unheard_of, {});
  EXPECT_NE(unheard_of.expect.recall_percent, 100);
}

TEST(swarm, what_a_drive_has_lost_may_be_said_in_all_words_that_there_are_for_it) {
  for (const auto* name : {"bit_of_an_open_table_changes", "bit_of_a_log_changes"}) {
    const auto path = std::string{SEEDWALK_SOURCES "/tests/scenarios/"} + name + ".toml";
    auto read = parse_scenario(*net::read_whole_file(path, {scenario_bytes_max}), path);
    ASSERT_TRUE(read) << read.error();
    EXPECT_FALSE(read->expect.violations.empty());
    read->expect.violations.clear();
    read->expect.violations_allowed.assign(said_of_losses.begin(), said_of_losses.end());
    for (const auto& promise : run_crawl(*read).broken)
      ADD_FAILURE() << name << ": " << promise;
  }
}

TEST(swarm, no_promise_is_broken) {
  // `tools/prove swarm` searches 20,000.
  for (std::uint64_t seed = 1; seed != 61; ++seed)
    for (const auto& promise : run_crawl(draw_swarm(seed)).broken)
      ADD_FAILURE() << "seed " << seed << ": " << promise;
}

} // namespace
} // namespace seedwalk::sim
