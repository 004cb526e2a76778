#pragma once

#include "tools/examples/settings.hpp"

namespace seedwalk::examples {

/// Spawns the HTTP server: a pool of workers, and an acceptor, which is its root.
net::owner start_http_server(stage& on);

} // namespace seedwalk::examples
