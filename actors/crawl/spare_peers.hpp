#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"

namespace seedwalk::actors {

/// Endpoints that were good lately and are not connected: they take the place of peers to hold that
/// are lost. First those of this run, as they come; where there are none the database is asked,
/// once in `asked_every` at most.
///
/// A value. Bounded by `kept_max`, beyond which the oldest go, or by what the database was asked
/// for. Threads: one at a time.
class spare_peers {
public:
  static constexpr std::size_t kept_max = 1'000;
  static constexpr std::chrono::seconds asked_every{60};

  /// Somebody was visited and was good.
  void add(const net::endpoint& peer);

  /// What the database knows, behind those who are here.
  void fill(const std::vector<net::endpoint>& peers);

  /// The one who is here the longest; it is here no more.
  std::optional<net::endpoint> take();

  /// True: there are none, and the database is to be asked at `now`, which this takes note of.
  bool ask(net::steady_time now);

  bool empty() const { return peers_.empty(); }
  std::size_t size() const { return peers_.size(); }

  SEEDWALK_INSPECT(spare_peers, peers_, asked_at_)

private:
  std::deque<net::endpoint> peers_;
  std::optional<net::steady_time> asked_at_;
};

} // namespace seedwalk::actors
