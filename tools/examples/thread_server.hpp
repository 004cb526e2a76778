#pragma once

#include <string>

#include "net/address/endpoint.hpp"

namespace seedwalk::examples {

/// The same HTTP server as `http_example`, as one would write it with a thread for each connection
/// and blocking sockets: what that is measured beside. Serves until the process ends. The result
/// says why it cannot.
std::string serve_http_with_threads(const net::endpoint& local);

} // namespace seedwalk::examples
