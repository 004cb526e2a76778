// Actors of plain CAF have the name of the actor that spawned them, their kind, and their number
// among its actors of that kind.

#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "actors/runtime/no_state.hpp"
#include "tests/actors/runtime/toy_actors.hpp"

namespace seedwalk::sim {
namespace {

using namespace toy;

struct worker_state {
  static inline const char* name = "worker";
};

struct clerk_state {
  static inline const char* name = "clerk";
};

template <class State>
caf::behavior does_nothing(caf::stateful_actor<State>*, long*) {
  return {[](int) {}};
}

/// Hires plain actors, a worker for each token and a clerk for each third one, and gives each a
/// number.
class employer {
public:
  static constexpr std::string_view kind = "employer";
  static constexpr std::size_t mailbox_max = 0;
  struct environment {
    process& inside;
    long nothing = 0; ///< CAF binds a reference to nothing where an actor takes no arguments.
  };
  struct state {
    int hired = 0;
    SEEDWALK_INSPECT(state, hired)
  };
  employer(environment& env, net::actor_host&, state& s) : env_(env), state_(s) {}
  void start() {}
  caf::behavior make_behavior() {
    return {[this](const token&) {
      auto& system = env_.inside.system();
      const auto nth = ++state_.hired;
      caf::anon_send(system.spawn(does_nothing<worker_state>, &env_.nothing), nth);
      if (nth % 3 == 0)
        caf::anon_send(system.spawn(does_nothing<clerk_state>, &env_.nothing), nth);
    }};
  }
  void on_exception(std::string_view) {}

private:
  environment& env_;
  state& state_;
};

/// The numbers that were given to actors, by their names.
struct heard_by_name final : world_listener {
  void before_step(const step_view& step) override {
    if (const auto number = step.message_as<int>())
      numbers[std::string{step.actor}].push_back(*number);
  }
  std::map<std::string, std::vector<int>> numbers;
};

/// Employers in two processes, of whom one may be missing, hire in turn.
std::map<std::string, std::vector<int>> hired(std::uint64_t seed, const std::string& without) {
  sim::world world(options(seed));
  simulation drive(world);
  heard_by_name heard;
  world.listen(heard);
  process one(world, {"one", {}});
  process other(world, {"other", {}});
  employer::environment env{one};
  employer::environment other_env{other};
  std::vector<std::pair<process*, net::owner>> all;
  for (const auto in : {&one, &other})
    for (const std::string name : {"first", "second", "third"})
      if (in->prefix() + name != without)
        all.emplace_back(
            in, net::spawn<employer>(*in, in == &one ? env : other_env, in->prefix() + name));
  for (int i = 0; i != 6; ++i)
    for (const auto& [in, owner] : all)
      in->send(owner, token{});
  while (drive.advance()) {
  }
  world.ignore(heard);
  return heard.numbers;
}

TEST(plain_names, are_made_of_the_parents_name_and_count_its_own_children_of_that_kind) {
  std::map<std::string, std::vector<int>> expected;
  for (const std::string parent :
       {"one/first", "one/second", "one/third", "other/first", "other/second", "other/third"}) {
    for (int nth = 1; nth <= 6; ++nth)
      expected[fmt::format("{}/worker#{}", parent, nth)] = {nth};
    for (int nth = 1; nth <= 2; ++nth)
      expected[fmt::format("{}/clerk#{}", parent, nth)] = {3 * nth};
  }
  for (std::uint64_t seed = 1; seed != 21; ++seed) {
    EXPECT_EQ(hired(seed, ""), expected) << seed;
    for (const std::string without : {"one/first", "other/second"}) {
      auto others = expected;
      std::erase_if(others, [&](const auto& one) { return one.first.starts_with(without + "/"); });
      EXPECT_EQ(hired(seed, without), others) << seed;
    }
  }
}

} // namespace
} // namespace seedwalk::sim
