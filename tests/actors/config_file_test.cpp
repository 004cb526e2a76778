#include <gtest/gtest.h>

#include "actors/config_file.hpp"

namespace seedwalk::actors {
namespace {

std::string error_of(std::string_view text) {
  const auto layer = read_config_text(text, "my.toml");
  return layer ? "" : layer.error();
}

TEST(config_file, says_for_each_value_where_it_stands) {
  const auto layer = read_config_text("[limits]\nmax_connections = 7\n\n[start]\n"
                                      "connect = [\"127.0.0.1:1\",\n \"127.0.0.2:2\"]\n",
                                      "my.toml");
  ASSERT_TRUE(layer) << layer.error();
  EXPECT_EQ(layer->size(), 2u);
  EXPECT_EQ(layer->at("limits.max_connections").texts, option_texts{"7"});
  EXPECT_EQ(layer->at("limits.max_connections").where, "my.toml:2");
  EXPECT_EQ(layer->at("start.connect").texts, (option_texts{"127.0.0.1:1", "127.0.0.2:2"}));
  EXPECT_EQ(layer->at("start.connect").where, "my.toml:5");
}

TEST(config_file, reads_tables_in_tables_however_they_are_written) {
  for (const auto* text : {"[timers.tor]\nconnect = \"61s\"", "timers.tor.connect = \"61s\"",
                           "timers = { tor = { connect = \"61s\" } }"}) {
    const auto layer = read_config_text(text, "my.toml");
    ASSERT_TRUE(layer) << layer.error();
    EXPECT_EQ(layer->at("timers.tor.connect").texts, option_texts{"61s"});
  }
}

TEST(config_file, an_unknown_key_is_refused_with_its_line) {
  EXPECT_EQ(error_of("[limits]\n\nmax_conections = 7"),
            "my.toml:3: unknown key \"limits.max_conections\"; seedwalk config show lists all");
  EXPECT_TRUE(error_of("[limit]\nmax_connections = 7").starts_with("my.toml:1: unknown key"));
  EXPECT_TRUE(error_of("max_connections = 7").starts_with("my.toml:1: unknown key"));
}

TEST(config_file, a_value_of_another_type_is_refused_with_its_line) {
  EXPECT_EQ(error_of("limits.max_connections = \"7\""),
            "my.toml:1: limits.max_connections must be a whole number");
  EXPECT_EQ(error_of("limits.max_connections = 7.0"),
            "my.toml:1: limits.max_connections must be a whole number");
  EXPECT_EQ(error_of("run.once = 1"), "my.toml:1: run.once must be true or false");
  EXPECT_EQ(error_of("run.for = 5"), "my.toml:1: run.for must be a text in quotes");
  EXPECT_EQ(error_of("start.connect = \"127.0.0.1:1\""),
            "my.toml:1: start.connect must be an array of texts in quotes");
  EXPECT_EQ(error_of("start.connect = [1]"),
            "my.toml:1: start.connect must be an array of texts in quotes");
  EXPECT_EQ(error_of("limits = 7"), "my.toml:1: limits must be a table: [limits]");
}

TEST(config_file, broken_toml_is_one_line_with_its_number) {
  const auto error = error_of("[limits]\nmax_connections = = 7\n");
  EXPECT_TRUE(error.starts_with("my.toml:2: ")) << error;
  EXPECT_EQ(error.find('\n'), std::string::npos);
}

} // namespace
} // namespace seedwalk::actors
