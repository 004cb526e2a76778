#include <filesystem>

#include "store/database.hpp"
#include "tests/tools/crawl_fixture.hpp"

namespace seedwalk::tools {
namespace {

class crawl_restart : public crawl_fixture {
protected:
  void SetUp() override {
    serve(40, {.shares = {{sim::node_kind::honest, 3}, {sim::node_kind::silent, 1}}});
  }

  /// The arguments of a crawl that hangs on the silent nodes for as long as nobody stops it.
  words patient() const { return beside({"--clearnet-handshake-timeout", "10m", "--json"}); }

  std::vector<std::pair<std::uint32_t, store::census_record>> censuses() const {
    store::database db{folder_ / "db", {}};
    EXPECT_TRUE(db.open());
    const auto answer = db.answer(store::censuses_query{10});
    EXPECT_TRUE(answer);
    return std::get<store::censuses_answer>(*answer).censuses;
  }

  /// Visits that the database has; those of one census here.
  std::uint64_t visits() const {
    store::database db{folder_ / "db", {}};
    EXPECT_TRUE(db.open());
    const auto answer = db.answer(store::stats_query{});
    EXPECT_TRUE(answer);
    return std::get<store::stats_answer>(*answer).visits;
  }

  /// Entries of addr answers, as visits have them.
  std::uint64_t addresses() const {
    store::database db{folder_ / "db", {}};
    EXPECT_TRUE(db.open());
    const auto known = db.answer(store::list_query{}).value();
    std::uint64_t sum = 0;
    for (const auto& [peer, record] : std::get<store::list_answer>(known).peers) {
      const auto visited = db.answer(store::visits_query{peer}).value();
      for (const auto& visit : std::get<store::visits_answer>(visited).visits)
        for (const auto entries : visit.addresses.entries)
          sum += entries;
    }
    return sum;
  }

  void expect_one_census(store::census_state state, std::uint32_t restarts) const {
    const auto all = censuses();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].first, 1u);
    EXPECT_EQ(all[0].second.state, state);
    EXPECT_EQ(all[0].second.restarts, restarts);
  }
};

TEST_F(crawl_restart, a_crawl_that_was_stopped_goes_on_with_its_census) {
  running_program first{patient()};
  ASSERT_TRUE(first.await("visited"));
  first.signal(SIGINT);
  const auto stopped = first.finish();
  ASSERT_EQ(stopped.code, 0) << stopped.err;
  const auto half = nlohmann::json::parse(stopped.out);
  EXPECT_EQ(half["finished"], false);
  EXPECT_GT(half["outcomes"]["cancelled"], 0);
  expect_one_census(store::census_state::open, 0);
  expect_sound();

  const auto second = run_seedwalk(crawl({"--json"}));
  ASSERT_EQ(second.code, 0) << second.err;
  const auto whole = nlohmann::json::parse(second.out);
  EXPECT_EQ(whole["census"], 1);
  EXPECT_EQ(whole["resumed"], true);
  EXPECT_EQ(whole["finished"], true);
  EXPECT_EQ(whole["known"], 40);
  EXPECT_EQ(whole["good"].get<int>(), half["good"].get<int>() + 1)
      << "of the good ones only that which --connect names is visited again so soon";
  expect_one_census(store::census_state::finished, 1);

  const auto third = nlohmann::json::parse(run_seedwalk(crawl({"--json"})).out);
  EXPECT_EQ(third["census"], 2) << "a finished one is not gone on with";
}

TEST_F(crawl_restart, a_crawl_that_was_killed_goes_on_with_its_census) {
  for (const std::uint32_t restarts : {0u, 1u}) {
    running_program run{patient()};
    ASSERT_TRUE(run.await("visited"));
    run.signal(SIGKILL);
    EXPECT_EQ(run.finish().code, 128 + SIGKILL);
    expect_sound();
    expect_one_census(store::census_state::open, restarts);
    const auto counts = censuses().at(0).second.counts;
    EXPECT_EQ(counts.tried, visits());
    EXPECT_EQ(counts.addresses, addresses());
    EXPECT_GE(counts.peak_connections, 10u) << "the silent ones";
  }
  const auto before = censuses().at(0).second.counts;
  const auto last = run_seedwalk(crawl({"--json"}));
  ASSERT_EQ(last.code, 0) << last.err;
  const auto report = nlohmann::json::parse(last.out);
  EXPECT_EQ(report["known"], 40);
  EXPECT_EQ(report["tried"], visits());
  EXPECT_EQ(report["addresses"], addresses());
  EXPECT_GE(report["peak_connections"].get<std::uint64_t>(), before.peak_connections);
  const auto census = censuses().at(0).second;
  EXPECT_EQ(census.counts.tried, visits());
  EXPECT_EQ(census.counts.addresses, addresses());
  EXPECT_EQ(report["peak_connections"], census.counts.peak_connections);
  EXPECT_EQ(census.networks[1], store::network_reach::dialled);
  EXPECT_EQ(census.networks[4], store::network_reach::no_proxy);
  expect_one_census(store::census_state::finished, 2);
}

// A crawl went on when its terminal had gone, and nobody could see it.
TEST_F(crawl_restart, a_terminal_that_goes_ends_it_in_order) {
  running_program run{patient()};
  ASSERT_TRUE(run.await("visited"));
  run.signal(SIGHUP);
  run.signal(SIGHUP); // From the kernel and from the shell.
  const auto stopped = run.finish();
  ASSERT_EQ(stopped.code, 0) << stopped.err;
  EXPECT_EQ(nlohmann::json::parse(stopped.out)["finished"], false);
  expect_one_census(store::census_state::open, 0);
}

TEST_F(crawl_restart, signals_that_its_starter_ignores_do_not_end_it) {
  auto command = patient();
  command.insert(command.begin(), {"/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"});
  running_program run{command};
  ASSERT_TRUE(run.await("visited"));
  run.signal(SIGHUP);
  run.signal(SIGINT);
  run.signal(SIGINT);
  ASSERT_TRUE(run.await("visited")) << "it goes on";
  run.signal(SIGTERM);
  const auto stopped = run.finish();
  EXPECT_EQ(stopped.code, 0) << stopped.err;
}

TEST_F(crawl_restart, a_hangup_with_a_configuration_file_opens_the_log_anew) {
  const auto config = folder_.write("crawl.toml", "");
  auto command = patient();
  command.insert(command.end(), {"--config", config, "--log-file", folder_ / "log"});
  running_program run{command};
  ASSERT_TRUE(run.await("visited"));
  std::filesystem::rename(folder_ / "log", folder_ / "moved");
  run.signal(SIGHUP);
  ASSERT_TRUE(run.await("visited"));
  run.signal(SIGTERM);
  EXPECT_EQ(run.finish().code, 0);
  EXPECT_NE(text_of_file(folder_ / "log").find("configuration reloaded"), std::string::npos);
}

TEST_F(crawl_restart, a_second_signal_leaves_at_once) {
  running_program run{patient()};
  ASSERT_TRUE(run.await("visited"));
  // Both are there when it goes on, so that the first cannot end it in order before.
  run.signal(SIGSTOP);
  run.signal(SIGINT);
  run.signal(SIGTERM);
  run.signal(SIGCONT);
  EXPECT_EQ(run.finish().code, 130);
  expect_sound();
  expect_one_census(store::census_state::open, 0);
}

} // namespace
} // namespace seedwalk::tools
