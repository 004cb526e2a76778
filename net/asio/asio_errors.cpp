#include "net/asio/asio_errors.hpp"

#include <cerrno>

#include <netdb.h>

namespace seedwalk::net {

namespace {

/// What means the same wherever it comes from.
error common_error(int number) {
  switch (number) {
  case 0:
    return error::none;
  case EMFILE:
  case ENFILE:
    return error::no_descriptors;
  case ENOBUFS:
  case ENOMEM:
  case ENOSPC: // epoll_ctl: over /proc/sys/fs/epoll/max_user_watches
    return error::no_memory;
  case EACCES:
  case EPERM:
    return error::permission_denied;
  case ETIMEDOUT:
    return error::timed_out;
  case EHOSTUNREACH:
  case EHOSTDOWN:
    return error::host_unreachable;
  case ENETUNREACH:
  case ENETDOWN:
  case ENONET:
    return error::network_unreachable;
  case EAFNOSUPPORT:
  case EPFNOSUPPORT:
  case EPROTONOSUPPORT:
  case ENAMETOOLONG:
    return error::address_not_supported;
  case EADDRINUSE:
    return error::address_in_use;
  case ECONNRESET:
  case ECONNABORTED:
  case EPIPE:
  case ENOTCONN:
    return error::reset;
  default:
    return error::unknown;
  }
}

} // namespace

error dial_error(int number) {
  switch (number) {
  case ECONNREFUSED:
  case ENOENT:     // a Unix path where nothing is
  case ENOTDIR:    // nor can be
  case ENOTSOCK:   // nor is one
  case EPROTOTYPE: // a Unix socket of another kind
  case EAGAIN:     // a Unix socket whose queue of dials is full
  case ENOTCONN:
    return error::refused;
  case EADDRNOTAVAIL:
  case EADDRINUSE: // the four-tuple is taken, and no other port is left to try
    return error::no_local_ports;
  case EINVAL: // Linux: a destination that the route's source address cannot reach (127/8 by eth0)
    return error::network_unreachable;
  default:
    return common_error(number);
  }
}

error stream_error(int number) {
  // Linux reports an ICMP "port unreachable" that answers data as ECONNREFUSED.
  return number == ECONNREFUSED ? error::reset : common_error(number);
}

error bind_error(int number) {
  switch (number) {
  case EADDRNOTAVAIL:
  case ENOENT: // a Unix path in a folder that is not there
  case ENOTDIR:
  case ENODEV: // an IPv6 link-local address without its interface
  case EINVAL:
    return error::address_not_available;
  case EROFS:
    return error::permission_denied;
  default:
    return common_error(number);
  }
}

error lookup_error(int status, int number) {
  switch (status) {
  case 0:
    return error::none;
  case EAI_NONAME:
#ifdef EAI_NODATA
  case EAI_NODATA:
  case EAI_ADDRFAMILY:
#endif
    return error::name_not_found;
  case EAI_MEMORY:
    return error::no_memory;
  case EAI_SYSTEM:
    return number == EMFILE || number == ENFILE ? error::no_descriptors : error::resolver_failed;
  default:
    return error::resolver_failed;
  }
}

bool accept_may_recover(int number) {
  switch (number) {
  case EMFILE:
  case ENFILE:
  case ENOBUFS:
  case ENOMEM:
  case EPERM: // a firewall rule forbids this one
  case ECONNABORTED:
  case EINTR:
  // accept(2): Linux passes on network errors that are already pending on the new socket.
  case ENETDOWN:
  case EPROTO:
  case ENOPROTOOPT:
  case EHOSTDOWN:
  case ENONET:
  case EHOSTUNREACH:
  case EOPNOTSUPP:
  case ENETUNREACH:
  case ETIMEDOUT:
    return true;
  default:
    return false;
  }
}

} // namespace seedwalk::net
