#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "actors/crawl/pool_messages.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "net/base/owner.hpp"

namespace seedwalk::actors {

/// Broadcasts that are under way: which peers were asked to send, which of them have answered, and
/// what to say when the last one has. A peer that goes before it answers has failed.
///
///     begin --answered, gone: others are left--> (the same) --the last one--> finished
///
/// A value. Bounded: one name for each connection and broadcast; its askers wait for one answer
/// before they send the next broadcast. Threads: one at a time.
class broadcast_table {
public:
  struct finished {
    net::owner asker;
    broadcast_done answer;
  };

  /// Begins broadcast `number`, which was never used before, to the peers `asked`. Where there are
  /// none it is finished at once.
  std::optional<finished> begin(std::uint64_t number, net::owner asker, std::uint64_t token,
                                std::set<net::endpoint> asked);

  /// A peer says whether it was sent. One that was not asked, or has answered, changes nothing.
  std::optional<finished> answered(std::uint64_t number, const net::endpoint& peer, bool sent);

  /// A peer is gone; the broadcasts that it was the last of, oldest first.
  std::vector<finished> gone(const net::endpoint& peer);

  std::size_t size() const { return running_.size(); }

  SEEDWALK_INSPECT(broadcast_table, running_)

private:
  struct running {
    net::owner asker;
    broadcast_done answer;         ///< So far.
    std::set<net::endpoint> asked; ///< Those that have not answered.
    SEEDWALK_INSPECT(running, asker, answer, asked)
  };

  std::map<std::uint64_t, running> running_; ///< By number.
};

} // namespace seedwalk::actors
