#include <set>

#include <gtest/gtest.h>

#include "actors/config/config_table.hpp"
#include "net/base/archive.hpp"
#include "tests/actors/config/config_draw.hpp"

namespace seedwalk::actors {
namespace {

TEST(config_table, names_are_unique_and_fit_their_place) {
  std::set<std::string_view> paths;
  std::set<std::string_view> flags;
  for (const auto& option : config_table()) {
    EXPECT_TRUE(paths.insert(option.path).second) << option.path;
    EXPECT_TRUE(flags.insert(option.flag).second) << option.flag;
    EXPECT_NE(option.path.find('.'), std::string_view::npos) << option.path;
    EXPECT_EQ(option.flag.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"),
              std::string_view::npos)
        << option.flag;
    EXPECT_FALSE(option.help.empty()) << option.path;
    EXPECT_FALSE(option.flag.starts_with("no-")) << "taken by the opposite of a flag";
  }
  EXPECT_EQ(config_table().front().path, "network.name");
}

TEST(config_table, reads_what_it_prints_for_the_defaults) {
  const crawl_config defaults;
  crawl_config read;
  read.limits.max_connections = 1;
  for (const auto& option : config_table()) {
    const auto done = option.set(read, option.get(defaults));
    ASSERT_TRUE(done) << option.path << ' ' << done.error();
  }
  EXPECT_EQ(read, defaults);
}

TEST(config_table, each_option_changes_one_thing_and_prints_it_back) {
  EXPECT_TRUE(rc::check([] {
    const auto table = config_table();
    const auto& option = table[*rc::gen::inRange<std::size_t>(0, table.size())];
    const auto salt = *rc::gen::inRange(0u, 100'000u);
    const crawl_config before;
    crawl_config after;
    RC_ASSERT(option.set(after, drawn_texts(option, salt)).has_value());
    for (const auto& other : table)
      if (other.path != option.path)
        RC_ASSERT(other.get(after) == other.get(before));
    crawl_config again;
    RC_ASSERT(option.set(again, option.get(after)).has_value());
    RC_ASSERT(again == after);
  }));
}

TEST(config_table, covers_every_member_of_the_configuration) {
  // A member that no option sets would survive a configuration in which every option was set.
  crawl_config from;
  crawl_config to;
  const auto table = config_table();
  for (unsigned i = 0; i != table.size(); ++i)
    ASSERT_TRUE(table[i].set(from, drawn_texts(table[i], 2 * i + 1)).has_value()) << table[i].path;
  for (const auto& option : table)
    ASSERT_TRUE(option.set(to, option.get(from)).has_value());
  EXPECT_EQ(net::to_archive(to), net::to_archive(from));
}

TEST(config_table, a_configuration_survives_its_archive) {
  EXPECT_TRUE(rc::check([] {
    crawl_config config;
    for (const auto& option : config_table())
      if (*rc::gen::arbitrary<bool>())
        RC_ASSERT(
            option.set(config, drawn_texts(option, *rc::gen::inRange(0u, 9'999u))).has_value());
    crawl_config read;
    RC_ASSERT(net::from_archive(net::to_archive(config), read));
    RC_ASSERT(read == config);
  }));
}

TEST(config_table, hosts_to_start_at_are_addresses_and_names_with_the_port_of_the_chain) {
  crawl_config config;
  config.network.name = "signet";
  const auto& connect = *find_option("start.connect");
  ASSERT_TRUE(connect.set(config, {"Node.Example.ORG", "localhost:1", "::1", "127.0.0.1:2"}));
  EXPECT_EQ(config.start.connect.size(), 2u);
  EXPECT_EQ(config.start.connect_names,
            (std::vector<net::named_host>{{"node.example.org", 38333}, {"localhost", 1}}));
  EXPECT_EQ(connect.get(config),
            (option_texts{"[::1]:38333", "127.0.0.1:2", "node.example.org:38333", "localhost:1"}));
}

TEST(config_table, environment_names_follow_flags) {
  EXPECT_EQ(environment_name(*find_option("limits.max_connections")), "SEEDWALK_MAX_CONNECTIONS");
  EXPECT_EQ(environment_name(*find_option("storage.path")), "SEEDWALK_DB");
  EXPECT_EQ(find_option("limits"), nullptr);
  EXPECT_EQ(find_option("limits.max_conections"), nullptr);
}

struct refusal {
  const char* path;
  option_texts texts;
  const char* message;
};

class config_refusal : public testing::TestWithParam<refusal> {};

TEST_P(config_refusal, says_what_is_wrong) {
  crawl_config config;
  const auto done = find_option(GetParam().path)->set(config, GetParam().texts);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().find(GetParam().message), std::string::npos) << done.error();
}

INSTANTIATE_TEST_SUITE_P(
    texts, config_refusal,
    testing::Values(refusal{"network.name", {"maim"}, "must be one of main, testnet3"},
                    refusal{"limits.max_connections", {"-1"}, "a whole number from 0"},
                    refusal{"limits.max_connections", {"4294967296"}, "from 0 to 4294967295"},
                    refusal{"limits.max_connections", {"12x"}, "a whole number"},
                    refusal{"limits.max_connections", {""}, "a whole number"},
                    refusal{"run.once", {"maybe"}, "true or false"},
                    refusal{"run.for", {"5"}, "a duration such as"},
                    refusal{"run.for", {"5 m"}, "a duration such as"},
                    refusal{"run.for", {"1500ms"}, "whole seconds"},
                    refusal{"run.for", {"11y"}, "a duration such as"},
                    refusal{"run.for", {"9999999999999d"}, "longer than ten years"},
                    refusal{"run.for", {"3000d3000d"}, "longer than ten years"},
                    refusal{"storage.cache", {"64MB"}, "a size in bytes"},
                    refusal{"storage.cache", {"99999999999G"}, "larger than a million G"},
                    refusal{"start.connect", {"127.0.0.1:1", "exa mple.org"}, "exa mple.org"},
                    refusal{"start.connect", {"1.2.3:8333"}, "no address"},
                    refusal{"start.connect", {"1.2.3.999"}, "nor a host name"},
                    refusal{"peers.listen", {"example.org:8333"}, "no address"},
                    refusal{"peers.ban", {"example.org"}, "must be an endpoint"},
                    refusal{"peers.exclude", {"10.0.0.1/8"}, "10.0.0.0/8 is probably meant"},
                    refusal{"peers.exclude", {"10.0.0.0/33"}, "prefix length"},
                    refusal{"peers.exclude", {"10.0.0.0:80/8"}, "both a port and a prefix"},
                    refusal{"schedule.backoff", {"1h"}, "6 durations, not 1"},
                    refusal{"log.level", {"loud"}, "one of trace|debug|info|warning|error"},
                    refusal{"network.signet_challenge", {"5"}, "even number"},
                    refusal{"network.signet_challenge", {"5g"}, "hexadecimal"}));

} // namespace
} // namespace seedwalk::actors
