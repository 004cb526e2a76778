#include <gtest/gtest.h>

#include "tests/tools/loopback_port.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/live_crawl.hpp"
#include "tools/zoo_server.hpp"

namespace seedwalk::tools {
namespace {

/// Nodes of which some answer and some do not, so that the number of good ones says something.
zoo_server_options mixed_zoo() {
  zoo_server_options o;
  o.nodes.nodes = 200;
  o.nodes.addresses_a_node = 100;
  o.nodes.shares = {{sim::node_kind::honest, 3}, {sim::node_kind::closes_at_accept, 1}};
  o.nodes.first.port = free_loopback_port();
  return o;
}

actors::crawl_summary crawled(const zoo_server& zoo, std::uint32_t threads) {
  const temporary_folder folder;
  live_crawl_options options;
  auto& config = options.recipe.config;
  config.network.name = "regtest";
  config.network.allow_unroutable = true;
  config.start.connect = {zoo.nodes().nodes()[0].at};
  config.run.once = true;
  config.run.threads = threads;
  config.storage.path = folder / "db";
  options.seed = 1;
  const auto result = run_live_crawl(options);
  if (!result) {
    ADD_FAILURE() << result.error().message;
    return {};
  }
  EXPECT_TRUE(result->violations.empty()) << result->violations.front();
  return result->summary;
}

TEST(threaded_crawl, finds_what_one_thread_finds) {
  zoo_server zoo(mixed_zoo());
  ASSERT_TRUE(zoo.listen());
  zoo.start();
  std::uint64_t truly_good = 0;
  for (const auto& node : zoo.nodes().nodes())
    truly_good += sim::truth_of(node.kind).good ? 1 : 0;
  ASSERT_GT(truly_good, 0u);
  ASSERT_LT(truly_good, 200u);
  for (const std::uint32_t threads : {0, 2}) {
    const auto summary = crawled(zoo, threads);
    EXPECT_EQ(summary.end, actors::crawl_end::finished) << threads << " threads";
    EXPECT_EQ(summary.counters.good, truly_good) << threads << " threads";
    EXPECT_EQ(summary.known, 200u) << threads << " threads";
  }
  zoo.stop();
  EXPECT_EQ(zoo.statistics().violations, 0u);
}

} // namespace
} // namespace seedwalk::tools
