#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "net/base/error.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "net/bitcoin/visit_summary.hpp"

namespace seedwalk::actors {

/// What an operator can do about a failure of this machine, as part of a sentence.
std::string_view advice_on(net::error cause);

/// True for what the whole machine has run out of: descriptors, ports, memory. Whom we dial does
/// not matter then, and nothing is learnt about anybody.
bool is_shortage(net::error cause);

/// A dial that this machine had nothing left for: it was no visit.
bool never_began(const net::visit_summary& summary);

/// Failures of our own, by reason, and when to say what of them: the first of each reason at once,
/// then all together once a minute, with how many there were.
///
/// A value. Threads: one at a time.
class local_failures {
public:
  static constexpr std::chrono::seconds summary_every{60};

  /// One more. True if it is the first of its reason, or the first after a minute without: to be
  /// said at once.
  bool note(net::error cause, net::steady_time now);

  /// What happened since something was said last, once a minute; else nothing.
  std::vector<std::pair<net::error, std::uint64_t>> take_summary(net::steady_time now);

  /// How often, ever.
  std::map<net::error, std::uint64_t> totals() const;
  bool empty() const { return reasons_.empty(); }

  friend bool operator==(const local_failures&, const local_failures&) = default;
  SEEDWALK_INSPECT(local_failures, reasons_, said_at_)

private:
  struct reason {
    std::uint64_t total = 0;
    std::uint64_t unsaid = 0;
    net::steady_time last{0};
    friend bool operator==(const reason&, const reason&) = default;
    SEEDWALK_INSPECT(reason, total, unsaid, last)
  };
  std::map<net::error, reason> reasons_;
  net::steady_time said_at_{0};
};

/// Holds dialling back while the machine is short of descriptors, ports or memory.
///
/// The first failure pauses it, for a second at first, for twice as long when the next try fails as
/// well, for half a minute at most. Then there are as many slots as there were connections when the
/// shortage came, and one in four more each second: a limit that stays is found again and again, at
/// the price of a few failures a second that cost no visit; one that goes is forgotten soon.
///
/// A value. Threads: one at a time.
class dial_brake {
public:
  static constexpr std::chrono::seconds pause_min{1};
  static constexpr std::chrono::seconds pause_max{30};

  /// A dial failed for a shortage, while `others` have a slot.
  void failed(std::uint32_t others, net::steady_time now);

  /// A dial got out of this machine.
  void worked();

  /// How many slots of `slots` may be used. Forgets the shortage once that is all of them.
  std::uint32_t allowed(std::uint32_t slots, net::steady_time now);

  /// When `allowed` will be more than it is now; nothing if nothing is held back.
  std::optional<net::steady_time> next_change(net::steady_time now) const;

  /// Pauses in a row without a dial that got out between them.
  std::uint32_t pauses_in_a_row() const { return pauses_; }

  friend bool operator==(const dial_brake&, const dial_brake&) = default;
  SEEDWALK_INSPECT(dial_brake, on_, ceiling_, pauses_, until_)

private:
  bool on_ = false;
  std::uint32_t ceiling_ = 0;
  std::uint32_t pauses_ = 0;
  net::steady_time until_{0};
};

} // namespace seedwalk::actors
