#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/base/archive.hpp"
#include "sim/program/live_host.hpp"
#include "tests/sim/record/scratch_file.hpp"
#include "tests/tools/loopback_port.hpp"
#include "tools/examples/client.hpp"
#include "tools/examples/trial.hpp"

namespace seedwalk::examples {
namespace {

using test::scratch_file;

class examples : public ::testing::TestWithParam<example> {};

std::string in_words(const trial_result& result) {
  std::string text;
  for (const auto& broken : result.broken)
    text += broken + "\n";
  return text;
}

/// Whether a recording replays equal, to its end.
bool replays(const std::string& path, const sim::program& program) {
  const auto again = sim::replay(path, program);
  return again && again->verified && again->complete;
}

TEST_P(examples, keeps_its_promises_in_drawn_worlds) {
  EXPECT_TRUE(rc::check([&] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto result = run_trial(GetParam(), {.seed = seed});
    if (!result.broken.empty())
      RC_FAIL(in_words(result));
  }));
}

TEST_P(examples, dials_again_a_server_that_says_nothing) {
  for (std::uint64_t seed = 1; seed != 21; ++seed) {
    sim::fault_rule silence;
    silence.name = "silence";
    silence.until = std::chrono::seconds{2};
    silence.action = sim::fault::silence{};
    trial_options options{.seed = seed};
    options.faults = {silence};
    EXPECT_EQ(in_words(run_trial(GetParam(), options)), "") << seed;
  }
}

TEST_P(examples, is_a_function_of_its_seed) {
  for (std::uint64_t seed = 1; seed != 11; ++seed) {
    const auto once = run_trial(GetParam(), {.seed = seed});
    const auto again = run_trial(GetParam(), {.seed = seed});
    EXPECT_EQ(once.hash, again.hash) << seed;
    EXPECT_EQ(once.steps, again.steps) << seed;
  }
}

TEST_P(examples, is_recorded_and_replays_equal) {
  const scratch_file server;
  const scratch_file clients;
  for (std::uint64_t seed = 1; seed != 11; ++seed) {
    const auto result = run_trial(
        GetParam(), {.seed = seed, .record_server = server.path, .record_clients = clients.path});
    EXPECT_EQ(in_words(result), "");
    EXPECT_TRUE(replays(server.path, GetParam().server)) << seed;
    EXPECT_TRUE(replays(clients.path, GetParam().clients)) << seed;
    EXPECT_FALSE(replays(clients.path, GetParam().server)) << seed;
  }
}

TEST_P(examples, has_a_bug_that_is_found_and_shrunk) {
  trial_options options{.bug = true};
  while (run_trial(GetParam(), options).broken.empty())
    ASSERT_LT(++options.seed, 1'000u);
  const auto found = shrink(GetParam(), options);
  ASSERT_FALSE(found.result.broken.empty());
  for (std::size_t i = 0; i != found.fewest.faults->size(); ++i) {
    auto fewer = found.fewest;
    fewer.faults->erase(fewer.faults->begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_TRUE(run_trial(GetParam(), fewer).broken.empty());
  }
  EXPECT_EQ(run_trial(GetParam(), found.fewest).hash, found.result.hash);
}

// Also where others fail, never read, or send garbage and half a request: nobody is harmed.
TEST_P(examples, needs_one_dial_where_no_network_fails) {
  const auto config = settings_of(GetParam(), false);
  const bool dials_for_each = GetParam().name == "fetch";
  for (std::uint64_t seed = 1; seed != 51; ++seed) {
    trial_options options{.seed = seed, .crashes = false};
    options.faults.emplace();
    const auto result = run_trial(GetParam(), options);
    EXPECT_EQ(in_words(result), "");
    EXPECT_EQ(result.reports.size(), GetParam().members(config));
    for (const auto& one : result.reports)
      EXPECT_EQ(one.dials, dials_for_each ? config.count : 1u) << seed;
  }
}

/// Server and clients of an example as one program on this machine's sockets.
struct both {
  const example& one;
  net::owner crew;

  sim::started_program operator()(const sim::ground& on) {
    auto server = one.server(on);
    auto clients = one.clients(on);
    crew = clients.root;
    return {server.root, std::make_shared<std::pair<std::shared_ptr<void>, std::shared_ptr<void>>>(
                             server.kept, clients.kept)};
  }
};

class report_count final : public sim::world_listener {
public:
  void before_step(const sim::step_view& step) override {
    if (const auto* heard = step.message_as<report>())
      digests.insert(heard->digest), dials += heard->dials, ++count;
  }
  std::set<std::uint64_t> digests;
  std::uint32_t dials = 0;
  std::uint32_t count = 0;
};

TEST_P(examples, serves_on_sockets_as_in_the_simulator) {
  const scratch_file file;
  auto config = GetParam().usual;
  config.server = net::ipv4_endpoint(0x7f000001, tools::free_loopback_port());
  both program{GetParam(), {}};
  sim::live_host host{{.program = std::ref(program), .configuration = net::to_archive(config)}};
  ASSERT_TRUE(host.record(file.path).has_value());
  report_count reports;
  host.inside().world().listen(reports);
  host.start();
  bool is_stopped = false;
  host.run([&] {
    if (!is_stopped && host.inside().name_of(program.crew).empty()) {
      is_stopped = true;
      host.stop();
    }
    return host.inside().actors() == 0;
  });
  host.inside().world().ignore(reports);
  EXPECT_EQ(reports.count, GetParam().members(config));
  EXPECT_TRUE(!GetParam().digests_agree || reports.digests.size() == 1);
  if (GetParam().name == "echo") {
    EXPECT_EQ(reports.dials, reports.count); // nobody lost a connection to those that disturb
  }
  EXPECT_THAT(host.inside().world().violations(), testing::IsEmpty());
  EXPECT_EQ(host.recording_failure(), "");
  EXPECT_TRUE(replays(file.path, std::ref(program)));
}

INSTANTIATE_TEST_SUITE_P(all, examples, ::testing::ValuesIn(all_examples()), [](const auto& one) {
  std::string name{one.param.name};
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

} // namespace
} // namespace seedwalk::examples
