#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include <caf/behavior.hpp>

#include "actors/crawl_messages.hpp"
#include "actors/dial_schedule.hpp"
#include "actors/environment.hpp"
#include "actors/peer_messages.hpp"
#include "actors/storage_messages.hpp"
#include "net/hosted_actor.hpp"
#include "net/timers.hpp"

namespace seedwalk::actors {

/// Where an endpoint stands in the pool.
enum class pool_phase : std::uint8_t {
  imminent = 0, ///< Due, and waiting for its slot.
  live,         ///< Its peer connection exists, and its slot is taken.
  saving,       ///< The visit is over, its slot free, its record not durable yet.
};

/// What the manager knows of one live or imminent connection.
struct pool_entry {
  pool_phase phase = pool_phase::imminent;
  net::owner connection;
  store::dial_class queue = store::dial_class::fresh;
  std::chrono::seconds started{0}; ///< Wall time of the dial.
  template <net::inspector F>
  friend auto inspect(F& f, pool_entry& x) {
    return f(x.phase, x.connection, x.queue, x.started);
  }
};

/// Decides who is dialled and when, and keeps the one map of everybody who is connected or about to
/// be.
///
/// It asks the DB writer for endpoints that are due, reserves a slot, spawns a peer connection, and
/// when its outcome is in, frees the slot and has the visit saved. An endpoint leaves the pool when
/// its record is durable: until then it cannot come back from the database as due.
class connection_manager {
public:
  static constexpr std::string_view kind = "manager";
  using environment = actors::environment;

  enum class phase : std::uint8_t { waiting = 0, crawling, ending, ended };

  /// A timer and what it was started for, so that it is started anew only when that changes.
  struct armed_timer {
    net::timer_id id;
    std::optional<std::chrono::nanoseconds> mark; ///< Nothing: it does not run.
    template <net::inspector F>
    friend auto inspect(F& f, armed_timer& x) {
      return f(x.id, x.mark);
    }
  };

  struct state {
    net::owner crawler;
    net::owner db_writer;
    phase now = phase::waiting;
    std::uint32_t census = 0;
    crawl_counters counters;
    std::map<net::endpoint, pool_entry> pool;
    std::array<std::uint32_t, 3> by_phase{}; ///< How many of the pool are in which phase.
    dial_schedule dials;
    std::uint64_t visits = 0; ///< Ever begun: numbers the peer connections.
    std::uint64_t tokens = 0;
    std::map<std::uint64_t, net::endpoint> saving; ///< Token of the DB writer to whom it is about.

    // What is known of who is due.
    bool asking = false;
    bool news = true; ///< Something became due, or may have, since the last question.
    bool settled =
        false; ///< The last question was asked after the last visit was saved, and brought nobody.
    std::array<net::bytes, store::dialled_class_count> after;
    std::array<bool, store::dialled_class_count> more{};
    std::chrono::seconds asked_at{0};
    std::chrono::seconds next_due{0}; ///< 0: nobody waits.

    bool stalled = false;   ///< The DB writer cannot write.
    armed_timer pace_timer; ///< Until somebody who waits may be dialled.
    armed_timer due_timer;  ///< Until somebody is due.

    template <net::inspector F>
    friend auto inspect(F& f, state& x) {
      return f(x.crawler, x.db_writer, x.now, x.census, x.counters, x.pool, x.by_phase, x.dials,
               x.visits, x.tokens, x.saving, x.asking, x.news, x.settled, x.after, x.more,
               x.asked_at, x.next_due, x.stalled, x.pace_timer, x.due_timer);
    }
  };

  connection_manager(environment& env, net::actor_host& host, state& data)
      : env_(env), host_(host), s_(data) {}

  void start();
  caf::behavior make_behavior();
  void on_exception(std::string_view what);
  std::size_t mailbox_max() const;

private:
  void on_begin(const begin_crawl& m);
  void on_end();
  void on_outcome(peer_outcome& m);
  void on_saved(const operations_saved& m);
  void on_due(const storage_answer& m);
  void on_timer(net::timer_id timer);

  void dial_more();
  void dial(const store::due_peer& peer);
  void ask_who_is_due();
  void keep_timer(armed_timer& timer, std::optional<std::chrono::nanoseconds> mark,
                  std::chrono::nanoseconds delay);
  void arm_timers();
  void forget(const std::vector<net::endpoint>& unwelcome);
  void look_for_the_end();
  void enter(const net::endpoint& key, pool_entry entry);
  void set_phase(pool_entry& entry, pool_phase to);
  void leave(const net::endpoint& key);
  bool welcome(const net::endpoint& peer) const;
  void count(const net::visit_summary& summary);
  std::uint32_t in_phase(pool_phase which) const {
    return s_.by_phase[static_cast<std::size_t>(which)];
  }

  environment& env_;
  net::actor_host& host_;
  state& s_;
};

} // namespace seedwalk::actors
