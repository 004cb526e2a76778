#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"

namespace seedwalk::net {

/// The ping that is out, if any, and how long the fastest took. One ping is out at a time.
class keep_alive {
public:
  /// A ping with `nonce` was written. Precondition: none is out.
  void sent(std::uint64_t nonce, steady_time now);

  /// True if this pong answers the ping that is out, which then is out no more. Any other pong is
  /// to be ignored, as Core does.
  bool answered(std::uint64_t nonce, steady_time now);

  /// When the ping that is out was sent; nothing if none is.
  std::optional<steady_time> waiting_since() const { return waiting_since_; }

  /// How long the last ping took; nothing if none was measured, or not that one.
  std::optional<std::chrono::nanoseconds> latest() const { return latest_; }

  /// The shortest that any took.
  std::optional<std::chrono::nanoseconds> shortest() const { return shortest_; }

  /// How many were sent.
  std::uint32_t count() const { return count_; }

  /// We did not listen for `pause`, up to `now`. The pong may have waited for us: so we wait longer
  /// for it, and do not take it for a measurement.
  void excuse(steady_time pause, steady_time now);

  SEEDWALK_INSPECT(keep_alive, nonce_, count_, excused_, waiting_since_, latest_, shortest_)

private:
  std::uint64_t nonce_ = 0;
  std::uint32_t count_ = 0;
  bool excused_ = false;
  std::optional<steady_time> waiting_since_;
  std::optional<std::chrono::nanoseconds> latest_;
  std::optional<std::chrono::nanoseconds> shortest_;
};

} // namespace seedwalk::net
