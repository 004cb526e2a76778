// What a run is said to have reached.

#include <algorithm>

#include <gtest/gtest.h>

#include "sim/scenario/chaos/coverage.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/shrink/trial.hpp"
#include "sim/scenario/swarm.hpp"

namespace seedwalk::sim {
namespace {

std::vector<feature> reached_by(const crawl_scenario& s) {
  return run_trial(s, trial_detail::features).features;
}

bool reaches(const std::vector<feature>& all, feature_kind kind, std::string_view part) {
  return std::ranges::any_of(all, [&](const auto& one) {
    return one.kind == kind && one.name.find(part) != std::string::npos;
  });
}

TEST(coverage, is_of_probes_of_pairs_of_messages_and_of_states_of_the_model) {
  auto s = plain_crawl(1, 8);
  const auto before = reached_by(s);
  EXPECT_TRUE(std::ranges::is_sorted(before));
  EXPECT_TRUE(reaches(before, feature_kind::message_pair, "crawler: its start, routes_found"));
  EXPECT_TRUE(reaches(before, feature_kind::message_pair, "peer: its start, connected"));
  EXPECT_TRUE(reaches(before, feature_kind::model_state, "known many, named many"));
  EXPECT_FALSE(reaches(before, feature_kind::probe, "census_resumed"));
  EXPECT_FALSE(reaches(before, feature_kind::model_state, "has a past"));

  s.operations.push_back({std::chrono::milliseconds{200}, std::nullopt, operation::crash{}});
  const auto after = reached_by(s);
  EXPECT_TRUE(reaches(after, feature_kind::probe, "census_resumed"));
  EXPECT_FALSE(std::ranges::includes(before, after));
  s.oracles = {.all = false, .names = {}};
  EXPECT_FALSE(reaches(reached_by(s), feature_kind::model_state, ""));
}

TEST(coverage, has_nothing_in_it_that_is_of_one_run_alone) {
  const auto one = reached_by(plain_crawl(1, 12));
  const auto other = reached_by(plain_crawl(2, 12));
  std::vector<feature> both;
  std::ranges::set_intersection(one, other, std::back_inserter(both));
  EXPECT_GT(both.size(), one.size() * 3 / 4);
  for (const auto& of : one)
    EXPECT_EQ(of.name.find_first_of("0123456789"), std::string::npos) << of.name;
}

TEST(coverage, of_equal_runs_is_equal_and_changes_no_run) {
  for (std::uint64_t seed = 1; seed != 6; ++seed) {
    const auto s = draw_swarm(seed);
    EXPECT_EQ(reached_by(s), reached_by(s));
    crawl_world watched{with_profile(s)};
    watched.oracles().add(std::make_unique<coverage>());
    EXPECT_EQ(run_crawl(watched).hash, run_crawl(s).hash) << seed;
  }
}

} // namespace
} // namespace seedwalk::sim
