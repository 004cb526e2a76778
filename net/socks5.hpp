#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/bytes.hpp"
#include "net/error.hpp"

namespace seedwalk::net {

/// Our side of asking a SOCKS5 proxy (RFC 1928) to connect to a name, without authentication.
///
/// A plain state machine over bytes: send what `take_output` returns, read exactly `wanted_bytes`
/// more (what comes behind belongs to the connection), hand them to `take_input`, and so on until
/// `is_done` or an error.
///
/// Errors: the proxy's refusals become what the dial would have said (refused, host_unreachable,
/// timed_out; Tor's own 0xf0..0xf7 of proposal 304 are host_unreachable), and all that is the
/// proxy's fault or breaks the protocol is `error::proxy_failed`.
class socks5_dial {
public:
  /// Precondition: `host` has 1 to 255 bytes.
  socks5_dial(std::string_view host, std::uint16_t port);

  bytes take_output();
  std::size_t wanted_bytes() const { return wanted_ - input_.size(); }
  error take_input(byte_view data);
  bool is_done() const { return stage_ == stage::done; }

private:
  enum class stage : std::uint8_t { method, reply, name_length, bound_address, done };

  error step();

  stage stage_ = stage::method;
  std::size_t wanted_ = 2;
  bytes input_;
  bytes output_;
  bytes request_;
};

} // namespace seedwalk::net
