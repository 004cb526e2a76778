#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <tl/expected.hpp>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::net {

/// A host by its name, which the network door has to resolve, and a port.
struct named_host {
  std::string name; ///< In lower case: names compare without it (RFC 4343).
  std::uint16_t port = 0;

  friend bool operator==(const named_host&, const named_host&) = default;

  SEEDWALK_INSPECT(named_host, name, port)
};

/// "node.example.org:8333".
std::string to_string(const named_host& host);

using endpoint_or_name = std::variant<endpoint, named_host>;

/// Reads an address of any network as `parse_endpoint` does, or a name of the domain name system,
/// as people write both: HOST[:PORT]. `default_port` is not 0.
///
/// A name is what RFC 1123 (2.1) calls a host name: labels of 1 to 63 letters, digits and hyphens
/// which neither begin nor end with a hyphen, 253 characters at most, with or without a final dot.
/// So that no misspelt address becomes a name: the last label of several begins with no digit, as
/// no top-level domain does, and a single one is no number (resolvers would read "1.2.3" or
/// "0x7f.1" as an IPv4 address); .onion and .i2p are read as addresses or not at all; and so is
/// what has brackets or more than one colon.
tl::expected<endpoint_or_name, parse_error> parse_endpoint_or_name(std::string_view text,
                                                                   std::uint16_t default_port);

} // namespace seedwalk::net
