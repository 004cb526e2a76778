#pragma once

#include <cstdint>
#include <string>

#include <tl/expected.hpp>

#include "net/door/completion.hpp"

namespace seedwalk::net {

/// A listening, non-blocking socket of the operating system. Its descriptor, and its Unix path if
/// it has one, go with it.
class listening_socket {
public:
  /// Binds and listens. IPv6 is v6-only.
  ///
  /// A Unix socket has mode 0600. Where its path exists, it is replaced if it is a socket and
  /// nobody answers on it; a live one, and a file of another kind, is `error::address_in_use`. The
  /// folder is locked meanwhile (flock), so that of two processes that find the same dead socket
  /// one gets the path and the other learns that it is taken.
  static tl::expected<listening_socket, error> open(const address& local, int backlog);

  listening_socket(listening_socket&& other) noexcept;
  listening_socket& operator=(listening_socket&&) = delete;
  ~listening_socket();

  int descriptor() const { return descriptor_; }
  int family() const { return family_; }
  /// The address listened on, with the real port.
  const address& local() const { return local_; }

  /// Gives the descriptor away; the path stays ours.
  int release_descriptor();

private:
  listening_socket() = default;

  error open_ip(const endpoint& local, int backlog);
  error open_unix(const unix_path& local, int backlog);

  int descriptor_ = -1;
  int family_ = 0;
  address local_;
  std::uint64_t device_ = 0; ///< With `inode_`: what we put at the path, to remove nothing else.
  std::uint64_t inode_ = 0;
};

} // namespace seedwalk::net
