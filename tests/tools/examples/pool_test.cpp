#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/base/archive.hpp"
#include "sim/program/drawn_world.hpp"
#include "tools/examples/pool.hpp"

namespace seedwalk::examples {
namespace {

job_outcome reverse(std::string_view text) {
  return {std::string{text.rbegin(), text.rend()}, std::chrono::milliseconds{text.size() % 3}};
}

struct tally {
  net::owner pool;
  std::uint64_t done = 0;
  std::uint64_t refused = 0;
  SEEDWALK_INSPECT(tally, pool, done, refused)
};

/// Asks for `settings::count` jobs at once, and ends the pool when it has heard of all.
struct asker : actor<tally> {
  static constexpr std::string_view kind = "asker";
  using actor_base::actor_base;

  void start() {
    for (std::uint64_t i = 0; i != env_.config.count; ++i)
      env_.send(state_.pool, job{host_.self(), i, "job " + std::to_string(i)});
  }
  caf::behavior make_behavior() {
    return {[this](const job_done& x) {
              if (x.result != reverse("job " + std::to_string(x.id)).result)
                throw std::runtime_error("another result");
              ++state_.done;
              end_if_all();
            },
            [this](const job_refused&) {
              ++state_.refused;
              end_if_all();
            }};
  }
  void end_if_all() {
    if (state_.done + state_.refused != env_.config.count)
      return;
    // As many as may wait were taken, at least.
    if (state_.done < std::min(env_.config.count, 4 * env_.config.limit))
      throw std::runtime_error("too few were taken");
    if (env_.config.count > 200 && state_.refused == 0)
      throw std::runtime_error("nothing was refused");
    env_.send(state_.pool, end_now{});
    host_.quit();
  }
};

TEST(pool, does_what_it_takes_and_refuses_what_is_too_much) {
  EXPECT_TRUE(rc::check([] {
    settings config;
    config.count = *rc::gen::inRange<std::uint32_t>(1, 400);
    config.limit = *rc::gen::inRange<std::uint32_t>(1, 8);
    sim::simulated_world world(sim::draw_world(*rc::gen::arbitrary<std::uint64_t>(), {}));
    world.add({.name = "a",
               .program = sim::program_with<settings>([](stage& on) {
                 const auto service = on.spawn<pool<reverse>>("pool");
                 return on.spawn<asker>("asker", {service});
               }),
               .configuration = net::to_archive(config)});
    RC_ASSERT(world.run(std::chrono::hours{1}));
    RC_ASSERT(world.violations().empty());
  }));
}

} // namespace
} // namespace seedwalk::examples
