#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>

#include "actors/crawl/pool_messages.hpp"
#include "net/base/inspect.hpp"
#include "net/base/owner.hpp"

namespace seedwalk::actors {

/// Those who want to hear of events, and how many more each may be sent: nobody waits for a
/// subscriber, and none has more in its mailbox than it gave credit for.
///
/// The last event of a credit is not sent: in its place the subscriber is told that it hears no
/// more, and is forgotten. Who gives more credit in time misses nothing.
///
/// A value. Bounded: one number for each subscriber. Threads: one at a time.
class subscriber_table {
public:
  static constexpr std::uint32_t credit_max = subscribe::max_credit; ///< More is not kept.

  /// Adds credit, for somebody new or who is here. Nobody is here without any.
  void add(net::owner subscriber, std::uint32_t credit);

  void remove(net::owner subscriber) { credit_.erase(subscriber); }

  /// There is an event: takes one of each credit and calls `tell(subscriber, bool last)`, in the
  /// order of their numbers. `last`: it hears no more, and is not here any longer.
  template <class Tell>
  void each(Tell tell) {
    for (auto i = credit_.begin(); i != credit_.end();) {
      const bool last = --i->second == 0;
      tell(i->first, last);
      i = last ? credit_.erase(i) : std::next(i);
    }
  }

  std::size_t size() const { return credit_.size(); }

  SEEDWALK_INSPECT(subscriber_table, credit_)

private:
  std::map<net::owner, std::uint32_t> credit_; ///< Never 0.
};

} // namespace seedwalk::actors
