#pragma once

#include <cstdint>
#include <map>

#include "sim/scenario/oracles/flat_table.hpp"
#include "sim/scenario/oracles/oracle.hpp"

namespace seedwalk::sim {

/// Nothing grows beyond its bound.
///
/// Verifies, at the doors of each crawler: a connection never has more bytes on the way to it
/// than its window (`session_limits::receive_window`), and is never given more than it wanted; no
/// connection is cut off because its send queue was full; no listener has more than 64 connections
/// to accept; the store never refuses a request because too many wait; no batch has more operations
/// than `storage.batch_operations` or what was sent together (who was fetched ahead and is put off;
/// bans that are lifted are not counted); no timer of a connection's actor fires 2,000 times within
/// a second: one that is set anew for a moment that has passed would for ever.
///
/// Does not verify mailboxes, which the world checks with each message (its violations are the
/// oracle "world"), and memory.
class bounds_oracle final : public oracle {
public:
  bounds_oracle() : oracle("bounds") {}

  void on_crash(const watched_crawler& crawler) override;
  void on_call(const watched_crawler& by, const any_door_call& call) override;
  void on_network_completion(const watched_crawler& of, const net::completion& heard) override;
  void on_storage_completion(const watched_crawler& of, const store::completion& heard) override;
  void on_step(const watched_crawler& of, const step_view& step, bool is_of_manager) override;

private:
  /// How often timers of one actor have fired since a moment.
  struct ticks {
    net::steady_time since{0};
    std::uint32_t count = 0;
  };
  struct queues {
    flat_table<net::connection_id, std::uint64_t> wanted;
    std::map<net::listener_id, std::uint64_t> credit;
    flat_table<net::owner, ticks> of_actors; ///< Connections' actors whose timers fired of late.
  };

  for_each_crawler<queues> of_crawlers_;
};

} // namespace seedwalk::sim
