#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/address/endpoint.hpp"
#include "net/base/bytes.hpp"
#include "net/base/error.hpp"

namespace seedwalk::net {

/// Our side of asking a SOCKS5 proxy (RFC 1928) to connect to an endpoint: to a name, or to an
/// address where the endpoint has one that a proxy can dial.
///
/// Without authentication. Tor keeps streams apart whose credentials differ; onions have circuits
/// of their own anyway, and a pair for each dial would make Tor build one more for each.
///
/// A plain state machine over bytes: send what `take_output` returns, read exactly `wanted_bytes`
/// more (what comes behind belongs to the connection), hand them to `take_input`, and so on until
/// `is_done` or an error.
///
/// Errors: what the proxy says of the peer becomes what a dial would have said, and all that is the
/// proxy's fault or breaks the protocol is `error::proxy_failed`:
///
///     3, 4          network, host unreachable                   host_unreachable
///     5             refused                                     refused
///     6             time to live: Tor's circuit took too long   timed_out
///     1             general: Tor says it of a circuit that failed, by any fault
///                                                               host_unreachable
///     0xf0 .. 0xf7  Tor's own of onions (its proposal 304)      host_unreachable; 0xf7 timed_out
///     all others    rules, commands, address types              proxy_failed
///
/// 1 is counted as the peer's, because a dead onion must not be tried for ever. Where it is the
/// proxy's, all peers fail at once, and the caller can tell.
class socks5_dial {
public:
  /// IPv4 and all that is dialled as IPv6 by address; onions and I2P by name.
  explicit socks5_dial(const endpoint& peer);
  /// Precondition: `host` has 1 to 255 bytes.
  socks5_dial(std::string_view host, std::uint16_t port);

  bytes take_output();
  std::size_t wanted_bytes() const { return wanted_ - input_.size(); }
  error take_input(byte_view data);
  /// The proxy has agreed on a method: its reply is about the peer.
  bool is_asked() const { return stage_ != stage::method; }
  bool is_done() const { return stage_ == stage::done; }

private:
  enum class stage : std::uint8_t { method, reply, name_length, bound_address, done };

  void ask_for(byte_view encoded_address, std::uint16_t port);
  error step();

  stage stage_ = stage::method;
  std::size_t wanted_ = 2;
  bytes input_;
  bytes output_;
  bytes request_; ///< What is sent once the method is agreed on.
};

} // namespace seedwalk::net
