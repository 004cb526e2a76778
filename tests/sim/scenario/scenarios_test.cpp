// The files of tests/scenarios: what each of them promises holds, and would not hold in a world
// without what it is about.

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/base/whole_file.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/file/scenario_file.hpp"

namespace seedwalk::sim {
namespace {

constexpr auto folder = SEEDWALK_SOURCES "/tests/scenarios";

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
    if (entry.path().extension() == ".toml")
      all.push_back(std::filesystem::relative(entry.path(), folder).replace_extension().string());
  std::sort(all.begin(), all.end());
  return all;
}

std::string text_of(const std::string& name) {
  const auto text =
      net::read_whole_file(std::string{folder} + "/" + name + ".toml", {scenario_bytes_max});
  return text ? *text : std::string{};
}

class scenarios : public testing::TestWithParam<std::string> {
protected:
  void SetUp() override {
    auto read = parse_scenario(text_of(GetParam()), GetParam() + ".toml");
    ASSERT_TRUE(read) << read.error();
    scenario_ = std::move(*read);
  }
  crawl_scenario scenario_;
};

TEST_P(scenarios, keeps_what_it_promises) {
  const auto verdict = run_crawl(scenario_);
  for (const auto& promise : verdict.broken)
    ADD_FAILURE() << promise;
}

/// Parts of a world that may be what a file is about: each is put back to what is usual.
const std::vector<std::pair<const char*, std::function<void(crawl_scenario&)>>> removals = {
    {"its faults", [](auto& s) { s.faults.clear(), s.drawn_faults = 0; }},
    {"its kinds of nodes",
     [](auto& s) {
       s.nodes.shares = usual_scenario().nodes.shares;
       s.nodes.model_shares.clear();
       for (auto& node : s.nodes.changes)
         node.kind.reset(), node.model.clear();
     }},
    {"what it says of nodes", [](auto& s) { s.nodes.changes.clear(); }},
    {"its operations", [](auto& s) { s.operations.clear(), s.drawn_reloads = 0; }},
    {"its network",
     [](auto& s) {
       const auto usual = usual_scenario();
       s.network = usual.network, s.proxy_does = usual.proxy_does;
     }},
    {"its disk", [](auto& s) { s.drive = usual_scenario().drive; }},
    {"its clock", [](auto& s) { s.wall_steps.clear(); }},
    {"its names", [](auto& s) { s.names.clear(); }},
    {"what its other crawlers are told",
     [](auto& s) {
       for (auto& other : s.others)
         other.recipe = usual_scenario().crawler;
     }},
    {"its configuration",
     [](auto& s) { s.crawler.config = usual_scenario().crawler.config, s.starts_at_dns = false; }},
};

/// Files whose subject is to make no difference, and why.
const std::map<std::string, const char*> indifferent = {
    {"node_pong_between", "what it says behind the pong comes when we have hung up"},
    {"fault_corrupts_what_is_negotiated", "the form of addresses is all that it changes"},
    {"one_node_alone", "it says how many nodes there are, and nothing else"},
};

TEST_P(scenarios, would_not_keep_it_in_a_world_without_its_subject) {
  if (indifferent.contains(GetParam()))
    GTEST_SKIP() << indifferent.at(GetParam());
  std::string kept;
  for (const auto& [part, remove] : removals) {
    auto without = scenario_;
    remove(without);
    if (without == scenario_)
      continue;
    without.limit = std::min<net::steady_time>(without.limit, std::chrono::hours{1});
    if (validate(without) && !run_crawl(without).broken.empty())
      return;
    kept += fmt::format("\n  without {} it keeps all it promises", part);
  }
  FAIL() << "no promise depends on anything that this file says:" << kept;
}

TEST_P(scenarios, begins_with_its_story) {
  const auto text = text_of(GetParam());
  EXPECT_TRUE(text.starts_with("# ")) << "the first lines say what happens, and what must hold";
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 60) << "a page";
}

INSTANTIATE_TEST_SUITE_P(files, scenarios, testing::ValuesIn(names()), [](const auto& file) {
  auto name = file.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
  return name;
});

} // namespace
} // namespace seedwalk::sim
