#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <caf/behavior.hpp>

#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/no_state.hpp"
#include "actors/runtime/process.hpp"
#include "actors/runtime/simulation.hpp"
#include "actors/runtime/timers.hpp"
#include "actors/runtime/world.hpp"

namespace seedwalk::bench {

/// What an actor of a kernel can be told. Each is a type of message of its own.
enum class word : std::uint8_t { go, again, ask, answer, add, take, give, done, stop };

/// The message for a word.
template <word Word>
struct said {
  net::owner from;
  int value = 0;
  SEEDWALK_INSPECT(said, from, value)
};

class stage;

/// What a kernel's actor can do in its turn.
class player {
public:
  player(stage& on, net::owner self) : stage_(on), self_(self) {}

  void say(net::owner to, word heard, int value = 0);
  void again(int value = 0) { say(self_, word::again, value); }
  /// Comes back as `word::done`, from nobody.
  void wait(std::chrono::microseconds delay);
  net::owner self() const { return self_; }

private:
  stage& stage_;
  net::owner self_;
};

/// One run of a kernel: a world of a few CAF actors, each a function of what it is told. Only the
/// schedule differs from run to run: a step costs 1 us, and nothing else is drawn.
///
/// Kernels are no programs of this project: their actors know more than one `inspect`able struct,
/// since nobody captures them.
class stage {
public:
  using part = std::function<void(player& self, word heard, int value, net::owner from)>;

  /// `behind` is unbounded and `ahead` 0, whatever `order` says: what is promised of strategies is
  /// promised for that.
  stage(std::uint64_t seed, sim::schedule_options order);

  /// The actor of that name; names are unique.
  net::owner actor(std::string name, part plays);

  /// Sent before anybody has a turn, in this order.
  void tell(net::owner to, word heard, int value = 0);
  /// The same, behind so many turns of a messenger of its own.
  void tell_later(int turns, net::owner to, word heard, int value = 0);
  /// To each of them, a turn of a messenger for each.
  void tell_in_turn(std::vector<net::owner> to, word heard);

  /// The planted bug has shown.
  void fail() { is_broken_ = true; }
  /// Asked when nothing will happen any more: false is the bug.
  void expect_at_end(std::function<bool()> holds) { holds_at_end_ = std::move(holds); }

  /// To the end, or until the bug has shown. True: it has.
  bool breaks();

  sim::world& world() { return world_; }

private:
  friend class player;
  struct actor_of_a_part;

  void deliver(net::owner from, net::owner to, word heard, int value);

  sim::world world_;
  sim::simulation simulation_;
  sim::process inside_;
  std::vector<part> parts_; ///< By the number of their actor.
  bool is_broken_ = false;
  std::function<bool()> holds_at_end_;
};

} // namespace seedwalk::bench
