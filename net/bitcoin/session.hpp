#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/bytes.hpp"
#include "net/base/error.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "net/bitcoin/address_collection.hpp"
#include "net/bitcoin/keep_alive.hpp"
#include "net/bitcoin/messages.hpp"
#include "net/bitcoin/session_config.hpp"
#include "net/bitcoin/session_effects.hpp"
#include "net/bitcoin/session_state.hpp"
#include "net/bitcoin/transport.hpp"
#include "net/bitcoin/visit_summary.hpp"

namespace seedwalk::net {

/// What each event brings along: the configuration of the day, the moment, and where the effects
/// go.
struct session_step {
  const session_config& config;
  instant now;
  session_effects& out; ///< Appended to; the caller carries the effects out and clears it.
};

/// One conversation with one Bitcoin peer, from the dial or the acceptance to the end of the
/// connection.
///
/// A plain value: it can be captured with `inspect` at any moment, half a message included, and
/// what is restored goes on as the original would. It has no clock, no socket and no timer: events
/// come in, effects come out, and `deadline` says when to call again.
///
///     session s{direction::outbound, peer, nonce, now.steady, {.ask_addresses = true}};
///     s.on_connected({config, now, effects});
///     ... carry out `effects`, effects.clear(), set ONE timer to s.deadline(config) ...
///
/// Outbound we send `version`; when the peer's has come, `sendaddrv2` and `verack`; when its verack
/// has come, `ping` and (by plan) `getaddr` with a second ping behind it that marks the end of the
/// answer, and then listen (see net/bitcoin/address_collection.hpp). A visit leaves once its
/// collection is over and what it handed on has been taken. Inbound we send `version`, `sendaddrv2`
/// and `verack` in answer to the peer's version, and then answer nothing but pings. Inbound
/// sessions and those with a plan to hold stay, and are pinged.
///
/// What a peer may do follows Bitcoin Core's net_processing.cpp: before its version everything else
/// is ignored, so is everything but negotiation and pings before its verack, so are a second
/// version or verack, unknown commands and broken payloads. wtxidrelay, sendaddrv2 and feature
/// after verack, feature from a peer whose version does not have it, and requests for services that
/// we do not offer (mempool, Bloom and compact filters) end the session. We never send wtxidrelay:
/// it changes how transactions are announced, and with version.relay = 0 none are.
///
/// Exactly one summary leaves a session, with its last event: `on_closed`, `on_connect_failed`, or
/// `abandon`. Events after it do nothing.
///
/// Errors: none. What a peer sends ends in an outcome. A step that `may_follow` does not know would
/// be a bug of ours: std::logic_error in every build, upon which the owner abandons the session as
/// `internal_error`. Other events that the order of the network door forbids are asserted.
///
/// Threads: none of its business; a value.
class session {
public:
  /// For archives only.
  session() = default;

  /// `peer` is whom we dial, or who was accepted. `version_nonce` comes from make_version_nonce().
  session(net::direction direction, const endpoint& peer, std::uint64_t version_nonce,
          steady_time now, visit_plan plan = {});

  // -- what the network door says --------------------------------------------------------------

  /// The dial succeeded, or we took over an accepted connection.
  void on_connected(const session_step& step);

  /// The dial failed. Sends the summary.
  void on_connect_failed(const session_step& step, error reason);

  /// Bytes came, in any split. They are not kept beyond the call, but for an unfinished message.
  void on_received(const session_step& step, byte_view data);

  /// The peer ended its side. We need nothing more, and end ours.
  void on_input_ended(const session_step& step);

  /// The connection is over. Sends the summary.
  void on_closed(const session_step& step, error reason);

  // -- time ------------------------------------------------------------------------------------

  /// When to call on_tick at the latest, unless another event comes first and moves it.
  std::optional<steady_time> deadline(const session_config& config) const;

  /// Does what is due. Does nothing if nothing is: a late or needless call is harmless.
  void on_tick(const session_step& step);

  // -- what our side says ----------------------------------------------------------------------

  /// The addresses that were handed on have arrived where they belong: hands on what came
  /// meanwhile, or listens again, or leaves if that was all.
  void addresses_taken(const session_step& step);

  /// Sends a message, once the handshake is complete; false before that and after goodbye.
  bool send(const session_step& step, const message& outgoing);

  /// The same for a message that many sessions send.
  bool send(const session_step& step, const shared_message& outgoing);

  /// Sends a ping now, unless one is out already; false as for send().
  bool ping(const session_step& step);

  /// The configuration changed: a peer that it forbids is sent away as `banned`.
  void on_config_changed(const session_step& step);

