#pragma once

#include <cstddef>
#include <string_view>

namespace seedwalk::net {

/// Of a name and of a part of it between dots (RFC 1035, 2.3.4).
constexpr std::size_t host_name_chars_max = 253;
constexpr std::size_t host_label_chars_max = 63;

/// True for a name that may be asked of the domain name system: at most 253 characters in labels of
/// 1 to 63 letters, digits, hyphens and underscores (RFC 1123, 2.1; underscores as in the wild),
/// with or without the final dot, and not of a network whose names must never leave for DNS: .onion
/// (RFC 7686), .i2p.
bool is_resolvable_name(std::string_view name);

} // namespace seedwalk::net
