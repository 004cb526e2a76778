#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <vector>

#include "net/base/random.hpp"

namespace caf {
class execution_unit;
}

namespace seedwalk::sim {

struct actor_entry;

/// How the next actor to run is chosen among those that have messages.
enum class strategy : std::uint8_t {
  fifo,    ///< In the order in which they became runnable: what production does.
  uniform, ///< By a priority drawn for each activation, with bounded ageing.
};

/// The actors that have something to do.
///
/// `uniform` gives an activation the rank arrival + hash(seed, actor's name, its nth activation)
/// mod `window`: a keyed draw, so that taking an actor out of the world leaves all other draws as
/// they were, and an order in which nobody is overtaken by more than `window` later arrivals, so
/// that nobody starves.
class run_queue {
public:
  static constexpr std::uint64_t window = 64;

  run_queue(strategy how, std::uint64_t seed) : how_(how), rank_(seed, "schedule") {}

  void push(actor_entry* actor);

  /// The next one; nullptr if there is none.
  actor_entry* pop();

  /// Takes out all actors that live in `unit`, in order, and leaves the others' order as it is.
  std::vector<actor_entry*> take(const caf::execution_unit* unit);

  bool empty() const { return how_ == strategy::fifo ? fifo_.empty() : ranked_.empty(); }

private:
  struct ranked {
    std::uint64_t rank;
    std::uint64_t arrival;
    actor_entry* actor;
    bool operator>(const ranked& other) const {
      return rank != other.rank ? rank > other.rank : arrival > other.arrival;
    }
  };

  strategy how_;
  net::keyed_hasher rank_;
  std::uint64_t arrivals_ = 0;
  std::deque<actor_entry*> fifo_;
  std::priority_queue<ranked, std::vector<ranked>, std::greater<>> ranked_;
};

} // namespace seedwalk::sim
