#include <functional>

#include <gtest/gtest.h>

#include "actors/config/crawl_config.hpp"

namespace seedwalk::actors {
namespace {

crawl_config working() {
  crawl_config config;
  config.network.name = "regtest";
  config.storage.path = "somewhere";
  return config;
}

TEST(crawl_config, the_defaults_lack_nothing_but_a_path_and_a_contact) {
  EXPECT_TRUE(validate(working()));
  auto main = working();
  main.network.name = "main";
  EXPECT_EQ(validate(main).error().option, "network.user_agent");
  main.network.user_agent = "/Seedwalk:0.1.0(+mailto:crawl@example.org)/";
  EXPECT_TRUE(validate(main));
}

TEST(crawl_config, only_what_stays_private_needs_no_contact) {
  auto config = working();
  config.network.name = "main";
  config.network.allow_unroutable = true;
  config.start.connect = {net::ipv4_endpoint(0x7f000001, 8333)};
  // A node on this machine may know the whole network.
  EXPECT_EQ(validate(config).error().option, "network.user_agent");
  config.start.fixed = true;
  EXPECT_TRUE(validate(config));
  config.start.connect.push_back(net::ipv4_endpoint(0x08080808, 8333));
  EXPECT_EQ(validate(config).error().option, "network.user_agent");
}

TEST(crawl_config, contacts_come_in_several_forms) {
  EXPECT_TRUE(has_contact("/x(https://example.org)/"));
  EXPECT_TRUE(has_contact("/x(me@example.org)/"));
  EXPECT_TRUE(has_contact("/x(+example.org)/"));
  EXPECT_FALSE(has_contact("/Satoshi:28.0.0/"));
}

TEST(crawl_config, a_name_is_somebody_to_start_at_and_may_lead_anywhere) {
  auto config = working();
  config.start.fixed = true;
  EXPECT_EQ(validate(config).error().option, "start.fixed");
  config.start.connect_names = {{"localhost", 8333}};
  EXPECT_TRUE(validate(config));
  config.network.name = "main";
  EXPECT_EQ(validate(config).error().option, "network.user_agent");
}

struct mistake {
  const char* option; ///< The one that is to be named.
  std::function<void(crawl_config&)> make;

  friend void PrintTo(const mistake& m, std::ostream* out) { *out << m.option; }
};

class crawl_config_mistake : public testing::TestWithParam<mistake> {};

TEST_P(crawl_config_mistake, is_refused_by_name) {
  auto config = working();
  GetParam().make(config);
  const auto valid = validate(config);
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().option, GetParam().option) << valid.error().message;
  EXPECT_EQ(valid.error().message.find('\n'), std::string::npos);
  EXPECT_FALSE(valid.error().message.empty());
}

using std::chrono::milliseconds;
using std::chrono::seconds;

INSTANTIATE_TEST_SUITE_P(
    options, crawl_config_mistake,
    testing::Values(
        mistake{"limits.max_connections", [](auto& c) { c.limits.max_connections = 0; }},
        mistake{"limits.max_outbound", [](auto& c) { c.limits.max_outbound = 0; }},
        mistake{"limits.dials_per_second", [](auto& c) { c.limits.dials_per_second = 0; }},
        mistake{"limits.group_connections", [](auto& c) { c.limits.group_connections = 0; }},
        mistake{"limits.live_percent", [](auto& c) { c.limits.rest_percent = 11; }},
        mistake{"limits.live_percent", [](auto& c) { c.limits.live_percent = UINT32_MAX; }},
        mistake{"run.hold", [](auto& c) { c.run.hold = 501; }},
        mistake{"network.name", [](auto& c) { c.network.name = "maim"; }},
        mistake{"network.signet_challenge", [](auto& c) { c.network.signet_challenge = {0x51}; }},
        mistake{"network.user_agent", [](auto& c) { c.network.user_agent = ""; }},
        mistake{"network.user_agent", [](auto& c) { c.network.user_agent = "Seedwalk"; }},
        mistake{"network.user_agent", [](auto& c) { c.network.user_agent = "/\x01/"; }},
        mistake{"network.user_agent",
                [](auto& c) { c.network.user_agent = "/" + std::string(255, 'x') + "/"; }},
        mistake{"start.fixed", [](auto& c) { c.start.fixed = true; }},
        mistake{"start.connect",
                [](auto& c) { c.start.connect = {net::ipv4_endpoint(0x7f000001, 8333)}; }},
        mistake{"start.connect",
                [](auto& c) { c.start.connect = {net::ipv4_endpoint(0x0a000001, 8333)}; }},
        mistake{"timers.tor.connect", [](auto& c) { c.timers.tor.connect = milliseconds{0}; }},
        mistake{"timers.clearnet.message_idle",
                [](auto& c) { c.timers.clearnet.message_idle = seconds{31}; }},
        mistake{"timers.i2p.quiet_addresses",
                [](auto& c) { c.timers.i2p.quiet_addresses = seconds{121}; }},
        mistake{"keep_alive.inactivity", [](auto& c) { c.keep_alive.inactivity = seconds{60}; }},
        mistake{"schedule.backoff", [](auto& c) { c.schedule.backoff[3] = seconds{1}; }},
        mistake{"schedule.full_retries", [](auto& c) { c.schedule.full_retries[0] = seconds{0}; }},
        mistake{"schedule.jitter_percent", [](auto& c) { c.schedule.jitter_percent = 51; }},
        mistake{"schedule.first_tries", [](auto& c) { c.schedule.first_tries = 0; }},
        mistake{"storage.path", [](auto& c) { c.storage.path = ""; }},
        mistake{"storage.history", [](auto& c) { c.storage.history = seconds{60}; }},
        mistake{"storage.max_known", [](auto& c) { c.storage.max_known = 0; }},
        mistake{"storage.batch_operations", [](auto& c) { c.storage.batch_operations = 0; }},
        mistake{"log.rotate_size", [](auto& c) { c.log.rotate_bytes = 1; }},
        mistake{"log.queue", [](auto& c) { c.log.queue_lines = 0; }}));

TEST(crawl_config, a_listener_may_do_without_dialling) {
  auto config = working();
  config.limits.max_outbound = 0;
  config.peers.listen = {net::ipv4_endpoint(0x7f000001, 18444)};
  EXPECT_TRUE(validate(config));
}

TEST(crawl_config, a_signet_challenge_makes_the_magic) {
  auto config = working();
  config.network.name = "signet";
  EXPECT_EQ(chain_of(config).magic, (net::magic_bytes{0x0a, 0x03, 0xcf, 0x40}));
  config.network.signet_challenge = {0x51};
  EXPECT_EQ(chain_of(config), net::custom_signet(config.network.signet_challenge));
  config.start.dns_seeds = {"seed.example.org"};
  EXPECT_EQ(chain_of(config).dns_seeds, config.start.dns_seeds);
}

} // namespace
} // namespace seedwalk::actors
