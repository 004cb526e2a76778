#pragma once

#include <cstdint>
#include <string_view>

namespace seedwalk::net {

/// Why a door could not do what it was asked, or why a connection ended.
///
/// A code exists only where some caller reacts to it or some report counts it. Stored by number:
/// append only.
enum class error : std::uint8_t {
  none = 0,              ///< Nothing went wrong: closed because we asked for it.
  refused,               ///< The peer's machine answered the dial with a reset.
  timed_out,             ///< No answer to the dial in time, or the kernel gave up on sent data.
  host_unreachable,      ///< A router or the peer's machine said so.
  network_unreachable,   ///< We have no route: our own doing.
  reset,                 ///< The peer reset an open connection.
  end_of_input,          ///< The peer ended its side, and ours was already over.
  aborted,               ///< We aborted it.
  send_queue_full,       ///< The owner wrote on without waiting for `drained`.
  address_in_use,        ///< Somebody listens there already, or holds that port.
  address_not_available, ///< Not an address of this machine.
  address_not_supported, ///< No way to dial this network from here (Tor without a proxy, for
                         ///< example).
  permission_denied,     ///< The operating system or a firewall of ours forbids it.
  no_descriptors,        ///< The process or the machine is out of file descriptors.
  no_local_ports,        ///< All ephemeral ports are taken.
  no_memory,             ///< The kernel has no buffers left.
  name_not_found,        ///< Resolving: no such name, or no address for it.
  resolver_failed,       ///< Resolving: no answer, or a broken one.
  proxy_failed,          ///< The SOCKS proxy is away, silent, or talks nonsense.
  unknown,               ///< Anything else; the log line has the system's own text.
};

/// "refused", "timed_out", ...: the spelling of every report.
std::string_view name_of(error e);

/// Whose doing an ending was. Only what is the peer's counts against the peer.
enum class blame : std::uint8_t {
  peer = 0,
  local,     ///< Ours: descriptors, ports, routes, permissions, a proxy.
  cancelled, ///< Nobody's: we were told to stop.
};

/// "peer", "local", "cancelled".
std::string_view name_of(blame b);

/// Whose doing `e` is when a dial or an open connection ends with it.
blame blame_of(error e);

} // namespace seedwalk::net
