#include "tests/conformance/storage_checks.hpp"

#include "net/base/random.hpp"
#include "tests/conformance/storage_bench.hpp"

namespace seedwalk::storage_conformance {

namespace {

using complaints = std::vector<std::string>;
using store::error_code;

constexpr std::size_t most = store::storage::max_in_flight;

/// Of batches and queries, owners among them whom nobody knows.
complaints each_call_completes_once_in_order(const storage_implementation& made) {
  storage_bench b(made);
  for (std::uint32_t i = 0; i != 60; ++i) {
    if (i % 3 == 2)
      b.look({i % 4});
    else
      b.write({{put(i % 8, i)}}, {i % 5});
    b.let_pass(i);
  }
  b.hear_all();
  b.write({});
  return b.complaints();
}

complaints queries_see_the_batches_before_them(const storage_implementation& made) {
  storage_bench b(made);
  for (std::uint32_t i = 0; i != 10; ++i) {
    b.look_now();
    b.write({{put(i, i)}});
    b.look(); // Before the batch is acknowledged.
    b.write({{put(i, i + 100), put(i + 20, i), lift(i / 2)}});
    b.hear_all();
  }
  b.look_now();
  return b.complaints();
}

complaints batches_are_whole_and_in_order(const storage_implementation& made) {
  storage_bench b(made);
  store::batch large;
  for (std::uint32_t i = 0; i != 500; ++i)
    large.operations.push_back(put(i, 1));
  b.write(std::move(large));
  b.look();
  b.write({{put(1, 2), lift(1), put(1, 3), lift(2), put(2, 4), lift(2)}});
  b.look();
  for (std::uint32_t i = 0; i != 20; ++i)
    b.write({{put(3, i), i % 2 == 0 ? put(4, i) : lift(4)}});
  b.look();
  for (std::uint32_t i = 20; i != 40; ++i) {
    b.write({{put(3, i), i % 2 == 0 ? put(4, i) : lift(4)}});
    b.look();
  }
  b.hear_all();
  return b.complaints();
}

complaints nothing_is_heard_before_the_disk_has_it(const storage_implementation& made) {
  storage_bench b(made);
  for (std::uint32_t i = 0; i != 3; ++i) {
    b.hold();
    const auto before = b.judge().heard();
    b.write({{put(i, 1)}});
    b.look();
    b.write({{put(i, 2)}});
    b.settle();
    b.require(b.judge().heard() == before, "something was heard of a disk that is held up");
    b.release();
    b.hear_all();
  }
  return b.complaints();
}

/// Made while the disk is held up: a batch, then some batches and more queries.
void fill(storage_bench& b, std::size_t calls) {
  b.write({{put(0, 1)}});
  b.settle(); // The batch is at the disk, and waits in no queue.
  for (std::size_t i = 1; i != calls; ++i)
    if (i % 16 == 0)
      b.write({{put(static_cast<std::uint32_t>(i), i)}});
    else
      b.look();
}

complaints more_than_it_takes_is_refused_and_not_stored(const storage_implementation& made) {
  storage_bench b(made);
  b.hold();
  fill(b, most);
  for (std::uint32_t i = 0; i != 4; ++i) {
    b.write({{put(5'000 + i, i)}});
    b.look();
  }
  b.hear(error_code::overloaded, 8); // While the disk is held up.
  b.release();
  b.hear_all();
  b.require(b.judge().heard_of(error_code::overloaded) == 8, "not eight of eight were refused");
  b.look_now();
  b.write({{put(1, 1)}});
  b.look_now();
  b.stop();
  b.reopen();
  b.look_now();
  return b.complaints();
}

complaints what_was_heard_of_makes_room(const storage_implementation& made) {
  storage_bench b(made);
  b.hold();
  fill(b, most);
  b.settle();
  b.release();
  b.hear(error_code::none, 1);
  b.write({{put(1, 1)}});
  b.hear_all();
  b.require(b.judge().heard_of(error_code::overloaded) == 0, "refused where there was room");
  return b.complaints();
}

/// Wherever the power fails: between calls, inside them, with the disk held up.
complaints what_is_acknowledged_survives_a_crash(const storage_implementation& made) {
  storage_bench b(made);
  for (std::uint32_t seed = 1; seed != 30; ++seed) {
    if (seed % 4 == 0)
      b.hold();
    for (std::uint32_t i = 0; i != 8; ++i)
      b.write({{put(i, seed), put(20 + seed, i), lift((seed + i) % 8)}});
    b.let_pass(seed * 7'919);
    b.crash(seed);
    b.reopen();
    b.look_now();
  }
  return b.complaints();
}

complaints a_stop_answers_every_call(const storage_implementation& made) {
  storage_bench b(made);
  for (std::uint32_t round = 0; round != 3; ++round) {
    for (std::uint32_t i = 0; i != 30; ++i) {
      b.write({{put(i, round)}}, {i % 3});
      if (i % 5 == 0)
        b.look();
    }
    b.stop();
    b.write({{put(1, 77)}});
    b.look();
    b.write({{put(2, 77)}}, {5});
    b.hear_all();
    b.require(b.judge().heard_of(error_code::stopped) >= 3, "taken after the stop");
    b.reopen();
    b.look_now();
  }
  // Nor is a refusal heard of once the power has failed.
  b.stop();
  b.write({{put(3, 77)}});
  b.crash(1);
  b.reopen();
  b.look_now();
  return b.complaints();
}

/// The disk fails, is mended, and what it refused is written again.
complaints failure(const storage_implementation& made, trouble kind) {
  storage_bench b(made);
  const auto look_at_it_again = [&b] {
    b.look_now();
    b.stop();
    b.reopen();
    b.look_now();
  };
  for (std::uint32_t round = 0; round != 3; ++round) {
    for (std::uint32_t i = 0; i != 5; ++i)
      b.write({{put(i, round), put(10 * round + i, 1)}});
    b.set_trouble(kind);
    const auto refused = b.write({{put(100, round), put(101, round), lift(round)}});
    b.look();
    b.write({{put(102, round), put(103, round)}});
    b.set_trouble(trouble::none);
    auto again = b.judge().given_back(refused);
    b.require(!again.operations.empty(), "the batch that failed did not come back");
    b.look_now();
    b.write({{put(105, round)}});
    b.hear_all();
    b.look_now();
    b.write(std::move(again));
    b.write({{put(104, round)}});
    look_at_it_again();
  }
  return b.complaints();
}

complaints a_full_disk_is_said_and_survived(const storage_implementation& made) {
  return failure(made, trouble::full);
}
complaints a_failing_disk_is_said_and_survived(const storage_implementation& made) {
  return failure(made, trouble::failing);
}
complaints a_failing_sync_is_said_and_survived(const storage_implementation& made) {
  return failure(made, trouble::unsynced);
}

/// A batch that failed may be there all the same, and is written again by those who made it.
complaints what_is_written_again_counts_once(const storage_implementation& made) {
  storage_bench b(made);
  std::uint64_t visits = 0;
  for (std::uint32_t round = 0; round != 4; ++round)
    for (const auto kind : {trouble::full, trouble::failing, trouble::unsynced}) {
      b.set_trouble(kind);
      const auto first = b.write({{visit(round), put(round, 1), visit(round + 1)}});
      const auto second = b.write({{visit(round + 2)}});
      // One that fails again on the way.
      b.hear_all();
      const auto again = b.write(b.judge().given_back(second));
      b.set_trouble(trouble::none);
      if (round % 2 == 1)
        b.write({{put(50 + round, 1)}}); // Somebody else's meanwhile, and with that it opens anew.
      b.write(b.judge().given_back(again));
      b.write(b.judge().given_back(first));
      visits += 3;
      b.require(b.visits_now() == visits, std::to_string(b.judge().visits_told()) +
                                              " visits are stored, not " + std::to_string(visits));
      b.look_now();
    }
  return b.complaints();
}

/// The disk fails, and is not mended before the door is stopped or the power fails.
complaints what_is_acknowledged_survives_a_failure(const storage_implementation& made) {
  storage_bench b(made);
  std::uint32_t round = 0;
  for (const auto kind : {trouble::full, trouble::failing, trouble::unsynced})
    for (const bool power_fails : {false, true}) {
      ++round;
      for (std::uint32_t i = 0; i != 5; ++i)
        b.write({{put(i, round), put(10 * round + i, round)}});
      b.set_trouble(kind);
      b.write({{put(100, round), put(101, round)}});
      b.hear_all();
      if (power_fails) {
        b.crash(round);
      } else {
        b.stop();
        b.set_trouble(trouble::none);
      }
      b.reopen();
      b.look_now();
    }
  return b.complaints();
}

complaints drawn_uses_find_nothing(const storage_implementation& made) {
  complaints all;
  for (std::uint64_t seed = 1; seed != 20 && all.empty(); ++seed) {
    net::random_stream draws(seed, "uses");
    std::vector<storage_command> steps(60);
    for (auto& step : steps)
      step = {static_cast<storage_command::kind>(draws.below(storage_command::kinds)),
              static_cast<std::uint32_t>(draws.next())};
    all = play(made, steps);
  }
  return all;
}

} // namespace

#define SEEDWALK_CHECK(name)                                                                       \
  storage_check {                                                                                  \
#name, name                                                                                    \
  }

const std::vector<storage_check>& storage_checks() {
  static const std::vector<storage_check> all = {
      SEEDWALK_CHECK(each_call_completes_once_in_order),
      SEEDWALK_CHECK(queries_see_the_batches_before_them),
      SEEDWALK_CHECK(batches_are_whole_and_in_order),
      SEEDWALK_CHECK(nothing_is_heard_before_the_disk_has_it),
      SEEDWALK_CHECK(more_than_it_takes_is_refused_and_not_stored),
      SEEDWALK_CHECK(what_was_heard_of_makes_room),
      SEEDWALK_CHECK(what_is_acknowledged_survives_a_crash),
      SEEDWALK_CHECK(a_stop_answers_every_call),
      SEEDWALK_CHECK(a_full_disk_is_said_and_survived),
      SEEDWALK_CHECK(a_failing_disk_is_said_and_survived),
      SEEDWALK_CHECK(a_failing_sync_is_said_and_survived),
      SEEDWALK_CHECK(what_is_written_again_counts_once),
      SEEDWALK_CHECK(what_is_acknowledged_survives_a_failure),
      SEEDWALK_CHECK(drawn_uses_find_nothing),
  };
  return all;
}

} // namespace seedwalk::storage_conformance
