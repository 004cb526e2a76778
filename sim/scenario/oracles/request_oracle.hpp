#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "actors/crawl/pool_messages.hpp"
#include "sim/scenario/oracles/oracle.hpp"
#include "store/ban_record.hpp"

namespace seedwalk::sim {

/// What an operator asks of the connection manager is answered once, and the answer is true.
///
/// Verifies, of each request that the control socket passes on: it has exactly one answer, within
/// five seconds, or by the end of the crawl if that comes first; a ban or the lifting of one is
/// durable when the answer says that it is done; a snapshot has the sums over the visits that the
/// manager has heard of (durations, handshakes, round trips), and as many visits as ended well or
/// badly.
///
/// Does not verify what is said on the socket itself (`operation.answered` does), and questions to
/// the database. How long an answer takes is not judged where a disk is slow, full or broken.
class request_oracle final : public oracle {
public:
  request_oracle() : oracle("requests") {}

  void begin(crawl_world& of) override;
  void on_start(const watched_crawler& crawler) override;
  void on_crash(const watched_crawler& crawler) override;
  void on_message(const watched_crawler& to, const step_view& step) override;
  void on_outcome(const watched_crawler& of, const actors::peer_outcome& m) override;
  void on_step(const watched_crawler& of, const step_view& step, bool is_of_manager) override;
  void on_durable(const watched_crawler& of, const store::batch& contents,
                  const store::batch_result& result) override;
  void at_end(crawl_world& of) override;

private:
  using token = std::pair<net::owner, std::uint64_t>; ///< Who asks, and its nth request.
  /// What ended visits come to.
  struct sums {
    std::uint64_t visits_ms = 0;
    std::uint64_t handshakes_ms = 0;
    std::uint64_t round_trips = 0;
    std::uint64_t round_trips_us = 0;

    friend bool operator==(const sums&, const sums&) = default;
  };
  struct request {
    std::string_view command;
    net::steady_time at{0};
    std::optional<store::ban_target> target; ///< Of a ban, or the lifting of one.
    bool is_durable = false;                 ///< What was asked for.
    sums so_far;
  };
  struct desk {
    std::map<token, request> open;
    std::set<token> answered;
    sums visits;
    std::optional<net::steady_time> ended; ///< The crawl, while something was open.
  };

  void hear_request(const watched_crawler& to, const step_view& step);
  void hear_answer(const watched_crawler& to, const step_view& step);
  /// The request that is answered now; nothing if it is none of those that are watched.
  std::optional<request> take(desk& d, net::owner asker, std::uint64_t number);
  void compare(const request& asked, const actors::pool_snapshot& answer);

  bool disks_are_quick_ = true;
  for_each_crawler<desk> desks_;
};

} // namespace seedwalk::sim
