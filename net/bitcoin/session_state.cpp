#include "net/bitcoin/session_state.hpp"

#include <array>

namespace seedwalk::net {

namespace {

constexpr std::uint8_t bit(session_state s) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(s));
}

using enum session_state;

/// Indexed by the state that is left: the states that may come next.
constexpr std::array<std::uint8_t, session_state_count> successors = {
    bit(awaiting_version) | bit(closing) | bit(ended),
    bit(awaiting_verack) | bit(closing) | bit(ended),
    bit(collecting) | bit(probing) | bit(held) | bit(closing) | bit(ended),
    bit(held) | bit(closing) | bit(ended),
    bit(held) | bit(closing) | bit(ended),
    bit(closing) | bit(ended),
    bit(ended),
    0,
};

constexpr std::array<std::string_view, session_state_count> state_names = {
    "dialling", "awaiting_version", "awaiting_verack", "collecting", "probing",
    "held",     "closing",          "ended",
};

constexpr std::array<std::string_view, 3> direction_names = {"outbound", "inbound",
                                                             "inbound_over_capacity"};

} // namespace

std::string_view name_of(direction d) {
  const auto i = static_cast<std::size_t>(d);
  return i < direction_names.size() ? direction_names[i] : "unknown";
}

std::string_view name_of(session_state s) {
  const auto i = static_cast<std::size_t>(s);
  return i < state_names.size() ? state_names[i] : "unknown";
}

bool may_follow(session_state from, session_state to) {
  const auto i = static_cast<std::size_t>(from);
  return i < successors.size() && static_cast<std::size_t>(to) < session_state_count &&
         (successors[i] & bit(to)) != 0;
}

} // namespace seedwalk::net
