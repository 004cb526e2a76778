#include <gtest/gtest.h>

#include "actors/config/config_text.hpp"
#include "actors/config/crawl_recipe.hpp"
#include "actors/crawl/settings.hpp"

namespace seedwalk::actors {
namespace {

crawl_recipe running() {
  crawl_recipe recipe;
  recipe.config.network.name = "regtest";
  recipe.config.storage.path = "/db";
  recipe.config.limits.max_connections = 100;
  recipe.config.limits.max_outbound = 50;
  recipe.config.peers.exclude_file = "/etc/excluded";
  recipe.pinned = {"network.name", "peers.exclude_file", "limits.max_outbound"};
  return recipe;
}

TEST(crawl_recipe, a_reload_takes_what_the_file_says_below_what_flags_said) {
  const auto next = reconfigured(
      running(), "[limits]\nmax_connections = 80\nmax_outbound = 7\n[run]\nhold = 5\n", "f.toml");
  ASSERT_TRUE(next) << next.error();
  EXPECT_EQ(next->limits.max_connections, 80u);
  EXPECT_EQ(next->limits.max_outbound, 50u); // pinned
  EXPECT_EQ(next->run.hold, 5u);
  EXPECT_EQ(next->storage.path, "/db");
}

TEST(crawl_recipe, a_reload_is_refused_with_the_place_and_the_option) {
  const auto refused = [](const char* contents, const char* part) {
    const auto next = reconfigured(running(), contents, "f.toml");
    ASSERT_FALSE(next) << contents;
    EXPECT_NE(next.error().find(part), std::string::npos) << next.error();
    EXPECT_NE(next.error().find("f.toml"), std::string::npos) << next.error();
  };
  refused("[limits]\nmax_connections = 101\n", "limits.max_connections");
  refused("[limits]\nmax_connections = 0\n", "limits.max_connections");
  refused("[storage]\npath = \"/other\"\n", "storage.path");
  refused("[run]\nonce = true\n", "run.once");
  refused("[limits]\nmax_connections = \"many\"\n", "limits.max_connections");
  refused("no toml", "f.toml");
  refused("[limits]\nunheard_of = 1\n", "unheard_of");
  const char* begun = "[limits]\nmax_connections = 80\n";
  refused((begun + std::string{"[reconnects]\nfirst_delay = \"10m\"\n"}).c_str(),
          "reconnects.first");
  refused((begun + std::string{"[peers]\nban = [\"nobody\"]\n"}).c_str(), "peers.ban");
  // What a file does not say is the default, which here is more than the crawl was begun with.
  refused("[run]\nhold = 5\n", "limits.max_connections");
}

TEST(crawl_recipe, a_reload_that_spells_the_same_names_otherwise_changes_none) {
  auto recipe = running();
  recipe.config.network.allow_unroutable = true;
  recipe.pinned.insert("network.allow_unroutable");
  recipe.config.start.connect = {net::ipv4_endpoint(0x7f000001, 18444)};
  recipe.config.start.connect_names = {{"node.example.org", 18444}};
  const auto file = [](const std::string& hosts) {
    return "[limits]\nmax_connections = 80\n[start]\nconnect = [" + hosts + "]\n";
  };
  const auto same = reconfigured(recipe, file("\"Node.example.ORG\", \"127.0.0.1\""), "f.toml");
  ASSERT_TRUE(same) << same.error();
  EXPECT_EQ(same->start, recipe.config.start);
  for (const auto* other : {"\"127.0.0.1\"", "\"127.0.0.1\", \"node.example.org:1\""}) {
    const auto refused = reconfigured(recipe, file(other), "f.toml");
    ASSERT_FALSE(refused) << other;
    EXPECT_NE(refused.error().find("start.connect cannot change"), std::string::npos);
  }
}

TEST(settings, a_fixed_crawl_asks_for_whom_its_names_led_to) {
  const auto named = net::ipv4_endpoint(0x08080808, 8333);
  const auto other = net::ipv4_endpoint(0x08080809, 8333);
  crawl_config config;
  config.start.fixed = true;
  config.start.connect_names = {{"node.example.org", 8333}};
  EXPECT_FALSE((settings{config, 1, "test"}.asked_for(named)));
  const settings s{config, 1, "test", {}, {.routes = {}, .resolved = {named}, .tor_proxy = {}}};
  EXPECT_TRUE(s.asked_for(named));
  EXPECT_FALSE(s.asked_for(other));
}

TEST(settings, exclusions_of_a_file_hold_beside_those_of_the_configuration) {
  crawl_config config;
  config.peers.exclude = {*parse_address_rule("8.8.8.0/24")};
  config.peers.ban = {*parse_address_rule("8.8.6.6")};
  const settings s{config, 1, "test", *parse_address_rules("# who asked\n8.8.4.4:8333\n")};
  EXPECT_FALSE(s.may_dial(*net::parse_endpoint("8.8.8.8:8333")));
  EXPECT_FALSE(s.may_dial(*net::parse_endpoint("8.8.4.4:8333")));
  EXPECT_FALSE(s.may_dial(*net::parse_endpoint("8.8.6.6:8333")));
  EXPECT_FALSE(s.may_dial(*net::parse_endpoint("127.0.0.1:8333")));
  EXPECT_TRUE(s.may_dial(*net::parse_endpoint("8.8.4.4:8334")));
  // Whom we do not visit may visit us; whom we ban may not.
  EXPECT_TRUE(s.may_accept(*net::parse_endpoint("8.8.8.8:8333")));
  EXPECT_FALSE(s.may_accept(*net::parse_endpoint("8.8.6.6:1")));
}

TEST(settings, both_directions_share_the_connections_and_say_where_we_listen) {
  crawl_config config;
  EXPECT_EQ(settings(config, 1, "").inbound().slots, 0u);
  EXPECT_EQ(settings(config, 1, "").session.listen_port, 0u);
  config.peers.listen = {*net::parse_endpoint("0.0.0.0:8333"), *net::parse_endpoint("[::]:8334")};
  config.limits.max_connections = 120;
  config.limits.max_inbound = 100;
  const settings s{config, 1, ""};
  EXPECT_EQ(s.inbound().slots, 100u);
  EXPECT_EQ(s.dials().slots, 20u);
  EXPECT_EQ(s.session.listen_port, 8333u);
}

} // namespace
} // namespace seedwalk::actors
