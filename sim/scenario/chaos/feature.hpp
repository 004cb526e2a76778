#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace seedwalk::sim {

/// What a run can reach that others have not.
enum class feature_kind : std::uint8_t {
  probe,        ///< A rare place of the program: net/base/probe.hpp.
  message_pair, ///< An actor of some kind took one message right after another.
  model_state,  ///< The reference model of a crawler was in some state, coarsely.
};

inline constexpr std::size_t feature_kind_count = 3;

/// In reports: "message_pair".
constexpr std::string_view name_of(feature_kind kind) {
  constexpr std::string_view names[] = {"probe", "message_pair", "model_state"};
  return names[static_cast<std::size_t>(kind)];
}

/// One thing that a run reached. Equal in all runs that reach it, of whatever scenario: no seed,
/// address, time or number of peers is in it.
struct feature {
  feature_kind kind = feature_kind::probe;
  std::string name; ///< "crawler: operations_saved, timer_fired"

  friend auto operator<=>(const feature&, const feature&) = default;
  friend bool operator==(const feature&, const feature&) = default;
};

} // namespace seedwalk::sim
