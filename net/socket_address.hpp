#pragma once

#include <sys/socket.h>
#include <tl/expected.hpp>

#include "net/completion.hpp"

namespace seedwalk::net {

/// An address as the kernel takes it.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  int family() const { return storage.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// IPv4 as AF_INET; IPv6, CJDNS and Yggdrasil as AF_INET6. Tor, I2P, and Unix paths that are empty,
/// hold a zero byte or are too long for a `sockaddr_un`, are `error::address_not_supported`. What
/// is dialled through a proxy has the proxy's.
tl::expected<socket_address, error> socket_address_of(const endpoint& peer);
tl::expected<socket_address, error> socket_address_of(const address& peer);

/// The other way round, by the same rules as `parse_endpoint`: fc00::/8 is CJDNS, 0200::/7
/// Yggdrasil, an IPv4-mapped IPv6 address IPv4. Default-constructed for a Unix socket.
endpoint endpoint_of(const socket_address& from);

/// The address that a socket is bound to; default-constructed if the kernel cannot say.
endpoint local_endpoint_of(int descriptor);

} // namespace seedwalk::net
