#include <chrono>
#include <memory>
#include <unordered_set>

#include <gtest/gtest.h>
#include <unistd.h>

#include "actors/crawl/watched_storage.hpp"
#include "sim/record/determinism_check.hpp"
#include "tests/actors/runtime/toy_actors.hpp"

namespace seedwalk::sim {
namespace {

using namespace toy;

/// A database that forgets everything: what matters here is what is written.
class void_storage final : public store::storage {
public:
  store::request_id write(store::batch, net::owner) override { return {++last_}; }
  store::request_id query(store::query, net::owner) override { return {++last_}; }

private:
  std::uint64_t last_ = 0;
};

enum class bug {
  none,
  pointer_order,
  wall_clock_in_batch,
  uninitialised_byte,
  left_behind,    ///< What a run leaves in its process reaches the next one.
  ends_elsewhere, ///< The second run of seed 2 ends its process.
};

/// What has a byte that nobody sets.
struct forgetful {
  std::uint8_t set;
  std::uint8_t forgotten;
};

/// Takes tokens and does with them what the bug says.
class suspect {
public:
  static constexpr std::string_view kind = "suspect";
  static constexpr std::size_t mailbox_max = 0;
  struct environment {
    net::runtime& host;
    store::storage& storage;
    bug planted;
    std::vector<net::owner> others{};
  };
  struct state {
    std::uint64_t taken = 0;
    SEEDWALK_INSPECT(state, taken)
  };

  suspect(environment& env, net::actor_host& host, state& s) : env_(env), host_(host), state_(s) {}

  void start() {
    if (env_.planted != bug::pointer_order)
      return;
    for (std::uint64_t i = 0; i != 50; ++i) {
      owned_.push_back(std::make_unique<std::uint64_t>(i));
      by_address_.insert(owned_.back().get());
    }
  }

  caf::behavior make_behavior() {
    return {[this](const token& t) { take(t); }};
  }

  void on_exception(std::string_view) {}

private:
  void take(const token& t) {
    ++state_.taken;
    if (t.hops == 0)
      return;
    // Every bug shows late: the check must find the step.
    const bool now = state_.taken == 40;
    if (now && env_.planted == bug::pointer_order)
      for (const auto* number : by_address_)
        env_.host.send(env_.others[*number % env_.others.size()], token{*number, 0});
    if (now && env_.planted == bug::wall_clock_in_batch) {
      store::tidy housekeeping;
      housekeeping.now = store::timestamp{static_cast<std::uint32_t>(
          std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()))};
      env_.storage.write(store::batch{{housekeeping}}, host_.self());
    }
    token next{t.value * 31 + 1, t.hops - 1};
    if (now && env_.planted == bug::left_behind) {
      static std::uint64_t left_behind = 0;
      next.value = ++left_behind;
    }
    if (now && env_.planted == bug::uninitialised_byte) {
      const std::unique_ptr<forgetful> block(new forgetful);
      block->set = 1;
      next.value = *const_cast<volatile std::uint8_t*>(&block->forgotten);
    }
    env_.host.send(env_.others[next.value % 2 == 0 ? 0 : next.hops % env_.others.size()], next);
  }

