#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/config/config_table.hpp"
#include "tests/actors/config/config_draw.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/config_layers.hpp"
#include "tools/config_print.hpp"

namespace seedwalk::tools {
namespace {

using actors::config_layer;
using actors::config_table;
using actors::drawn_texts;

const environment no_environment = [](const std::string&) { return std::nullopt; };

environment only(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto i = variables.find(name);
    return i == variables.end() ? std::nullopt : std::optional{i->second};
  };
}

/// Any number of options, each with texts that it accepts.
config_layer drawn_layer(const std::string& source) {
  config_layer layer;
  for (const auto& option : config_table())
    if (*rc::gen::inRange(0, 3) == 0)
      layer[std::string{option.path}] = {drawn_texts(option, *rc::gen::inRange(0u, 9'999u)),
                                         source};
  return layer;
}

TEST(config_layers, flags_win_over_variables_over_the_file_over_defaults) {
  EXPECT_TRUE(rc::check([] {
    const config_layers layers{drawn_layer("file"), drawn_layer("variable"), drawn_layer("flag")};
    const auto merged = merge_layers(layers, no_environment);
    RC_ASSERT(merged.has_value());
    actors::crawl_config expected;
    const auto table = config_table();
    for (std::size_t i = 0; i != table.size(); ++i) {
      const std::string path{table[i].path};
      auto source = value_source::built_in;
      for (const auto& [layer, its] : {std::pair{&layers.file, value_source::file},
                                       std::pair{&layers.variables, value_source::variable},
                                       std::pair{&layers.flags, value_source::flag}})
        if (const auto said = layer->find(path); said != layer->end()) {
          RC_ASSERT(table[i].set(expected, said->second.texts).has_value());
          source = its;
        }
      RC_ASSERT(merged->origins[i].source == source);
    }
    if (expected.storage.path.empty())
      expected.storage.path = default_database_path(no_environment, expected.network.name);
    RC_ASSERT(merged->config == expected);
  }));
}

TEST(config_layers, what_config_show_prints_is_a_file_that_says_the_same) {
  EXPECT_TRUE(rc::check([] {
    const config_layers layers{{}, drawn_layer("SEEDWALK_X"), drawn_layer("--x")};
    const auto merged = merge_layers(layers, no_environment);
    RC_ASSERT(merged.has_value());
    const auto file = actors::read_config_text(config_as_toml(*merged), "shown.toml");
    RC_ASSERT(file.has_value());
    const auto again = merge_layers({*file, {}, {}}, no_environment);
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->config == merged->config);
    const auto table = config_table();
    for (std::size_t i = 0; i != table.size(); ++i)
      RC_ASSERT(again->origins[i].source == value_source::file ||
                table[i].get(merged->config) == actors::option_texts{""});
  }));
}

TEST(config_layers, the_network_decides_the_port_wherever_it_is_said) {
  config_layers layers;
  layers.flags["start.connect"] = {{"127.0.0.1"}, "--connect"};
  layers.file["network.name"] = {{"signet"}, "file:1"};
  const auto merged = merge_layers(layers, no_environment);
  ASSERT_TRUE(merged) << merged.error();
  EXPECT_EQ(merged->config.start.connect.at(0).port, 38333);
}

TEST(config_layers, variables_split_lists_at_commas) {
  const auto layer = read_environment(only({{"SEEDWALK_CONNECT", "127.0.0.1:1,127.0.0.2:2"},
                                            {"SEEDWALK_ONCE", "true"},
                                            {"SEEDWALK_UNHEARD_OF", "1"}}));
  EXPECT_EQ(layer.size(), 2u);
  EXPECT_EQ(layer.at("start.connect").texts, (actors::option_texts{"127.0.0.1:1", "127.0.0.2:2"}));
  EXPECT_EQ(layer.at("start.connect").place, "SEEDWALK_CONNECT");
}

std::string problem_with(const config_layers& layers) {
  const auto merged = merge_layers(layers, no_environment);
  return merged ? problem_in(*merged) : merged.error();
}

TEST(config_layers, a_mistake_is_named_as_it_stands_where_it_stands) {
  const std::string range = ": must be from 1 to 1000000";
  const actors::option_texts zero{"0"};
  config_layers layers;
  layers.file["network.name"] = {{"regtest"}, "my.toml:1"};
  layers.file["limits.max_connections"] = {zero, "my.toml:12"};
  EXPECT_EQ(problem_with(layers), "my.toml:12: limits.max_connections = 0" + range);
  layers.variables["limits.max_connections"] = {zero, "SEEDWALK_MAX_CONNECTIONS"};
  EXPECT_EQ(problem_with(layers), "SEEDWALK_MAX_CONNECTIONS=0" + range);
  layers.flags["limits.max_connections"] = {zero, "--max-connections"};
  EXPECT_EQ(problem_with(layers), "--max-connections 0" + range);
  layers.flags["limits.max_connections"].texts = {"many"};
  EXPECT_TRUE(problem_with(layers).starts_with("--max-connections many: must be a whole number"));
}

TEST(config_layers, a_file_that_cannot_be_read_is_one_line) {
  const temporary_folder folder;
  EXPECT_EQ(read_config_file(folder / "none.toml").error(),
            (folder / "none.toml") +
                ": the configuration cannot be read: No such file or directory");
  EXPECT_EQ(read_config_file(folder.path()).error(),
            folder.path() + ": the configuration is a folder, not a file");
}

TEST(config_layers, the_database_is_where_data_of_programs_is) {
  EXPECT_EQ(default_database_path(only({{"HOME", "/home/x"}, {"XDG_DATA_HOME", "/data"}}), "main"),
            "/data/seedwalk/main");
  EXPECT_EQ(default_database_path(only({{"HOME", "/home/x"}}), "main"),
            "/home/x/.local/share/seedwalk/main");
  EXPECT_EQ(default_database_path(no_environment, "main"), "seedwalk-main");
}

} // namespace
} // namespace seedwalk::tools
