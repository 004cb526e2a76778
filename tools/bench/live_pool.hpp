#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "actors/crawl/pool_messages.hpp"
#include "net/address/endpoint.hpp"

namespace seedwalk::bench {

/// A pool of held connections on real sockets, as `seedwalk crawl --hold` has it, that can be asked
/// and told things.
class live_pool {
public:
  /// Holds `peers`, all of them on loopback; its database is made in `folder`. The error is one
  /// line.
  static tl::expected<std::unique_ptr<live_pool>, std::string>
  start(const std::vector<net::endpoint>& peers, const std::string& folder);
  ~live_pool();

  /// Runs until so many connections have their handshake behind them. False: it took too long.
  bool run_until_connected(std::size_t count);

  /// Runs until nothing happens but the crawler's own timers. False: it took too long.
  bool run_until_quiet();

  /// Sends `message` to everybody and runs until the manager has heard from each connection.
  actors::broadcast_done broadcast(const net::message& message);

private:
  class impl;
  explicit live_pool(std::unique_ptr<impl> inside);

  std::unique_ptr<impl> impl_;
};

} // namespace seedwalk::bench
