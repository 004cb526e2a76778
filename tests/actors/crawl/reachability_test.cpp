#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/config/config_table.hpp"
#include "actors/config/crawl_config.hpp"
#include "actors/crawl/reachability.hpp"

namespace seedwalk::actors {
namespace {

using net::network_id;

const net::endpoint proxy = net::ipv4_endpoint(0x7f000001, 9050);

std::string dialled(const reach_options& asked, const net::routes_found& routes) {
  return reachability{asked, routes}.dialled_text();
}

TEST(reachability, what_has_a_route_is_dialled) {
  EXPECT_EQ(dialled({}, {.ipv4 = true}), "ipv4");
  EXPECT_EQ(dialled({}, {.ipv6 = true}), "ipv6");
  EXPECT_EQ(dialled({}, {.ipv4 = true, .ipv6 = true, .cjdns = true, .yggdrasil = true}),
            "ipv4, ipv6, cjdns, yggdrasil");
}

TEST(reachability, a_machine_without_any_route_is_cut_off_and_dials_as_if_it_were_not) {
  EXPECT_EQ(dialled({}, {}), "ipv4, ipv6");
}

TEST(reachability, onions_need_a_proxy_and_nothing_else) {
  EXPECT_EQ(reachability({}, {.ipv4 = true}).of(network_id::torv3), reach::needs_proxy);
  EXPECT_EQ(dialled({{}, proxy}, {.ipv4 = true}), "ipv4, torv3");
  EXPECT_EQ(dialled({{}, proxy}, {}), "ipv4, ipv6, torv3");
}

TEST(reachability, what_is_named_alone_is_dialled_and_needs_no_route) {
  const reachability r{{{network_id::cjdns, network_id::torv3}, proxy}, {.ipv4 = true}};
  EXPECT_EQ(r.dialled_text(), "torv3, cjdns");
  EXPECT_EQ(r.of(network_id::ipv4), reach::not_asked_for);
  EXPECT_FALSE(r.dialled()[static_cast<std::size_t>(network_id::ipv4)]);
  EXPECT_TRUE(r.dialled()[static_cast<std::size_t>(network_id::cjdns)]);
}

TEST(reachability, loopback_is_always_dialled) {
  const reachability r{{{network_id::torv3}, proxy}, {}};
  EXPECT_TRUE(r.dials(net::ipv4_endpoint(0x7f010203, 1)));
  EXPECT_TRUE(r.dials(*net::parse_endpoint("[::1]:1", 1)));
  EXPECT_FALSE(r.dials(net::ipv4_endpoint(0x01020304, 1)));
}

TEST(reachability, a_census_keeps_the_reasons) {
  using store::network_reach;
  const auto kept = [](const reach_options& asked, const net::routes_found& routes) {
    return reachability{asked, routes}.networks();
  };
  const auto bare = kept({}, {.ipv4 = true});
  EXPECT_THAT(bare, testing::ElementsAre(network_reach::unknown, network_reach::dialled,
                                         network_reach::no_route, network_reach::not_supported,
                                         network_reach::no_proxy, network_reach::not_supported,
                                         network_reach::no_route, network_reach::no_route));
  const auto asked = kept({{network_id::torv3}, proxy}, {.ipv4 = true});
  EXPECT_EQ(asked[1], network_reach::not_asked_for);
  EXPECT_EQ(asked[4], network_reach::dialled);
}

TEST(reachability, nobody_dials_what_we_cannot) {
  const reachability r{{{}, proxy}, {true, true, true, true}};
  EXPECT_EQ(r.of(network_id::i2p), reach::not_supported);
  EXPECT_EQ(r.of(network_id::torv2), reach::not_supported);
  EXPECT_EQ(r.of(static_cast<network_id>(99)), reach::not_supported);
  EXPECT_EQ(r.not_dialled_text(), "i2p (we cannot dial it)");
}

TEST(reachability, a_crawl_that_could_dial_nobody_is_told_which_networks_and_what_to_do) {
  using ::testing::HasSubstr;
  const reachability ipv4_only{{{}, {}}, {true, false, false, false}};
  std::array<std::uint64_t, 8> known{};
  known[static_cast<std::size_t>(network_id::torv3)] = 3;
  known[static_cast<std::size_t>(network_id::ipv6)] = 2;
  known[static_cast<std::size_t>(network_id::cjdns)] = 1;
  const auto text = ipv4_only.nobody_dialled_text(known);
  EXPECT_THAT(text, HasSubstr("none of the 6 known endpoints"));
  EXPECT_THAT(text,
              HasSubstr("2 ipv6 (this machine has no route there), 3 torv3 (no --tor-proxy is "
                        "given), 1 cjdns (this machine has no route there)"));
  EXPECT_THAT(text, HasSubstr("give --tor-proxy HOST:PORT"));
  EXPECT_EQ(text.find("--only-net", text.find("--only-net") + 1), std::string::npos)
      << "each advice once: " << text;
  const reachability onions{{{network_id::torv3}, proxy}, {true, true, true, true}};
  EXPECT_THAT(onions.nobody_dialled_text({0, 5}), HasSubstr("name them with --only-net"));
  EXPECT_THAT(ipv4_only.nobody_dialled_text({0, 0, 0, 0, 0, 4}),
              HasSubstr("give --connect HOST:PORT of another network"));
}

/// What is wrong with a configuration of these options; empty: nothing.
std::string problem(std::vector<std::string> only, const std::string& tor_proxy) {
  crawl_config c;
  c.network.name = "regtest";
  c.storage.path = "/db";
  if (const auto set = find_option("network.only")->set(c, only); !set)
    return set.error();
  if (const auto set = find_option("network.tor_proxy")->set(c, {tor_proxy}); !set)
    return set.error();
  const auto valid = validate(c);
  return valid ? std::string{} : valid.error().option + " " + valid.error().message;
}

TEST(reachability, options_that_cannot_be_met_are_refused) {
  EXPECT_EQ(problem({}, ""), "");
  EXPECT_EQ(problem({"ipv4", "onion"}, "127.0.0.1"), "");
  EXPECT_EQ(problem({"torv3"}, ""), "network.only names torv3, which needs network.tor_proxy");
  EXPECT_EQ(problem({"i2p"}, ""), "network.only names i2p, which cannot be dialled");
  EXPECT_NE(problem({"tor"}, "").find("must be one of"), std::string::npos);
  EXPECT_EQ(problem({"torv3"}, "tor:9050"), "");
  for (const auto* text : {"1.2.3.999", "socks5://127.0.0.1:9050", "/run/tor/socks", "[::1]:x"})
    EXPECT_NE(problem({}, text).find("is neither an IPv4 or IPv6 address nor"), std::string::npos)
        << text;
}

TEST(reachability, the_port_of_a_proxy_is_tors_unless_said) {
  crawl_config c;
  ASSERT_TRUE(find_option("network.tor_proxy")->set(c, {"127.0.0.1"}));
  EXPECT_EQ(c.network.reach.tor_proxy, proxy);
  EXPECT_EQ(find_option("network.tor_proxy")->get(c), option_texts{"127.0.0.1:9050"});
  ASSERT_TRUE(find_option("network.tor_proxy")->set(c, {"Tor"}));
  EXPECT_EQ(c.network.reach.tor_proxy, std::nullopt) << "the name takes the address's place";
  EXPECT_EQ(c.network.reach.tor_proxy_name, (net::named_host{"tor", 9050}));
  EXPECT_EQ(find_option("network.tor_proxy")->get(c), option_texts{"tor:9050"});
  ASSERT_TRUE(find_option("network.tor_proxy")->set(c, {""}));
  EXPECT_FALSE(c.network.reach.has_proxy());
}

TEST(reachability, a_proxy_whose_name_does_not_resolve_dials_no_onion_and_says_so) {
  reach_options asked;
  asked.tor_proxy_name = {"tor", 9050};
  const reachability unresolved{asked, {.ipv4 = true}};
  EXPECT_FALSE(unresolved.dialled()[static_cast<std::size_t>(network_id::torv3)]);
  EXPECT_EQ(unresolved.networks()[4], store::network_reach::no_proxy);
  EXPECT_THAT(
      unresolved.nobody_dialled_text({0, 0, 0, 0, 2}),
      testing::HasSubstr("2 torv3 (the name that --tor-proxy gives does not resolve); check "
                         "the resolver, or give the proxy's address"));
  asked.tor_proxy = proxy;
  EXPECT_EQ((reachability{asked, {.ipv4 = true}}.of(network_id::torv3)), reach::dialled);
}

} // namespace
} // namespace seedwalk::actors
