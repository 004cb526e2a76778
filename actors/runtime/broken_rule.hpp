#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace seedwalk::sim {

/// A rule that actors broke, seen by what runs them.
struct broken_rule {
  std::string found_by; ///< "actor": it threw. "world": a mailbox's bound, or an observer spoke.
  /// Which kind of actor, and what. Two runs that meet the same bug have it equal: no number, time
  /// or address is in it.
  std::string place;
  std::string text;       ///< For a person.
  std::string actor;      ///< Its stable name.
  std::uint64_t step = 0; ///< Of the world.
};

inline std::ostream& operator<<(std::ostream& out, const broken_rule& rule) {
  return out << rule.text;
}

/// A text without what differs from run to run: each word that has a digit is "*".
inline std::string without_numbers(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    result += word.find_first_of("0123456789") == std::string_view::npos ? word : "*";
    text.remove_prefix(word.size());
    if (!text.empty()) {
      result += ' ';
      text.remove_prefix(1);
    }
  }
  return result;
}

} // namespace seedwalk::sim
