#include <memory>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/runtime/actor_entry.hpp"
#include "actors/runtime/run_queue.hpp"
#include "net/base/random.hpp"

namespace seedwalk::sim {
namespace {

using entries = std::vector<std::unique_ptr<actor_entry>>;

entries make_entries(std::size_t count) {
  entries result;
  for (std::size_t i = 0; i != count; ++i) {
    result.push_back(std::make_unique<actor_entry>());
    result.back()->enrolled.name = "actor#" + std::to_string(i);
    result.back()->name_hash = net::keyed_hash(0, "actor", net::as_bytes(result.back()->name()));
  }
  return result;
}

TEST(run_queue, fifo_keeps_the_order_of_arrival) {
  auto actors = make_entries(100);
  run_queue queue(strategy::fifo, 1);
  for (auto& actor : actors)
    queue.push(actor.get());
  for (auto& actor : actors)
    EXPECT_EQ(queue.pop(), actor.get());
  EXPECT_EQ(queue.pop(), nullptr);
}

TEST(run_queue, uniform_lets_nobody_be_overtaken_by_more_than_the_window) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    auto actors = make_entries(400);
    run_queue queue(strategy::uniform, seed);
    std::vector<std::size_t> waiting; // by arrival; who was popped is taken out
    std::vector<std::uint64_t> overtaken(actors.size());
    net::random_stream draws(seed, "arrivals");
    std::size_t arrived = 0;
    while (arrived != actors.size() || !queue.empty()) {
      if (arrived != actors.size() && (queue.empty() || draws.chance(3, 5))) {
        waiting.push_back(arrived);
        queue.push(actors[arrived++].get());
        continue;
      }
      const auto next = queue.pop();
      const auto at = std::find_if(waiting.begin(), waiting.end(),
                                   [&](auto i) { return actors[i].get() == next; });
      RC_ASSERT(at != waiting.end());
      for (auto earlier = waiting.begin(); earlier != at; ++earlier)
        RC_ASSERT(++overtaken[*earlier] < run_queue::window);
      waiting.erase(at);
    }
    RC_ASSERT(waiting.empty());
  }));
}

/// The order of `others` in 50 rounds, in each of which `late` arrives last if it is there.
std::vector<std::size_t> order_of_others(bool with_late, std::uint64_t seed) {
  auto actors = make_entries(20);
  auto late = std::make_unique<actor_entry>();
  late->name_hash = 77;
  run_queue queue(strategy::uniform, seed);
  std::vector<std::size_t> order;
  for (int round = 0; round != 50; ++round) {
    for (auto& actor : actors)
      queue.push(actor.get());
    if (with_late)
      queue.push(late.get());
    while (const auto next = queue.pop())
      for (std::size_t i = 0; i != actors.size(); ++i)
        if (actors[i].get() == next)
          order.push_back(i);
  }
  return order;
}

TEST(run_queue, uniform_draws_for_each_actor_alone) {
  for (std::uint64_t seed = 1; seed != 20; ++seed)
    EXPECT_EQ(order_of_others(true, seed), order_of_others(false, seed));
}

TEST(run_queue, uniform_order_is_the_seeds) {
  EXPECT_NE(order_of_others(false, 1), order_of_others(false, 2));
}

TEST(run_queue, uniform_takes_each_activation_anew) {
  const auto order = order_of_others(false, 3);
  const std::vector<std::size_t> first(order.begin(), order.begin() + 20);
  const std::vector<std::size_t> second(order.begin() + 20, order.begin() + 40);
  EXPECT_NE(first, second);
}

TEST(run_queue, taking_one_systems_actors_leaves_the_others_in_order) {
  for (const auto how : {strategy::fifo, strategy::uniform}) {
    auto actors = make_entries(40);
    auto reference = make_entries(40);
    const auto unit = reinterpret_cast<caf::execution_unit*>(&actors);
    run_queue queue(how, 9);
    run_queue untouched(how, 9);
    for (std::size_t i = 0; i != actors.size(); ++i) {
      actors[i]->unit = i % 3 == 0 ? unit : nullptr;
      queue.push(actors[i].get());
      untouched.push(reference[i].get());
    }
    EXPECT_EQ(queue.take(unit).size(), 14u);
    while (const auto next = untouched.pop()) {
      std::size_t i = 0;
      while (reference[i].get() != next)
        ++i;
      if (i % 3 != 0) {
        EXPECT_EQ(queue.pop(), actors[i].get());
      }
    }
    EXPECT_TRUE(queue.empty());
  }
}

} // namespace
} // namespace seedwalk::sim
