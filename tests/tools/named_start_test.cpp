#include <filesystem>

#include "tests/tools/crawl_fixture.hpp"

namespace seedwalk::tools {
namespace {

using nlohmann::json;

/// A zoo whose first node is where "localhost" leads.
class named_start : public crawl_fixture {
protected:
  void serve_localhost(std::uint32_t nodes) {
    sim::topology_options options;
    options.first = net::ipv4_endpoint(0x7f000001, 0);
    options.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::pruned, 1}};
    serve(nodes, options);
  }

  std::string name() const { return "LocalHost:" + std::to_string(zoo_port_); }

  words crawl_from(const words& more) const {
    words command = {"crawl",        "--network", "regtest", "--db",
                     folder_ / "db", "--once",    "--quiet", "--json"};
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }
};

TEST_F(named_start, leads_where_the_resolver_says_and_replays_without_it) {
  serve_localhost(12);
  const auto recording = folder_ / "named.rec";
  const auto crawled =
      run_seedwalk(crawl_from({"--allow-unroutable", "--connect", name(), "--record", recording}));
  ASSERT_EQ(crawled.code, 0) << crawled.err;
  const auto report = json::parse(crawled.out);
  EXPECT_GE(report["good"], 12);
  zoo_.reset();
  const auto replayed = run_seedwalk({"replay", recording, "--json"});
  ASSERT_EQ(replayed.code, 0) << replayed.out << replayed.err;
  EXPECT_EQ(json::parse(replayed.out)["hash"], report["hash"]);
  EXPECT_EQ(json::parse(replayed.out)["verified"], true);
}

TEST_F(named_start, of_a_fixed_crawl_is_all_that_is_dialled) {
  serve_localhost(12);
  const auto crawled =
      run_seedwalk(crawl_from({"--allow-unroutable", "--fixed", "--connect", name()}));
  ASSERT_EQ(crawled.code, 0) << crawled.err;
  const auto report = json::parse(crawled.out);
  EXPECT_EQ(report["good"], 1);
  EXPECT_LE(report["tried"].get<int>(), 2) << "::1 may be localhost, too";
}

TEST_F(named_start, that_leads_to_nobody_who_may_be_dialled_ends_a_crawl_by_name) {
  const auto crawled = run_seedwalk(crawl_from({"--connect", "localhost"}));
  EXPECT_EQ(crawled.code, 1);
  EXPECT_NE(crawled.err.find("seedwalk crawl: nobody was dialled: --connect leads nowhere: "
                             "localhost:18444"),
            std::string::npos)
      << crawled.err;
}

TEST_F(named_start, is_listed_by_a_dry_run_as_it_is_and_makes_no_database) {
  const auto listed = run_seedwalk({"crawl", "--network", "regtest", "--db", folder_ / "db",
                                    "--dry-run", "--allow-unroutable", "--connect",
                                    "Node.Example.org", "--connect", "127.0.0.1"});
  EXPECT_EQ(listed.code, 0);
  EXPECT_EQ(listed.out, "127.0.0.1:18444\nnode.example.org:18444\n");
  EXPECT_NE(listed.err.find("names are listed as they are"), std::string::npos) << listed.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "db"));
}

TEST_F(named_start, is_no_misspelt_address) {
  for (const auto* text : {"1.2.3.999", "foo bar", "[::1", "short.onion", "127.0.0.1:port"}) {
    const auto refused = run_seedwalk(crawl_from({"--connect", text}));
    EXPECT_EQ(refused.code, 2) << text;
    EXPECT_NE(refused.err.find(std::string{"--connect: \""} + text + "\" "), std::string::npos)
        << refused.err;
  }
}

TEST_F(named_start, is_printed_by_config_show_as_a_file_has_it) {
  const auto shown = run_seedwalk({"config", "show", "--network", "signet", "--connect",
                                   "Node.Example.org", "--connect", "1.2.3.4"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_NE(shown.out.find(R"(connect = ["1.2.3.4:38333", "node.example.org:38333"])"),
            std::string::npos)
      << shown.out;
}

} // namespace
} // namespace seedwalk::tools
