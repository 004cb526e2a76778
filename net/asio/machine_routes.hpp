#pragma once

#include "net/door/completion.hpp"

namespace seedwalk::net {

/// Asks the operating system where packets would leave for: a UDP socket is connected to an address
/// out there, which sends nothing, and what it is bound to then is looked at. Takes microseconds;
/// what comes of it may change at any time.
///
/// IPv4 and IPv6: there is a route to the Internet. CJDNS and Yggdrasil: the address that a packet
/// would leave from is itself in fc00::/8, in 0200::/7.
routes_found routes_of_this_machine();

} // namespace seedwalk::net
