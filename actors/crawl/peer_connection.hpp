#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <caf/behavior.hpp>

#include "actors/crawl/environment.hpp"
#include "actors/crawl/peer_messages.hpp"
#include "actors/crawl/storage_messages.hpp"
#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/timers.hpp"
#include "net/bitcoin/session.hpp"

namespace seedwalk::actors {

/// One connection to one peer, dialled or accepted, from its beginning to its one outcome.
///
/// A thin actor: `net::session` decides, this carries out. It keeps one timer, for the session's
/// next deadline, and reads nothing more from the peer while addresses that it handed to the DB
/// writer are not durable. Its last message is its `peer_outcome`, also when it failed.
class peer_connection {
public:
  static constexpr std::string_view kind = "peer";
  using environment = actors::environment;

  struct state {
    settings_in_use settings;
    net::endpoint key; ///< Under which the manager's pool has it.
    net::owner manager;
    net::owner db_writer;
    net::session session;
    net::connection_id connection;                ///< 0 outbound, until dialled.
    store::transport via = store::transport::tcp; ///< How it was dialled.
    command_counts messages;                      ///< Received, and not reported yet.
    net::timer_id timer;                          ///< 0: none runs.
    net::steady_time timer_due{0};
    SEEDWALK_INSPECT(state, settings, key, manager, db_writer, session, connection, via, messages,
                     timer, timer_due)
  };

  peer_connection(environment& env, net::actor_host& host, state& data);

  void start();
  caf::behavior make_behavior();
  void on_exception(std::string_view text);
  std::size_t mailbox_max() const;

private:
  net::session_step step();
  void carry_out();
  void hand_on_addresses();
  void report_events();
  void rearm();
  void finish(net::visit_summary&& summary);

  environment& env_;
  net::actor_host& host_;
  state& s_;
};

} // namespace seedwalk::actors
