#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/behavior.hpp>

#include "actors/crawl/ban_table.hpp"
#include "actors/crawl/broadcast_table.hpp"
#include "actors/crawl/clock_check.hpp"
#include "actors/crawl/connection_counts.hpp"
#include "actors/crawl/crawl_messages.hpp"
#include "actors/crawl/crawl_tally.hpp"
#include "actors/crawl/dial_health.hpp"
#include "actors/crawl/dial_schedule.hpp"
#include "actors/crawl/due_questions.hpp"
#include "actors/crawl/environment.hpp"
#include "actors/crawl/outage_detector.hpp"
#include "actors/crawl/peer_messages.hpp"
#include "actors/crawl/peer_pool.hpp"
#include "actors/crawl/pool_messages.hpp"
#include "actors/crawl/reconnect_table.hpp"
#include "actors/crawl/spare_peers.hpp"
#include "actors/crawl/storage_messages.hpp"
#include "actors/crawl/subscriber_table.hpp"
#include "actors/crawl/time_mender.hpp"
#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/timers.hpp"
#include "net/bitcoin/session.hpp"

namespace seedwalk::actors {

/// Decides who is dialled and when, who may stay and who is sent away, on both sides of a
/// connection; keeps the one map of everybody who is connected or about to be.
///
/// It asks the DB writer for endpoints that are due, reserves a slot, spawns a peer connection, and
/// when its outcome is in, frees the slot and has the visit saved. An endpoint leaves the pool when
/// its record is durable: until then it cannot come back from the database as due.
///
/// Where to read on: dialling and the end in connection_manager.cpp; connections, inbound ones
/// included, in manager_connections.cpp; clocks that are set in manager_clock.cpp; failures of ours
/// in manager_failures.cpp; bans, commands, subscribers and statistics in manager_commands.cpp.
class connection_manager {
public:
  static constexpr std::string_view kind = "manager";
  using environment = actors::environment;

  enum class phase : std::uint8_t { waiting = 0, loading, crawling, ending, ended };

  /// Whether a crawl that is to end by itself may end when nothing is due: the crawler is asked
  /// before, while it may know where to look for more.
  enum class more_to_come : std::uint8_t { no = 0, maybe, asked };

  /// What it wakes for.
  enum class alarm : std::uint8_t {
    pace = 0,  ///< Somebody who waits may be dialled.
    due,       ///< Somebody is due.
    reconnect, ///< A lost peer is to be dialled again.
    reap,      ///< Silent peers are looked for.
    bans,      ///< The bans are asked for again.
    brake,     ///< More may be dialled, after a shortage.
    probe,     ///< A network in an outage is tried.
  };
  static constexpr std::size_t alarm_count = 7;

  /// A timer and what it was started for, so that it is started anew only when that changes.
  struct armed_timer {
    net::timer_id id;
    std::optional<std::chrono::nanoseconds> mark; ///< Nothing: it does not run.
    SEEDWALK_INSPECT(armed_timer, id, mark)
  };

  /// What the answer of the DB writer to a token is for.
  struct saving {
    std::optional<net::endpoint> leaves; ///< Leaves the pool then.
    net::owner asker;                    ///< Hears `command_done` then; `nobody`: nobody does.
    std::uint64_t token = 0;
    std::uint32_t affected = 0;
    std::optional<store::mend_times> mends; ///< What mends clocks' doings.
    SEEDWALK_INSPECT(saving, leaves, asker, token, affected, mends)
  };

  struct open_listener {
    net::endpoint local;
    bool since_start = true; ///< A crawl does not start without; one that a reload adds may fail.
    SEEDWALK_INSPECT(open_listener, local, since_start)
  };

  struct state {
    settings_in_use settings;
    net::owner crawler;
    net::owner db_writer;
    phase now = phase::waiting;
    std::uint32_t census = 0;
    peer_pool pool;
    dial_schedule dials;
    connection_counts connections; ///< Names the peer connections.
    std::uint64_t tokens = 0;
    std::map<std::uint64_t, saving> awaited; ///< By token of the DB writer.
    due_questions due;
    bool stalled = false;                        ///< The DB writer cannot write.
    std::uint32_t bans_asked = 0;                ///< How often, before they were known.
    std::array<armed_timer, alarm_count> timers; ///< By alarm.

    dial_health health;
    more_to_come more = more_to_come::no;

    clock_check clock;
    clock_check::verdict clock_said = clock_check::verdict::unknown; ///< And the log knows.
    time_mender mender;

    ban_table bans;
    reconnect_table reconnects;
    spare_peers spares;
    outage_detector outages;
    std::map<net::listener_id, open_listener> listeners;
    subscriber_table subscribers;
    broadcast_table broadcasts;
    crawl_tally tally;
    store::note_census noted; ///< What of the tally was sent to the database last.

