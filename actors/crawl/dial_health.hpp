#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/crawl/local_failures.hpp"
#include "net/base/error.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "net/bitcoin/visit_summary.hpp"

namespace seedwalk::actors {

/// Whether dials get out of this machine: what it fails at, how far dialling is held back by that,
/// and whether all was in vain.
///
/// A value. Bounded as `local_failures` is. Threads: one at a time.
class dial_health {
public:
  /// A crawl that is to end by itself waits for so many pauses of the brake, 15 s in all, before it
  /// says that nobody can be dialled here.
  static constexpr std::uint32_t pauses_in_vain = 5;

  /// A failure by our own doing, of whatever kind. True: to be said at once.
  bool note_failure(net::error reason, net::steady_time now) { return failures_.note(reason, now); }

  /// A connection that we dialled ended, while `others` have a slot; one that was broken off says
  /// nothing.
  void dial_ended(const net::visit_summary& summary, std::uint32_t others, net::steady_time now);

  /// No dial has got out of this machine, for long enough to give up.
  bool is_hopeless() const { return !got_out_ && brake_.pauses_in_a_row() > pauses_in_vain; }

  /// Why a crawl that has nothing left to do has done nothing: all dials failed by our own doing.
  /// Empty: somebody was reached, or could have been.
  std::string why_in_vain() const;

  /// Dials that ended, those broken off not counted.
  std::uint64_t dials_ended() const { return dials_ended_; }

  /// See `local_failures` and `dial_brake`.
  std::vector<std::pair<net::error, std::uint64_t>> take_summary(net::steady_time now) {
    return failures_.take_summary(now);
  }
  std::uint32_t allowed(std::uint32_t slots, net::steady_time now) {
    return brake_.allowed(slots, now);
  }
  std::optional<net::steady_time> next_change(net::steady_time now) const {
    return brake_.next_change(now);
  }

  SEEDWALK_INSPECT(dial_health, failures_, brake_, dials_ended_, got_out_)

private:
  local_failures failures_;
  dial_brake brake_;
  std::uint64_t dials_ended_ = 0;
  bool got_out_ = false; ///< One dial at least.
};

/// Whether this machine, and nobody else, is what ended a connection.
bool is_our_failure(const net::visit_summary& summary);

} // namespace seedwalk::actors
