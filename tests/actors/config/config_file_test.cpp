#include <gtest/gtest.h>

#include "actors/config/config_file.hpp"

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
  EXPECT_EQ(layer->at("limits.max_connections").place, "my.toml:2");
  EXPECT_EQ(layer->at("start.connect").texts, (option_texts{"127.0.0.1:1", "127.0.0.2:2"}));
  EXPECT_EQ(layer->at("start.connect").place, "my.toml:5");
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
            "my.toml:3: unknown key \"limits.max_conections\", did you mean "
            "\"limits.max_connections\"?; seedwalk config show lists all");
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

// toml++ makes a table of each part of a dotted key and frees tables by recursion: 400 KB of
// "[a.a.a ...]" ended the process that read them, a running crawl by `ctl reload` included.
TEST(config_file, what_is_nested_as_no_configuration_is_refused_before_it_is_parsed) {
  const auto repeated = [](std::string_view part, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i != times; ++i)
      text += part;
    return text;
  };
  constexpr std::size_t many = 200'000;
  for (const auto& text : {"[" + repeated("a.", many) + "a]", repeated("a.", many) + "a = 1",
                           repeated("\"a\".", many) + "a = 1", "x = " + repeated("[", many),
                           "x = " + repeated("{a=", many), "[[" + repeated("a . ", many) + "a]]"}) {
    const auto error = error_of("\n" + text);
    EXPECT_NE(error.find("my.toml:2: "), std::string::npos) << error.substr(0, 200);
    EXPECT_NE(error.find("deeper than 16 levels"), std::string::npos) << error.substr(0, 200);
  }
}

TEST(config_file, dots_and_brackets_in_texts_and_comments_are_no_nesting) {
  const std::string dots(100, '.');
  const std::string brackets(100, '[');
  for (const auto& text :
       {"peers.ban_user_agents = [\"" + dots + brackets + "\", '" + dots + brackets + "\"']",
        "# " + dots + brackets + "\npeers.ban_user_agents = []",
        "peers.ban_user_agents = [\"\"\"\n\\\"\"\"\\\"" + dots + brackets + "\"\"\"\"]"})
    EXPECT_EQ(error_of(text), "") << text;
}

TEST(config_file, a_byte_order_mark_and_crlf_change_nothing_and_a_zero_byte_is_refused) {
  EXPECT_EQ(error_of("\xef\xbb\xbf[limits]\r\nmax_connections = 7"), "");
  EXPECT_NE(error_of(std::string_view{"[limits]\n\0", 10}), "");
}

TEST(config_file, an_empty_text_names_nothing_and_is_refused) {
  EXPECT_NE(error_of("[storage]\npath = \"\"").find("my.toml:2: storage.path is empty"),
            std::string::npos);
  EXPECT_NE(error_of("peers.exclude_file = ''").find("is empty"), std::string::npos);
  EXPECT_NE(error_of("start.dns_seeds = ['']").find("empty item"), std::string::npos);
  EXPECT_EQ(error_of("start.dns_seeds = []"), "");
}

TEST(config_file, a_key_that_is_none_is_named_with_the_one_that_was_meant) {
  EXPECT_NE(error_of("limits.max_conections = 1").find("did you mean \"limits.max_connections\"?"),
            std::string::npos);
}

} // namespace
} // namespace seedwalk::actors