  /// Ends it: with `cancelled`, `duplicate`, `banned`, `internal_error` ... The summary follows
  /// when the connection has ended. The first reason stands.
  void disconnect(const session_step& step, net::outcome outcome = outcome::cancelled);

  /// Ends it at once with a summary, without hearing from the door: for an actor that must go.
  void abandon(const session_step& step, net::outcome outcome);

  // -- what is known ---------------------------------------------------------------------------

  session_state state() const { return state_; }
  net::direction direction() const { return direction_; }
  const endpoint& peer() const { return peer_; }
  std::uint64_t version_nonce() const { return version_nonce_; }
  bool established() const;
  const std::optional<msg::version>& peer_version() const { return peer_version_; }
  const peer_features& features() const { return features_; }
  const address_report& addresses() const { return collection_.report(); }
  const traffic& carried() const { return carried_; }
  /// The shortest round trip so far.
  std::optional<std::chrono::nanoseconds> round_trip() const { return keep_alive_.shortest(); }
  /// When the last byte came; when it connected, before that.
  steady_time last_heard() const { return last_byte_at_; }

  /// What the summary would say now.
  visit_summary summary(steady_time now) const;

  SEEDWALK_INSPECT(session, state_, direction_, peer_, version_nonce_, plan_, started_at_,
                   connected_at_, handshake_took_, last_byte_at_, message_began_at_,
                   message_offset_, deaf_since_, pinged_at_, allowance_, reached_, outcome_, blame_,
                   reason_, transport_, peer_version_, features_, carried_, collection_,
                   keep_alive_, held_back_)

private:
  /// What a deadline is for, and when it is.
  enum class duty : std::uint8_t { handshake, framing, collection, probe, ping, silence };
  struct due {
    steady_time at;
    duty kind;
  };

  // session.cpp: the door, our side, endings
  void enter(session_state next);
  void write(const session_step& step, const message& outgoing);
  void write_version(const session_step& step);
  void write_ping(const session_step& step);
  std::optional<std::uint64_t> write_marker(const session_step& step);
  void want_more(const session_step& step);
  void leave(const session_step& step, net::outcome outcome, closing by);
  outcome outcome_of_loss(error reason) const;
  void hand_on_rest(const session_step& step);
  void finish(const session_step& step);

  // session_messages.cpp: what the peer says
  void decode(const session_step& step, byte_view data);
  void take(const session_step& step, decoded_message&& event);
  void take(const session_step& step, const skipped_message& event);
  void take(const session_step& step, const refused_message& event);
  void on_version(const session_step& step, msg::version&& version);
  void on_verack(const session_step& step);
  void on_negotiation(const session_step& step, peer_feature feature);
  void on_feature(const session_step& step, msg::feature&& feature);
  void on_ping(const session_step& step, const msg::ping& ping);
  void on_pong(const session_step& step, const msg::pong& pong);
  void on_addresses(const session_step& step, msg::addr_list&& entries, std::uint32_t skipped);
  std::optional<outcome> objection(const session_config& config) const;
  std::int32_t common_version(const session_config& config) const;
  bool within_budget(const session_step& step) const;

  // session_deadlines.cpp
  std::optional<due> next_due(const session_config& config) const;
  void note_progress(steady_time now);
  void end_collection(const session_step& step);
  void go_on_if_collected(const session_step& step);
  void hold_or_leave(const session_step& step);

  session_state state_ = session_state::ended;
  net::direction direction_ = direction::outbound;
  endpoint peer_;
  std::uint64_t version_nonce_ = 0;
  visit_plan plan_;

  steady_time started_at_{0};
  std::optional<steady_time> connected_at_;
  std::optional<std::chrono::nanoseconds> handshake_took_;
  steady_time last_byte_at_{0};
  std::optional<steady_time> message_began_at_; ///< While a message is half there.
  std::uint64_t message_offset_ = 0;            ///< Which one that is.
  std::optional<steady_time> deaf_since_;       ///< While addresses are not taken.
  steady_time pinged_at_{0};
  std::uint32_t allowance_ = 0; ///< Bytes wanted, and not delivered yet.

  stage reached_ = stage::dialling;
  std::optional<outcome> outcome_; ///< Known from `closing` on.
  net::blame blame_ = blame::cancelled;
  error reason_ = error::none;

  transport transport_;
  std::optional<msg::version> peer_version_;
  peer_features features_;
  traffic carried_;
  address_collection collection_;
  keep_alive keep_alive_;
  /// Addresses that came while those before them were not taken. Bounded by the allowance.
  msg::addr_list held_back_;
};

} // namespace seedwalk::net
