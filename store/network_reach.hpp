#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace seedwalk::store {

/// Whether a census dials the endpoints of a network, and why it does not. Stored by number.
enum class network_reach : std::uint8_t {
  unknown = 0,   ///< A census of before this was kept does not say.
  dialled,       ///< It does.
  not_asked_for, ///< The configuration names other networks.
  no_proxy,      ///< Tor, and no SOCKS proxy is configured.
  no_sam,        ///< I2P, and no SAM bridge is configured. Nobody dials by one yet.
  no_route,      ///< The machine has no route there.
  not_supported, ///< The program cannot dial it.
};

inline constexpr std::size_t network_reach_count = 7;

/// "unknown", "dialled", "not_asked_for", "no_proxy", ...: the spelling of every report.
std::string_view name_of(network_reach r);

} // namespace seedwalk::store
