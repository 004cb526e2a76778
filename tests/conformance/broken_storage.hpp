#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "tests/conformance/storage_under_test.hpp"

namespace seedwalk::storage_conformance {

/// What a storage door can do wrong. Each is planted in the simulated one.
enum class fault : std::uint8_t {
  none,
  does_not_sync,         ///< Its database is written without fsync.
  acknowledges_early,    ///< Says that a batch is written when it was asked for.
  swaps_completions,     ///< The third and the fourth.
  swaps_batches,         ///< Each third and the next, with completions in order.
  loses_a_batch,         ///< The third, and says that it is written.
  halves_a_batch,        ///< Each third, and says that it is written.
  acknowledges_twice,    ///< The second batch.
  answers_from_the_past, ///< As if what was written since the last query were not.
  answers_another_question,
  completes_within_the_call,
  forgets_overloaded, ///< Takes everything, however much there is.
  takes_one_too_many,
  takes_one_too_few,
  refuses_late, ///< Once what is under way has completed.
  refuses_within_the_call,
  stores_what_it_refused,  ///< Later, when there is room.
  keeps_what_it_refused,   ///< Does not give the batch back.
  drops_what_a_stop_finds, ///< It is written, and nobody hears of it.
  drops_what_follows_a_stop,
  forgets_at_a_stop,      ///< The last batch before it.
  stores_half_at_a_crash, ///< Of the first batch that was under way.
  speaks_of_the_dead,     ///< Of a call of before a crash, after it.
  calls_failures_written,
  forgets_attempts,             ///< By which a batch that is there is known when it comes again.
  stores_half_of_a_failure,     ///< Once the disk is sound again.
  stays_broken,                 ///< After the first error of the disk.
  delivers_to_the_owner_before, ///< To that of the completion before.
  leaves_out_a_number,
  counts_queries_apart,
};

/// A fault, and the check that is there to catch it; others may, too.
struct planted_fault {
  fault kind;
  std::string_view name;
  std::string_view caught_by;
};

/// All but `none`.
const std::vector<planted_fault>& planted_faults();

/// The simulated door with that fault.
storage_implementation broken(fault kind);

} // namespace seedwalk::storage_conformance
