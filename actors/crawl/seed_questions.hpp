#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "net/base/error.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::actors {

/// When names that gave no address are asked for again, and when that is given up: those of DNS
/// seeds while nobody is known, and those to start at.
///
/// A crawl may start before its resolver answers: at boot, or while an uplink is lost. So they are
/// asked for again after growing delays. A crawl that ends when nothing is due (`once`) gives up
/// after `tries_once` rounds, some half a minute, and has failed if nobody else was there to dial:
/// that nothing was found because nobody could be asked is no result.
///
/// A value: no clock, no door. Bounded by the number of names.
class seed_questions {
public:
  static constexpr std::chrono::seconds first_delay{2};     ///< Doubled after each round ...
  static constexpr std::chrono::seconds longest_delay{300}; ///< ... up to this.
  static constexpr std::uint32_t tries_once = 5;

  /// A round begins: all are asked.
  void begin_round();

  /// `seed` answered with no address: why.
  void failed(const std::string& seed, net::error reason) { failures_[seed] = reason; }

  /// How long to wait before the next round; nothing: give up.
  std::optional<std::chrono::seconds> next_round(bool once) const;

  /// "seed.example (resolver_failed), other.example (name_not_found)": who failed in this round.
  std::string failures_text() const;

  std::uint32_t rounds() const { return rounds_; }

  SEEDWALK_INSPECT(seed_questions, rounds_, failures_)

private:
  std::uint32_t rounds_ = 0;
  std::map<std::string, net::error> failures_;
};

} // namespace seedwalk::actors
