#include "net/asio/socket_address.hpp"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

namespace seedwalk::net {

namespace {

constexpr std::size_t unix_path_max = sizeof(sockaddr_un::sun_path) - 1;
/// "/proc/self/fd/2147483647/": what stands before the name of a socket in a deep folder.
constexpr std::size_t by_descriptor = 25;

} // namespace

bool is_unix_socket_path(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos)
    return false;
  if (path.size() <= unix_path_max)
    return true;
  const auto end_of_folder = path.find_last_of('/');
  return end_of_folder != std::string::npos &&
         path.size() - end_of_folder - 1 <= unix_path_max - by_descriptor;
}

tl::expected<socket_address, error> socket_address_of(const endpoint& peer) {
  socket_address to;
  switch (peer.network) {
  case network_id::ipv4: {
    auto& raw = reinterpret_cast<sockaddr_in&>(to.storage);
    raw.sin_family = AF_INET;
    raw.sin_port = htons(peer.port);
    std::memcpy(&raw.sin_addr, peer.address.data(), 4);
    to.size = sizeof raw;
    return to;
  }
  case network_id::ipv6:
  case network_id::cjdns:
  case network_id::yggdrasil: {
    auto& raw = reinterpret_cast<sockaddr_in6&>(to.storage);
    raw.sin6_family = AF_INET6;
    raw.sin6_port = htons(peer.port);
    std::memcpy(&raw.sin6_addr, peer.address.data(), 16);
    to.size = sizeof raw;
    return to;
  }
  case network_id::torv2:
  case network_id::torv3:
  case network_id::i2p:
    break;
  }
  return tl::make_unexpected(error::address_not_supported);
}

tl::expected<socket_address, error> socket_address_of(const address& peer) {
  if (auto ip = std::get_if<endpoint>(&peer))
    return socket_address_of(*ip);
  if (auto proxied = std::get_if<through_proxy>(&peer))
    return socket_address_of(proxied->proxy);
  const auto& path = std::get<unix_path>(peer).path;
  if (!is_unix_socket_path(path))
    return tl::make_unexpected(error::address_not_supported);
  socket_address to;
  auto name = path;
  if (path.size() > unix_path_max) {
    const auto end_of_folder = path.find_last_of('/');
    const int folder =
        ::open(path.substr(0, end_of_folder + 1).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
      return tl::make_unexpected(error::address_not_available);
    to.folder = {nullptr, [folder](const void*) { ::close(folder); }};
    name = fmt::format("/proc/self/fd/{}/{}", folder, path.substr(end_of_folder + 1));
  }
  auto& raw = reinterpret_cast<sockaddr_un&>(to.storage);
  raw.sun_family = AF_UNIX;
  std::copy(name.begin(), name.end(), raw.sun_path);
  to.size = sizeof raw;
  return to;
}

endpoint endpoint_of(const socket_address& from) {
  endpoint peer;
  if (from.family() == AF_INET) {
    const auto& raw = reinterpret_cast<const sockaddr_in&>(from.storage);
    std::memcpy(peer.address.data(), &raw.sin_addr, 4);
    peer.port = ntohs(raw.sin_port);
  } else if (from.family() == AF_INET6) {
    const auto& raw = reinterpret_cast<const sockaddr_in6&>(from.storage);
    const auto raw_bytes = raw.sin6_addr.s6_addr;
    peer.port = ntohs(raw.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&raw.sin6_addr)) {
      std::copy_n(raw_bytes + 12, 4, peer.address.begin());
      return peer;
    }
    peer.network = raw_bytes[0] == 0xfc            ? network_id::cjdns
                   : (raw_bytes[0] & 0xfe) == 0x02 ? network_id::yggdrasil
                                                   : network_id::ipv6;
    std::copy_n(raw_bytes, 16, peer.address.begin());
  }
  return peer;
}

namespace {

/// What getsockname(2) or getpeername(2) says.
template <class Ask>
std::optional<endpoint> asked(int descriptor, Ask&& ask) {
  socket_address answer;
  answer.size = sizeof answer.storage;
  if (ask(descriptor, answer.get(), &answer.size) != 0)
    return std::nullopt;
  return endpoint_of(answer);
}

} // namespace

endpoint local_endpoint_of(int descriptor) {
  return asked(descriptor, ::getsockname).value_or(endpoint{});
}

std::optional<endpoint> remote_endpoint_of(int descriptor) {
  return asked(descriptor, ::getpeername);
}

} // namespace seedwalk::net
