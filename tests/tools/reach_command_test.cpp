#include <filesystem>

#include "tests/tools/crawl_fixture.hpp"

namespace seedwalk::tools {
namespace {

const std::string onion = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaam2dqd.onion:18444";

using reach_command = crawl_fixture;

TEST_F(reach_command, an_onion_without_a_proxy_is_named_counted_and_not_visited) {
  serve(4, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::refused, 0}}});
  const auto run = run_seedwalk(crawl({"--connect", onion, "--json"}));
  ASSERT_EQ(run.code, 0) << run.err;
  const auto report = nlohmann::json::parse(run.out);
  EXPECT_EQ(report["finished"], true);
  EXPECT_EQ(report["good"], 4);
  EXPECT_EQ(report["tried"], 4);
  EXPECT_EQ(report["known"], 5);
  EXPECT_EQ(report["not_dialled"], (nlohmann::json{{"torv3", 1}}));
  EXPECT_NE(run.err.find("an endpoint to start at is not dialled"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("no --tor-proxy is given"), std::string::npos) << run.err;

  const auto text = run_seedwalk(crawl({"--connect", onion}));
  EXPECT_NE((text.out + text.err).find("cannot be reached from here"), std::string::npos)
      << text.out << text.err;
  const auto stats = run_seedwalk({"db", "stats", "--json", "--db", folder_ / "db"});
  EXPECT_EQ(nlohmann::json::parse(stats.out)["not_dialled"], (nlohmann::json{{"torv3", 1}}));
  expect_sound();
}

/// The same database with a proxy: the onion is due, and a proxy that is away is a failure of ours.
TEST_F(reach_command, with_a_proxy_it_is_dialled_and_the_visit_says_how) {
  serve(4, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::refused, 0}}});
  ASSERT_EQ(run_seedwalk(crawl({"--connect", onion, "--quiet"})).code, 0);
  const auto away = "127.0.0.1:" + std::to_string(free_loopback_port());
  const auto run = run_seedwalk(crawl({"--tor-proxy", away, "--local-retry", "1h", "--json"}));
  const auto report = nlohmann::json::parse(run.out);
  EXPECT_EQ(report["not_dialled"], nlohmann::json::object());
  EXPECT_EQ(report["outcomes"]["local_failure"], 1);
  const auto got = run_seedwalk({"db", "get", "--json", "--db", folder_ / "db", onion});
  EXPECT_NE(got.out.find("\"via\":\"socks\""), std::string::npos) << got.out;
  EXPECT_NE(got.out.find("\"blame\":\"local\""), std::string::npos) << got.out;
}

/// It ended with 0, as if the network had been walked.
TEST_F(reach_command, a_crawl_that_could_dial_nobody_fails_and_says_what_to_do) {
  const words only_onion = {"crawl", "--network",    "regtest", "--allow-unroutable",
                            "--db",  folder_ / "db", "--once",  "--connect",
                            onion,   "--json"};
  for (int again = 0; again != 2; ++again) {
    const auto run = run_seedwalk(only_onion);
    EXPECT_EQ(run.code, 1) << run.out << run.err;
    EXPECT_NE(run.err.find("none of the 1 known endpoints is on a network that is dialled from "
                           "here: 1 torv3 (no --tor-proxy is given); give --tor-proxy HOST:PORT"),
              std::string::npos)
        << run.err;
    const auto report = nlohmann::json::parse(run.out);
    EXPECT_EQ(report["finished"], false);
    EXPECT_EQ(report["census"], 1) << "it stays open";
    EXPECT_EQ(report["not_dialled"], (nlohmann::json{{"torv3", 1}}));
  }
  expect_sound();
}

/// Nothing is due, because all were visited a moment ago: that is no failure.
TEST_F(reach_command, a_crawl_that_has_nobody_to_dial_just_now_is_done) {
  serve(4, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::refused, 0}}});
  ASSERT_EQ(run_seedwalk(crawl({"--connect", onion, "--quiet"})).code, 0);
  const auto run = run_seedwalk({"crawl", "--network", "regtest", "--allow-unroutable", "--db",
                                 folder_ / "db", "--once", "--json", "--no-dns"});
  const auto report = nlohmann::json::parse(run.out);
  EXPECT_EQ(report["tried"], 0);
  EXPECT_EQ(run.code, 0) << run.err;
}

/// What people with containers write: it was refused. The name is resolved, and the proxy that is
/// away at its address is a failure of ours.
TEST_F(reach_command, a_proxy_is_named_as_people_with_containers_do) {
  serve(4, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::refused, 0}}});
  ASSERT_EQ(run_seedwalk(crawl({"--connect", onion, "--quiet"})).code, 0);
  const auto away = "localhost:" + std::to_string(free_loopback_port());
  const auto run = run_seedwalk(crawl({"--tor-proxy", away, "--local-retry", "1h", "--json"}));
  const auto report = nlohmann::json::parse(run.out);
  EXPECT_EQ(report["not_dialled"], nlohmann::json::object()) << run.err;
  EXPECT_EQ(report["outcomes"]["local_failure"], 1) << run.err;
  const auto got = run_seedwalk({"db", "get", "--json", "--db", folder_ / "db", onion});
  EXPECT_NE(got.out.find("\"via\":\"socks\""), std::string::npos) << got.out;
}

TEST_F(reach_command, options_that_contradict_each_other_are_refused_in_one_line) {
  const auto run = run_seedwalk(crawl({"--only-net", "torv3"}));
  EXPECT_EQ(run.code, 2);
  EXPECT_NE(run.err.find("needs network.tor_proxy"), std::string::npos) << run.err;
  const auto unknown = run_seedwalk(crawl({"--only-net", "tor"}));
  EXPECT_EQ(unknown.code, 2);
}

} // namespace
} // namespace seedwalk::tools
