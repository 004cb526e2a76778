// Scenarios as `seedwalk sim chaos` draws them, through rapidcheck: RC_PARAMS repeats a failure,
// and the shrinker of `seedwalk sim shrink` makes it small.

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/config/config_table.hpp"
#include "sim/scenario/file/key_tree.hpp"
#include "tests/sim/scenario/chaos/any_scenario.hpp"
#include "tests/sim/scenario/shrunk_property.hpp"

namespace seedwalk::test {
namespace {

TEST(generators, whatever_is_drawn_is_a_valid_file_and_read_back_as_it_was) {
  EXPECT_TRUE(rc::check([] {
    const auto drawn = *any_scenario();
    const auto text = sim::write_scenario(drawn, "drawn");
    const auto read = sim::parse_scenario(text, "drawn.toml");
    if (!read)
      RC_FAIL(read.error() + "\n" + text);
    RC_ASSERT(*read == drawn);
  }));
}

TEST(generators, no_promise_is_broken) {
  runs_of_scenarios runs;
  EXPECT_TRUE(holds_for("drawn_chaos", any_scenario(), runs, 500));
}

/// The keys that a scenario says otherwise than the usual one.
void note_keys(const sim::key_tree& tree, const sim::key_tree& usual, const std::string& prefix,
               std::set<std::string>& into) {
  for (const auto& leaf : tree.leaves) {
    const auto* other = usual.find(leaf.name);
    if (leaf.texts && (leaf.must || other == nullptr || leaf.texts != other->texts))
      into.insert(prefix + leaf.name);
  }
  for (std::size_t i = 0; i != tree.configs.size(); ++i)
    for (const auto& option : actors::config_table())
      if (option.get(tree.configs[i].second) != option.get(usual.configs[i].second))
        into.insert(fmt::format("{}{}.{}", prefix, tree.configs[i].first, option.path));
  for (std::size_t i = 0; i != tree.tables.size(); ++i)
    note_keys(tree.tables[i].inside, usual.tables[i].inside, prefix + tree.tables[i].name + ".",
              into);
  for (const auto& list : tree.lists)
    for (const auto& element : list.elements)
      note_keys(element, list.usual, prefix + list.name + ".", into);
}

template <class Draw>
std::set<std::string> keys_of(std::uint64_t seeds, Draw&& draw) {
  std::set<std::string> keys;
  for (std::uint64_t seed = 0; seed != seeds; ++seed)
    note_keys(sim::tree_of(draw(seed)), sim::usual_tree(), "", keys);
  return keys;
}

TEST(generators, every_key_of_a_file_is_drawn_for_the_round_trip) {
  const auto drawn = keys_of(600, [](auto seed) { return scenario_drawer{seed}.scenario(); });
  for (const auto& key : sim::scenario_key_names()) {
    if (!key.ends_with(".config") && key != "format") {
      EXPECT_TRUE(drawn.contains(key)) << key;
    }
  }
}

TEST(generators, the_readme_names_the_keys_that_no_search_draws) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "what it draws, the tests above draw, too";
#endif
  const auto drawn = keys_of(1'500, [](auto seed) {
    net::random_stream draw{seed, "keys"};
    return draw_as_chaos_does(draw);
  });
  std::string missing;
  const auto note = [&](const std::string& key) {
    if (!drawn.contains(key) && !key.starts_with("expect"))
      missing += fmt::format("`{}` ", key);
  };
  for (const auto& key : sim::scenario_key_names())
    if (!key.ends_with(".config"))
      note(key);
  for (const auto& option : actors::config_table())
    note(fmt::format("crawler.config.{}", option.path));
  std::stringstream readme;
  readme << std::ifstream{SEEDWALK_SOURCES "/tests/chaos/README.md"}.rdbuf();
  // All of them, in their order.
  auto text = readme.str();
  std::ranges::replace(text, '\n', ' ');
  EXPECT_THAT(text, testing::HasSubstr(missing)) << missing;
}

} // namespace
} // namespace seedwalk::test
