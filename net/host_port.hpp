#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "net/endpoint.hpp"
#include "net/inspect.hpp"

namespace seedwalk::net {

/// A port of a host that is known by its DNS name: who wants to dial it asks the network door for
/// the addresses first.
struct host_port {
  std::string host;
  std::uint16_t port = 0;

  friend auto operator<=>(const host_port&, const host_port&) = default;

  template <inspector F>
  friend auto inspect(F& f, host_port& x) {
    return f(x.host, x.port);
  }
};

/// `node.example.org:8333`.
std::string to_string(const host_port& x);

/// Reads `node.example.org:8333`, or the name alone where `default_port` is not 0. Names are those
/// of `is_resolvable_name`, but for a last label of digits alone: that is a mistyped IPv4 address.
tl::expected<host_port, parse_error> parse_host_port(std::string_view text,
                                                     std::uint16_t default_port = 0);

} // namespace seedwalk::net
