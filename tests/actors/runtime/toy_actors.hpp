#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <caf/all.hpp>

#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/process.hpp"
#include "actors/runtime/simulation.hpp"
#include "actors/runtime/timers.hpp"
#include "actors/runtime/world.hpp"
#include "net/base/random.hpp"

namespace seedwalk::sim::toy {

/// Counts what is alive, to show that nothing leaks.
struct counted {
  static inline long alive = 0;
  counted() { ++alive; }
  counted(const counted&) { ++alive; }
  counted& operator=(const counted&) = default;
  ~counted() { --alive; }
};

/// Passed from walker to walker until its hops are spent.
struct token {
  std::uint64_t value = 0;
  std::uint32_t hops = 0;
  SEEDWALK_INSPECT(token, value, hops)
};

/// Who else is there.
struct meet {
  std::vector<net::owner> others;
  net::owner watcher;
  SEEDWALK_INSPECT(meet, others, watcher)
};

/// What an observer is told.
struct seen {
  std::uint64_t value = 0;
  SEEDWALK_INSPECT(seen, value)
};

/// Where walkers live, and in which ways some of them misbehave.
struct environment {
  net::runtime& host;
  net::timers& time;
  bool hidden_state = false;         ///< They remember something outside of their state.
  std::uint64_t throw_at = 0;        ///< The walker throws when its sum has this remainder of 97.
  std::vector<std::string> failed{}; ///< Who had last words.
};

/// Wakes by a timer, sends a token to somebody it draws, and adds up what it gets.
class walker {
public:
  static constexpr std::string_view kind = "walker";
  static constexpr std::size_t mailbox_max = 0;
  using environment = toy::environment;

  struct state {
    net::random_stream draws;
    std::vector<net::owner> others;
    net::owner watcher;
    std::uint64_t sum = 0;
    std::optional<net::timer_id> waiting;
    SEEDWALK_INSPECT(state, draws, others, watcher, sum, waiting)
  };

  walker(environment& env, net::actor_host& host, state& s) : env_(env), host_(host), state_(s) {}

  void start() {
    state_.draws = net::random_stream(1, "walker", net::as_bytes(host_.stable_name()));
  }

  caf::behavior make_behavior() {
    return {[this](meet& m) {
              state_.others = std::move(m.others);
              state_.watcher = m.watcher;
              wait();
            },
            [this](token& t) { take(t); },
            [this](net::timer_fired& f) {
              if (state_.waiting != f.timer)
                return;
              pass({state_.draws.next(), 8});
              wait();
            }};
  }

  void on_exception(std::string_view text) {
    env_.failed.push_back(host_.stable_name() + ": " + std::string{text});
  }

private:
  void wait() {
    state_.waiting =
        env_.time.start(std::chrono::milliseconds{state_.draws.between(1, 2'000)}, host_.self());
  }

  void take(const token& t) {
    state_.sum = state_.sum * 31 + t.value;
    if (env_.throw_at != 0 && state_.sum % 97 == env_.throw_at)
      throw std::runtime_error("drawn to fail");
    if (env_.hidden_state)
      hidden_ = hidden_ * 31 + t.value;
    env_.host.send(state_.watcher, seen{state_.sum});
    if (state_.draws.chance(1, 16) && state_.waiting) {
      env_.time.cancel(*state_.waiting);
      wait();
    }
    if (t.hops > 0)
      pass({state_.sum ^ hidden_, t.hops - 1});
  }

  void pass(token t) {
    if (!state_.others.empty())
      env_.host.send(state_.others[(state_.draws.next() ^ t.value) % state_.others.size()], t);
  }

  environment& env_;
  net::actor_host& host_;
  state& state_;
  std::uint64_t hidden_ = 0;
  counted counted_;
};

/// A world of walkers, with what drives it.
struct walkers {
  explicit walkers(sim::world::options o, std::size_t count = 20) : world(o) {
    for (std::size_t i = 0; i != count; ++i)
      all.push_back(net::spawn<walker>(inside, env, "walker#" + std::to_string(i)));
  }

  /// Tells everybody of everybody: from then on they never rest.
  void introduce(net::owner watcher = net::nobody) {
    for (auto one : all)
      inside.send(one, meet{all, watcher});
  }

  void advance(std::uint64_t times) {
    while (times-- > 0)
      drive.advance();
  }

  sim::world world;
  simulation drive{world};
  process inside{world};
  environment env{inside, inside};
  std::vector<net::owner> all;
};

inline world::options options(std::uint64_t seed, sim::strategy strategy = strategy::uniform,
                              bool deep = false) {
  world::options o;
  o.seed = seed;
  o.schedule = strategy;
  o.deep = deep;
  return o;
}

} // namespace seedwalk::sim::toy
