#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "actors/runtime/schedule.hpp"

namespace seedwalk::sim {

/// The decisions of a run against fifo, as a file: JSON lines. The first says what it is,
///
///     {"type":"choices","format":1,"again":"seedwalk sim run --seed 7","steps":3359}
///
/// and each other one is a departure, in the order in which they were made: an event that went
/// before the one whose turn it would have been. The names decide; the texts are for people.
///
///     {"taken":"5c1d...","before":"09fa...","after":12,"what":"...","instead_of":"..."}
struct choice_file {
  static constexpr std::uint64_t format = 1;
  /// Longer files are refused.
  static constexpr std::size_t bytes_max = std::size_t{512} << 20;

  std::string again;       ///< The command that made the run; empty if none did.
  std::uint64_t steps = 0; ///< Of that run.
  std::vector<departure> departures;

  /// After how many steps the last of them was made: where a run has all of them behind it.
  std::uint64_t last_step() const { return departures.empty() ? 0 : departures.back().after; }
};

/// The text of the departures that a schedule has kept.
std::string to_text(const choice_file& head, const schedule& events);

/// Reads it. The error is one line with the number of the line that is wrong.
tl::expected<choice_file, std::string> parse_choices(std::string_view text);

} // namespace seedwalk::sim