    SEEDWALK_INSPECT(state, settings, crawler, db_writer, now, census, pool, dials, connections,
                     tokens, awaited, due, stalled, bans_asked, timers, health, clock, clock_said,
                     mender, bans, reconnects, spares, outages, listeners, subscribers, broadcasts,
                     tally, more, noted)
  };

  connection_manager(environment& env, net::actor_host& host, state& data)
      : env_(env), host_(host), s_(data) {
    env.settings.attach(data.settings);
  }

  void start();
  caf::behavior make_behavior();
  void on_exception(std::string_view text);
  std::size_t mailbox_max() const;

private:
  // connection_manager.cpp: beginning, dialling, end
  void on_begin(const begin_crawl& m);
  void on_end();
  void on_saved(const operations_saved& m);
  void on_answer(const storage_answer& m);
  void ask_for_bans();
  void on_bans(const storage_answer& m);
  void on_due(const store::due_answer& answer);
  void on_due_unknown(const store::error& reason);
  void ask_for_spares();
  void on_spares(const store::due_answer& answer);
  void on_timer(net::timer_id timer);
  void dial_more();
  void note_announcements();
  void look_again();
  void drop_unwelcome();
  void ask_who_is_due();
  void put_off(const std::vector<net::endpoint>& unwelcome);
  void keep_timer(alarm name, std::optional<std::chrono::nanoseconds> mark,
                  std::chrono::nanoseconds delay);
  void wake_at(alarm name, std::optional<net::steady_time> moment);
  void arm_timers();
  void look_for_the_end();
  crawl_progress progress() const;
  std::uint64_t save(std::vector<store::operation> operations, saving then);

  // manager_clock.cpp: wall clocks that are set
  void watch_clock();
  void tell_verdict_on_clock();
  void write_page(std::optional<store::mend_times> page);
  void mend_once_believed();
  void on_mended(const store::times_mended& done, const store::mend_times& asked);
  std::chrono::seconds ban_time() const;

  // manager_failures.cpp: failures of ours
  void note_failure(const net::visit_summary& summary);
  void note_local(net::error reason);
  void sum_up_failures();
  void give_back(const net::endpoint& key, pool_entry& entry, const net::visit_summary& summary);

  // manager_connections.cpp: from a dial or an acceptance to the outcome
  void listen(bool since_start);
  void on_listen_failed(const net::listen_failed& m);
  void on_accepted(const net::accepted& m);
  void dial(const store::due_peer& due);
  net::owner spawn_peer(const net::endpoint& key, net::direction direction,
                        net::connection_id connection, net::visit_plan plan);
  bool wants_to_hold() const;
  bool dial_spare();
  bool dial_again(const net::endpoint& key);
  void note_dial(const net::endpoint& key, const pool_entry& entry,
                 const net::visit_summary& summary);
  void probe_outages();
  void on_connected(const peer_connected& m);
  void on_identified(const peer_identified& m);
  void on_established(peer_established& m);
  void on_seen(const peer_seen& m);
  void on_outcome(peer_outcome& m);
  std::vector<store::operation> with_note(store::operation operation);
  void save_outcome(const net::endpoint& key, const pool_entry& entry,
                    const net::visit_summary& summary, store::transport via);
  void punish(const net::endpoint& key, const net::visit_summary& summary);
  bool agent_is_banned(const net::visit_summary& summary) const;
  void reconnect_or_replace(const net::endpoint& key, const pool_entry& entry,
                            const net::visit_summary& summary);
  void dial_reconnects();
  void send_away(const net::endpoint& key, pool_entry& entry, net::outcome outcome);
  void reap();

  // manager_commands.cpp: bans, commands, subscribers, statistics
  bool welcome(const net::endpoint& peer) const;
  void ban(store::ban_record record, saving then);
  std::uint32_t send_away_unwelcome();
  void on_ban(const ban_peer& m);
  void on_unban(const unban_peer& m);
  void on_drop(const drop_peer& m);
  void on_broadcast(const broadcast& m);
  void on_shared_sent(const shared_sent& m);
  void finish(broadcast_table::finished done);
  void on_apply(const apply_settings& m);
  void tell(const pool_event& event);
  pool_snapshot snapshot(std::uint64_t token) const;
  void answer_command(net::owner to, std::uint64_t token, std::string problem,
                      std::uint32_t affected);
  bool keeps_connections() const;
  void end_at_once();

  environment& env_;
  net::actor_host& host_;
  state& s_;
  std::shared_ptr<const void> life_ = std::make_shared<int>(); ///< For those who look at the pool.
};

} // namespace seedwalk::actors
