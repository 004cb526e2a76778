#pragma once

#include <memory>
#include <optional>
#include <string>

#include <sys/socket.h>
#include <tl/expected.hpp>

#include "net/door/completion.hpp"

namespace seedwalk::net {

/// An address as the kernel takes it.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  /// Keeps the descriptor open by which a Unix socket in a deep folder is named.
  std::shared_ptr<const void> folder;

  int family() const { return storage.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// True for paths that a Unix socket may have: none that are empty or hold a zero byte. A path of
/// more than the 107 bytes of a `sockaddr_un` is named by way of its folder's descriptor, so that
/// only its last part has to fit.
bool is_unix_socket_path(const std::string& path);

/// IPv4 as AF_INET; IPv6, CJDNS and Yggdrasil as AF_INET6. Tor, I2P, and paths of which no Unix
/// socket may be, are `error::address_not_supported`; a long one whose folder is not there is
/// `error::address_not_available`. What is dialled through a proxy has the proxy's.
tl::expected<socket_address, error> socket_address_of(const endpoint& peer);
tl::expected<socket_address, error> socket_address_of(const address& peer);

/// The other way round, by the same rules as `parse_endpoint`: fc00::/8 is CJDNS, 0200::/7
/// Yggdrasil, an IPv4-mapped IPv6 address IPv4. Default-constructed for a Unix socket.
endpoint endpoint_of(const socket_address& from);

/// The address that a socket is bound to; default-constructed if the kernel cannot say.
endpoint local_endpoint_of(int descriptor);

/// The address that a socket is connected to, as `endpoint_of` has it; nothing if it is not.
std::optional<endpoint> remote_endpoint_of(int descriptor);

} // namespace seedwalk::net
