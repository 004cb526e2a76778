#pragma once

#include "net/base/error.hpp"

/// From the system's error numbers to ours. What a number means depends on what was being done:
/// EADDRNOTAVAIL from bind() is an address that is not ours, from connect() a lack of ports.
namespace seedwalk::net {

/// Of socket() and connect(), and of what SO_ERROR says after a dial.
error dial_error(int number);

/// Of reading and writing on an open connection.
error stream_error(int number);

/// Of socket(), bind() and listen().
error bind_error(int number);

/// Of getaddrinfo(); `number` is errno where it says EAI_SYSTEM.
error lookup_error(int status, int number);

/// accept() failed because this process or machine lacks something that may come back, or because
/// of the one connection that it would have returned; not because of the listening socket.
bool accept_may_recover(int number);

} // namespace seedwalk::net