  environment& env_;
  net::actor_host& host_;
  state& state_;
  std::vector<std::unique_ptr<std::uint64_t>> owned_;
  std::unordered_set<const std::uint64_t*> by_address_;
};

checked_run run_with(bug planted) {
  return [planted](std::uint64_t seed, run_watch& watch) {
    if (planted == bug::ends_elsewhere && seed == 2 && is_check_child())
      ::_exit(1);
    // In a drawn order it does not matter in which order a step sends: names decide. By fifo it
    // does.
    const auto strategy = planted == bug::pointer_order ? strategy::fifo : strategy::uniform;
    const bool deep = planted == bug::uninitialised_byte || planted == bug::left_behind;
    sim::world world(options(seed, strategy, deep));
    world.listen(watch);
    simulation drive(world);
    process inside(world);
    void_storage nowhere;
    watched_storage storage(inside, nowhere);
    suspect::environment env{inside, storage, planted};
    for (int i = 0; i != 10; ++i)
      env.others.push_back(net::spawn<suspect>(inside, env, "suspect#" + std::to_string(i)));
    inside.send(env.others[0], token{seed, 1'000});
    while (drive.advance()) {
    }
    watch.finish(world);
  };
}

check_options child_of(const std::string& test) {
  check_options o;
  o.child = {"/proc/self/exe", "--gtest_filter=" + test};
  o.checkpoint_every = 64;
  return o;
}

/// Both sides of a test: the parent gets what the check says, the child answers and leaves.
tl::expected<check_report, std::string> check_of(bug planted, const std::string& test,
                                                 std::vector<std::uint64_t> seeds) {
  if (is_check_child())
    ::_exit(answer_check(run_with(planted)) ? 0 : 1);
  return check(seeds, run_with(planted), child_of(test));
}

void expect_caught(const tl::expected<check_report, std::string>& report) {
  ASSERT_TRUE(report) << report.error();
  ASSERT_FALSE(report->differences.empty());
  const auto& d = report->differences.front();
  EXPECT_GT(d.first_step, 40u) << to_string(d);
  EXPECT_FALSE(d.first_run.empty());
  EXPECT_NE(d.first_run, d.second_run);
  EXPECT_NE(to_string(d).find("suspect#"), std::string::npos);
}

TEST(determinism_check, equal_runs_are_equal) {
  const auto report =
      check_of(bug::none, "determinism_check.equal_runs_are_equal", {1, 2, 3, 4, 5});
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(report->seeds, 5u);
  EXPECT_TRUE(report->differences.empty());
  auto hashes = report->hashes;
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

TEST(determinism_check, catches_a_pointer_keyed_iteration) {
  expect_caught(check_of(bug::pointer_order, "determinism_check.catches_a_pointer_keyed_iteration",
                         {1, 2, 3}));
}

TEST(determinism_check, catches_a_wall_clock_that_only_reaches_the_database) {
  expect_caught(check_of(bug::wall_clock_in_batch,
                         "determinism_check.catches_a_wall_clock_that_only_reaches_the_database",
                         {1}));
}

TEST(determinism_check, catches_an_uninitialised_byte_in_a_message) {
  expect_caught(check_of(bug::uninitialised_byte,
                         "determinism_check.catches_an_uninitialised_byte_in_a_message", {1}));
}

TEST(determinism_check, catches_what_a_run_leaves_behind_for_the_next) {
  expect_caught(check_of(bug::left_behind,
                         "determinism_check.catches_what_a_run_leaves_behind_for_the_next",
                         {1, 2, 3}));
}

TEST(determinism_check, names_the_seed_whose_second_run_ends_its_process) {
  const auto report =
      check_of(bug::ends_elsewhere,
               "determinism_check.names_the_seed_whose_second_run_ends_its_process", {1, 2, 3});
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().find("seed 2 gave no answer"), std::string::npos) << report.error();
}

TEST(determinism_check, runs_more_seeds_than_a_process_takes) {
  const std::string name = "determinism_check.runs_more_seeds_than_a_process_takes";
  if (is_check_child())
    ::_exit(answer_check(run_with(bug::none)) ? 0 : 1);
  auto options = child_of(name);
  options.seeds_a_process = 2;
  const auto report = check({1, 2, 3, 4, 5}, run_with(bug::none), options);
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(report->seeds, 5u);
  EXPECT_TRUE(report->differences.empty());
}

TEST(determinism_check, says_when_the_second_run_gives_no_answer) {
  auto options = child_of("none");
  options.child = {"/bin/false"};
  const auto silent = check({1}, run_with(bug::none), options);
  ASSERT_FALSE(silent);
  EXPECT_NE(silent.error().find("gave no answer"), std::string::npos);
  options.child = {"/nowhere/to/be/found"};
  const auto missing = check({1}, run_with(bug::none), options);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().find("cannot start"), std::string::npos);
}

} // namespace
} // namespace seedwalk::sim
