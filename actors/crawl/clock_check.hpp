#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"

namespace seedwalk::actors {

/// By how much the wall clock was set between two moments, beyond the time that passed; nothing for
/// less than `clock_step_min`: slewing and leap seconds are no steps.
inline constexpr std::chrono::seconds clock_step_min{2};
std::optional<std::chrono::seconds> clock_step_between(const net::instant& before,
                                                       const net::instant& after);

/// Notices when the wall clock is set, and says whether it can be believed.
///
/// A clock is believed when the median of what peers say in their versions is near it, as Bitcoin
/// Core judges its own (TimeOffsets in node/timeoffsets.cpp: the last 50 samples, 5 at least). Core
/// warns beyond 10 minutes; before 2024 it followed its peers within 70 minutes, and did not
/// beyond: so far a machine without NTP may be off, and days of history are not lost by an hour.
///
/// What destroys (dropping history, forgetting, ending bans) waits for a clock that is believed.
/// Dialling does not.
///
/// A value: moments come in, decisions go out. Threads: one at a time.
class clock_check {
public:
  static constexpr std::size_t samples_max = 50;
  static constexpr std::size_t samples_min = 5;
  static constexpr std::chrono::seconds believed_within = std::chrono::minutes{70};

  enum class verdict : std::uint8_t {
    unknown = 0, ///< Too few peers have been met since the clock was set, or since the beginning.
    believed,
    doubted, ///< It differs from the peers' by more than `believed_within`.
  };

  /// Looks at both clocks. By how much the wall clock was set since the last look: what was heard
  /// before is forgotten then.
  std::optional<std::chrono::seconds> look(const net::instant& now);

  /// A peer that we dialled said `peer_time` in its version. Any number of any peer may come.
  void heard(std::chrono::seconds peer_time, const net::instant& now);

  verdict judge() const;

  /// The peers' time minus ours: the median of the samples; 0 without any.
  std::chrono::seconds difference() const;

  /// A wall time that does not run ahead: the clock, but no later than the last time that was
  /// believed, or the first one, and what passed since. Bans end by it.
  std::chrono::seconds careful(const net::instant& now) const;

  friend bool operator==(const clock_check&, const clock_check&) = default;
  SEEDWALK_INSPECT(clock_check, last_, anchor_, samples_)

private:
  std::optional<net::instant> last_;
  std::optional<net::instant> anchor_; ///< `careful` goes on from here.
  std::deque<std::chrono::seconds> samples_;
};

} // namespace seedwalk::actors
