#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "actors/runtime/draws.hpp"

namespace seedwalk::sim {

/// Two messages at one actor: the first is taken directly before the second.
///
/// Messages are told apart by their kind, which is that of the receiver and the type of the message
/// without its namespace: it is the same in all runs, of whatever world.
struct message_order {
  std::uint64_t actor = 0; ///< Its name; 0: any actor of the kind.
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  friend auto operator<=>(const message_order&, const message_order&) = default;
  friend bool operator==(const message_order&, const message_order&) = default;
};

/// "timer_fired" of "seedwalk::net::timer_fired".
constexpr std::string_view without_namespace(std::string_view type) {
  const auto last = type.rfind(':');
  return last == std::string_view::npos ? type : type.substr(last + 1);
}

/// The kind of a message, as `pending_event::kind` has it: of a kind of actor ("crawler") and a
/// type of message, with its namespace or without.
constexpr std::uint64_t message_kind(std::string_view actor, std::string_view type) {
  return mixed(purpose{actor}.hash, purpose{without_namespace(type)}.hash);
}

} // namespace seedwalk::sim
