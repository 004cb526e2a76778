#include <map>

#include <gtest/gtest.h>

#include "actors/runtime/checkpoint.hpp"
#include "tests/actors/runtime/toy_actors.hpp"

namespace seedwalk::sim {
namespace {

using namespace toy;
using namespace std::chrono_literals;

// -- a busy program of plain CAF actors, with every habit that keeps dead actors alive
// --------------

struct parcel {
  std::shared_ptr<counted> inside;
  int hops = 0;
};

} // namespace
} // namespace seedwalk::sim

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(seedwalk::sim::parcel)

namespace seedwalk::sim {
namespace {

struct parcel_worker_state {
  counted mark;
  caf::actor manager;
  caf::actor next;
  std::vector<caf::response_promise> open;
  net::random_stream draws;
  static inline const char* name = "worker";
};

void pass_on(caf::stateful_actor<parcel_worker_state>* self, const parcel& p) {
  auto& s = self->state;
  const auto guard = std::make_shared<counted>();
  if (p.hops < 8 && s.next) {
    self->send(s.next, parcel{p.inside, p.hops + 1});
    self->send(s.manager, parcel{p.inside, p.hops + 1});
  }
  if (s.draws.chance(1, 4))
    self->request(s.manager, 10s, 7).then([self, guard](int) {}, [self](caf::error&) {});
  if (s.draws.chance(1, 9) && s.next)
    self->request(s.next, caf::infinite, 8).await([guard](int) {}, [](caf::error&) {});
  if (s.draws.chance(1, 5))
    self->delayed_send(s.manager, 5s, parcel{p.inside, 0});
  if (s.draws.chance(1, 7))
    self->send(self, std::string("skipped"));
}

caf::behavior worker(caf::stateful_actor<parcel_worker_state>* self, caf::actor manager,
                     caf::actor next, std::uint64_t seed) {
  auto& s = self->state;
  s.manager = manager;
  s.next = next;
  s.draws = net::random_stream(seed, "worker");
  self->set_default_handler(caf::skip);
  self->set_exit_handler([](caf::exit_msg&) {});
  self->set_down_handler([](caf::down_msg&) {});
  if (next) {
    self->monitor(next);
    self->link_to(next);
  }
  self->delayed_send(self, 30s, parcel{std::make_shared<counted>(), 1});
  const auto ourselves = caf::actor_cast<caf::actor>(self);
  return {[self, ourselves](parcel& p) { pass_on(self, p); },
          [self](int) -> caf::result<int> {
            self->state.open.push_back(self->make_response_promise());
            return caf::delegated<int>{};
          }};
}

struct manager_state {
  counted mark;
  std::map<int, caf::actor> workers;
  net::random_stream draws;
  static inline const char* name = "manager";
};

caf::behavior manager(caf::stateful_actor<manager_state>* self, std::uint64_t seed) {
  self->state.draws = net::random_stream(seed, "manager");
  self->set_down_handler([](caf::down_msg&) {});
  return {[self, seed](parcel& p) {
            auto& s = self->state;
            const auto count = static_cast<int>(s.workers.size());
            if (count == 60)
              return;
            const auto previous = count == 0 ? caf::actor{} : s.workers.at(count - 1);
            const auto fresh = self->spawn<caf::monitored>(
                worker, caf::actor_cast<caf::actor>(self), previous, seed + s.workers.size());
            s.workers.emplace(count, fresh);
            self->send(fresh, parcel{p.inside, 0});
            self->send(fresh, parcel{p.inside, 0});
          },
          [self](int x) -> caf::result<int> {
            if (self->state.draws.chance(1, 3))
              return x;
            auto promise = self->make_response_promise();
            return caf::delegated<int>{};
          }};
}

struct busy_world {
  explicit busy_world(std::uint64_t seed) : w(options(seed)) {
    w.introduce();
    const auto head = w.inside.system().spawn(manager, seed);
    for (int i = 0; i != 100; ++i)
      caf::anon_send(head, parcel{std::make_shared<counted>(), 0});
    held = head;
  }
  walkers w;
  caf::actor held;
};

TEST(world_kill, a_thousand_kills_of_a_busy_world_leave_nothing) {
  ASSERT_EQ(counted::alive, 0);
  net::random_stream draws(1, "kills");
  long most_alive = 0;
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    busy_world busy(seed);
    if (seed % 2 == 0)
      busy.held = nullptr;
    busy.w.advance(draws.below(800));
    most_alive = std::max(most_alive, counted::alive);
    // A handle may also outlive the kill, though not the actor system.
    busy.w.inside.kill();
    busy.held = nullptr;
    busy.w.inside.kill();
    ASSERT_EQ(counted::alive, 0) << "seed " << seed;
    ASSERT_EQ(busy.w.inside.actors(), 0u);
    ASSERT_TRUE(busy.w.world.idle());
    ASSERT_FALSE(busy.w.world.step());
  }
  EXPECT_GT(most_alive, 200);
}

TEST(world_kill, a_busy_world_runs_the_same_twice) {
  const auto run = [](std::uint64_t seed) {
    busy_world busy(seed);
    busy.w.advance(3'000);
    busy.held = nullptr;
    return busy.w.world.hash();
  };
  for (std::uint64_t seed = 1; seed != 6; ++seed)
    EXPECT_EQ(run(seed), run(seed));
}

TEST(world_kill, foreign_actors_that_come_and_go_are_not_kept) {
  sim::world world(options(1));
  process inside(world);
  for (int i = 0; i != 5'000; ++i) {
    auto one = inside.system().spawn(
        [](caf::event_based_actor*, const counted&) -> caf::behavior { return {[](int) {}}; },
        counted{});
    caf::anon_send(one, 1);
    one = nullptr;
    while (world.step()) {
    }
  }
  EXPECT_EQ(counted::alive, 0);
  EXPECT_LT(inside.known(), 1'100u);
}

// -- capture and restore --------------------------------------------------------------------------

std::uint64_t hash_of_run(int recreations, bool hidden_state) {
  walkers w(options(6));
  w.env.hidden_state = hidden_state;
  w.introduce();
  actor_kinds kinds;
  kinds.add<walker>(w.env);
  net::random_stream draws(2, "moments");
  for (int i = 0; i != 50; ++i) {
    w.advance(draws.below(200));
    // The moments are looked for in every run, and used in some.
    EXPECT_TRUE(w.drive.quiesce());
    if (i >= recreations)
      continue;
    EXPECT_EQ(recreate(w.inside, kinds), std::vector<std::string>{});
    EXPECT_EQ(w.inside.actors(), w.all.size());
  }
  return w.world.hash();
}

TEST(world_checkpoint, recreation_at_50_drawn_moments_does_not_change_the_chain) {
  EXPECT_EQ(hash_of_run(50, false), hash_of_run(0, false));
}

TEST(world_checkpoint, recreation_brings_hidden_state_to_light) {
  EXPECT_EQ(hash_of_run(0, true), hash_of_run(0, true));
  EXPECT_NE(hash_of_run(50, true), hash_of_run(0, true));
}

TEST(world_checkpoint, names_what_cannot_be_brought_back) {
  walkers w(options(6), 2);
  const actor_kinds nobody_knows;
  EXPECT_EQ(recreate(w.inside, nobody_knows), (std::vector<std::string>{"walker#0", "walker#1"}));
  EXPECT_EQ(w.inside.actors(), 0u);
}

TEST(world_checkpoint, a_state_of_another_kind_is_refused) {
  walkers w(options(6), 1);
  actor_kinds kinds;
  kinds.add<walker>(w.env);
  auto captured = w.inside.capture();
  ASSERT_EQ(captured.size(), 1u);
  captured[0].state.pop_back();
  w.inside.kill();
  w.inside.start();
  EXPECT_FALSE(kinds.restore(w.inside, captured[0]));
}

} // namespace
} // namespace seedwalk::sim
