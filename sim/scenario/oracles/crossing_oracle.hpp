#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "sim/scenario/oracles/oracle.hpp"

namespace seedwalk::sim {

/// Of two connections between two crawlers that dialled each other, one stays.
///
/// Verifies: of connections of one pair of crawlers that were there together, not all are ended as
/// duplicates. Both sides choose by themselves, and choose the same one.
///
/// Does not verify which of them stays, that there are no two for long (pool), and connections with
/// nodes, which dial nobody.
class crossing_oracle final : public oracle {
public:
  crossing_oracle() : oracle("crossings") {}

  void begin(crawl_world& of) override;
  void on_crash(const watched_crawler& crawler) override;
  void on_call(const watched_crawler& by, const any_door_call& call) override;
  void on_network_completion(const watched_crawler& of, const net::completion& heard) override;
  void on_outcome(const watched_crawler& of, const actors::peer_outcome& m) override;

private:
  /// A connection of one crawler with another, as it is known to both.
  struct crossing {
    std::size_t dialler = 0;
    std::size_t listener = 0;
    net::connection_id id;  ///< At the dialler.
    net::endpoint dialled;  ///< As the dialler names it,
    net::endpoint accepted; ///< and as the listener does; nothing while it is not established.
    net::steady_time began{0};
    bool is_duplicate = false;
    net::steady_time ended{0};  ///< Of a duplicate.
    bool is_over_there = false; ///< At the dialler.
    bool is_over_here = false;  ///< At the listener.

    bool is_over() const { return is_over_there && is_over_here; }
    bool is_of(std::size_t one, std::size_t other) const {
      return (dialler == one && listener == other) || (dialler == other && listener == one);
    }
  };

  void end(crossing& one, net::steady_time now);
  void forget_the_old();

  std::map<net::endpoint, std::size_t> listeners_; ///< Where crawlers listen.
  std::vector<crossing> crossings_;                ///< The newest last.
};

} // namespace seedwalk::sim
