#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/swarm.hpp"
#include "tests/sim/scenario/draw_scenario.hpp"
#include "tests/sim/scenario/shrunk_property.hpp"

namespace seedwalk::sim {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string text_of_source(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{SEEDWALK_SOURCES "/" + path}.rdbuf();
  return text.str();
}

TEST(scenario_file, whatever_is_written_is_read_back_as_an_equal_scenario) {
  const auto broken = [](const crawl_scenario& s) -> std::string {
    if (const auto valid = validate(s); !valid)
      return valid.error().path + " " + valid.error().message;
    const auto text = write_scenario(s, "drawn");
    const auto read = parse_scenario(text, "drawn.toml");
    if (!read)
      return read.error();
    if (write_scenario(*read, "drawn") != text)
      return "what is read is written differently";
    return *read == s ? "" : "what is read is not equal";
  };
  EXPECT_TRUE(test::holds_for_scenarios("scenario_round_trip", broken));
}

TEST(scenario_file, two_scenarios_that_differ_have_different_files) {
  // Else a key might be missing, and the property above would not see it: it draws by keys.
  auto s = usual_scenario();
  std::set<std::string> texts = {write_scenario(s)};
  for (std::uint64_t seed = 1; seed != 200; ++seed)
    texts.insert(write_scenario(test::scenario_drawer{seed}.scenario()));
  EXPECT_EQ(texts.size(), 200u);
}

TEST(scenario_file, the_usual_scenario_is_one_line) {
  EXPECT_EQ(write_scenario(usual_scenario()), "format = 1\n");
  EXPECT_EQ(parse_scenario("format = 1", "least.toml"), usual_scenario());
}

TEST(scenario_file, a_comment_stands_before_it) {
  EXPECT_EQ(write_scenario(usual_scenario(), "one\n\ntwo"), "# one\n#\n# two\nformat = 1\n");
}

struct mistake {
  const char* text;
  const char* error; ///< What the line begins with, behind "x.toml:".
};

TEST(scenario_file, every_mistake_is_told_with_its_line_and_its_key) {
  const mistake all[] = {
      {"", "1: format is missing"},
      {"format = 2", "1: format must be 1"},
      {"format = 1\nseedd = 7", "2: unknown key \"seedd\", did you mean \"seed\"?"},
      {"format = 1\n[nodes]\ncuont = 7", "3: unknown key \"nodes.cuont\", did you mean \"count\"?"},
      {"format = 1\n[nodes]\ncount = \"x\"", "3: nodes.count must be"},
      {"format = 1\n[nodes]\ncount = 0", "3: nodes.count must be a whole number from 1 to 1000000"},
      {"format = 1\n[nodes]\ncount = 1.5", "3: nodes.count must be a whole number"},
      {"format = 1\n[nodes]\nkinds = [\"honets=1\"]",
       "3: nodes.kinds has \"honets=1\": unknown kind, did you mean \"honest\"?"},
      {"format = 1\nnodes = 7", "2: nodes must be a table: [nodes]"},
      {"format = 1\n[fault]\ndoes = \"drop\"", "2: fault must be a list of tables: [[fault]]"},
      {"format = 1\n[[fault]]\nname = \"x\"", "2: fault.does is missing"},
      {"format = 1\n[[fault]]\ndoes = \"drop\"", "2: fault.name is missing"},
      {"format = 1\n[[fault]]\nname = \"x\"\ndoes = \"dorp\"",
       "4: fault.does must be one of pass, fail_dial, drop, silence, delay, drip, reset, "
       "reset_after, truncate, corrupt, did you mean \"drop\"?"},
      {"format = 1\n[[fault]]\nname = \"x\"\ndoes = \"drop\"\nage = \"1s\"",
       "5: fault.age belongs to does = \"reset_after\""},
      {"format = 1\n[[fault]]\nname = \"x\"\ndoes = \"drop\"\n[[fault]]\nname = \"x\"\ndoes = "
       "\"drop\"",
       "6: fault.name must be one that no other fault has"},
      {"format = 1\n[[fault]]\nname = \"x\"\ndoes = \"drop\"\nto = \"node 100\"",
       "5: fault.to names a node that must be a whole number from 0 to 99"},
      {"format = 1\n[network]\nlatency = \"uniform 2s 1s\"", "3: network.latency must be \"40ms\""},
      {"format = 1\n[schedule]\nstrategy = \"uniform\"\nchoices = [\"1 2 3\"]",
       "4: schedule.choices are departures from fifo"},
      {"format = 1\n[[crawler]]\n[crawler.config.limits]\nmax_outbuond = 3",
       "4: unknown key \"limits.max_outbuond\""},
      {"format = 1\n[[crawler]]\n[crawler.config.limits]\nmax_outbound = 0",
       "4: crawler.config.limits.max_outbound must be"},
      {"format = 1\n[[crawler]]\n[crawler.config.run]\nfor = \"x\"",
       "4: crawler.config.run.for must be a duration"},
      {"format = 1\n[[operation]]\nat = \"1s\"\ndoes = \"stop\"\ncrawler = \"b\"",
       "5: operation.crawler names one that is not there: there are 1"},
      {"format = 1\n[[operation]]\ndoes = \"stop\"", "2: operation.at is missing"},
      {"format = 1\n[[operation]]\nat_step = 5\nat = \"1s\"\ndoes = \"stop\"",
       "4: operation.at belongs to an operation without at_step and at_disk_call"},
      {"format = 1\n[[operation]]\nat_step = 5\nat_disk_call = 7\ndoes = \"stop\"",
       "4: operation.at_disk_call is not said beside at_step"},
      {"format = 1\n[[operation]]\nat = \"1s\"\ndoes = \"crash\"\ncall_done = \"all\"",
       "5: operation.call_done belongs to does = \"crash\" with at_disk_call"},
      {"format = 1\n[[operation]]\nat_disk_call = 1\ndoes = \"crash\"\ncall_done = \"most\"",
       "5: operation.call_done must be one of nothing, first_byte, page_border"},
      {"format = 1\n[nodes]\nmodels = [\"nobody=1\"]", "3: nodes.models names none of the models"},
      {"format = 1\n[[expect.peer]]\ngood = true", "2: expect.peer.node or at must be said"},
      {"format = 1\n[[node]]\nnumber = 100", "3: node.number must be below 100"},
      {"format = 1\n[[node]]\nnumber = 1\n[[node]]\nnumber = 1", "5: node.number is there twice"},
      {"format = 1\n[[node]]\nnumber = 1\nat = '9.9.9.9:1'\n[[node]]\nnumber = 2\nat = '9.9.9.9:1'",
       "4: node.at is where node 2 is"},
      {"format = 1\n[[node]]\nnumber = 1\nat = '127.1.0.8:18444'", "4: node.at is where node 7 is"},
      {"format = 1\nnot toml", "2: "},
  };
  for (const auto& one : all) {
    const auto read = parse_scenario(one.text, "x.toml");
    ASSERT_FALSE(read) << one.text;
    EXPECT_THAT(read.error(), StartsWith(std::string{"x.toml:"} + one.error)) << one.text;
    EXPECT_EQ(read.error().find('\n'), std::string::npos) << one.text;
  }
}

TEST(scenario_file, a_key_is_changed_by_itself_and_a_list_as_a_whole) {
  auto s = *parse_scenario("format = 1\nseed = 3\n[[fault]]\nname = \"x\"\ndoes = \"drop\"", "x");
  ASSERT_TRUE(change_scenario(s, "nodes.count = 20", "--set"));
  EXPECT_EQ(s.nodes.nodes, 20u);
  EXPECT_EQ(s.seed, 3u);
  EXPECT_EQ(s.faults.size(), 1u);
  ASSERT_TRUE(change_scenario(s, "fault = []", "--set"));
  EXPECT_TRUE(s.faults.empty());
  // It once did nothing at all: who asked whether a crawler's disk mattered heard that it did not.
  ASSERT_TRUE(change_scenario(s, "crawler = [{ count = 2 }, { addresses = [] }]", "--set"));
  EXPECT_EQ(s.crawler_count(), 3u);
  ASSERT_TRUE(change_scenario(s, "crawler = []", "--set"));
  EXPECT_EQ(s.parts(), usual_scenario().parts());
  const auto wrong = change_scenario(s, "nodes.cuont = 20", "--set");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error(), StartsWith("--set:1: unknown key"));
}

TEST(scenario_file, node_n_is_the_address_of_that_node) {
  const auto s = parse_scenario("format = 1\n[[fault]]\nname = \"x\"\ndoes = \"drop\"\nto = \"node "
                                "7\"\n[[crawler]]\ncount = 2",
                                "x.toml");
  ASSERT_TRUE(s) << s.error();
  const auto nodes = topology{completed_nodes(*s)};
  EXPECT_TRUE(s->faults[0].to.contains(nodes.nodes()[7].at));
  EXPECT_FALSE(s->faults[0].to.contains(nodes.nodes()[8].at));
}

TEST(scenario_file, every_key_has_its_line_in_the_readme) {
  const auto readme = text_of_source("sim/scenario/README.md");
  std::set<std::string> names;
  for (const auto& key : scenario_key_names()) {
    EXPECT_TRUE(names.insert(key).second) << key << " is there twice";
    EXPECT_THAT(readme, HasSubstr("`" + key + "`"));
  }
  EXPECT_GT(names.size(), 100u);
}

TEST(scenario_file, every_kind_outcome_and_stage_is_in_the_readme) {
  const auto readme = text_of_source("sim/scenario/README.md");
  const auto has_all = [&](auto name_of_nth, std::string_view quote) {
    std::size_t count = 0;
    for (std::uint8_t i = 0; name_of_nth(i) != "unknown"; ++i, ++count)
      EXPECT_THAT(readme, HasSubstr(fmt::format("{}{}{}", quote, name_of_nth(i), quote)));
    return count;
  };
  const auto kinds = [](std::uint8_t i) {
    return i < node_kind_count ? name_of(static_cast<node_kind>(i)) : std::string_view{"unknown"};
  };
  EXPECT_EQ(has_all(kinds, "`"), node_kind_count);
  EXPECT_GT(has_all([](auto i) { return net::name_of(static_cast<net::outcome>(i)); }, ""), 20u);
  EXPECT_EQ(has_all([](auto i) { return net::name_of(static_cast<net::stage>(i)); }, ""), 5u);
}

TEST(scenario_file, every_family_of_the_swarm_is_in_the_readme) {
  const auto readme = text_of_source("sim/scenario/README.md");
  for (const auto name : swarm_families())
    EXPECT_THAT(readme, HasSubstr(fmt::format("\n| `{}` | ", name)));
}

TEST(scenario_file, the_smallest_file_of_the_readme_works) {
  const auto readme = text_of_source("sim/scenario/README.md");
  const auto begin = readme.find("    format = 1\n");
  ASSERT_NE(begin, std::string::npos);
  const auto read = parse_scenario(readme.substr(begin, readme.find("\n\n", begin) - begin), "x");
  EXPECT_TRUE(read) << read.error();
}

} // namespace
} // namespace seedwalk::sim
