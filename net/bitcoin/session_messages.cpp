// What a session makes of what its peer says. The rules are those of Bitcoin Core's
// net_processing.cpp (PeerManagerImpl::ProcessMessage); where a crawler differs, it says so.

#include <algorithm>
#include <cassert>
#include <utility>

#include "net/base/probe.hpp"
#include "net/bitcoin/session.hpp"

namespace seedwalk::net {

namespace {

bool is_addresses(message_kind kind) {
  return kind == message_kind::addr || kind == message_kind::addrv2;
}

/// Asks for a service that we do not offer: Core closes at once.
bool asks_for_missing_service(message_kind kind) {
  switch (kind) {
  case message_kind::mempool:
  case message_kind::filterload:
  case message_kind::filteradd:
  case message_kind::filterclear:
  case message_kind::getcfilters:
  case message_kind::getcfheaders:
  case message_kind::getcfcheckpt:
    return true;
  default:
    return false;
  }
}

/// Of the errors for which Core closes, those that break the form of a message rather than a limit.
bool breaks_form(wire_error e) {
  switch (e) {
  case wire_error::announce_out_of_range:
  case wire_error::feature_id_length:
  case wire_error::feature_data_too_long:
  case wire_error::feature_trailing_bytes:
    return true;
  default:
    return false;
  }
}

template <class T>
T& as(message& m) {
  auto value = std::get_if<T>(&m);
  assert(value);
  return *value;
}

} // namespace

void session::decode(const session_step& step, byte_view data) {
  const auto handed_on_before = step.out.addresses.size();
  while (state_ != session_state::closing) {
    if (!within_budget(step)) {
      leave(step, outcome::misbehaved, closing::abort);
      return;
    }
    auto event = transport_.next(data, step.out.output);
    if (std::holds_alternative<need_more>(event))
      break;
    if (auto whole = std::get_if<decoded_message>(&event))
      take(step, std::move(*whole));
    else if (auto passed = std::get_if<skipped_message>(&event))
      take(step, *passed);
    else
      take(step, std::get<refused_message>(event));
  }
  if (state_ == session_state::closing)
    return;
  note_progress(step.now.steady);
  if (step.out.addresses.size() != handed_on_before && !deaf_since_)
    deaf_since_ = step.now.steady;
  go_on_if_collected(step);
}

bool session::within_budget(const session_step& step) const {
  const auto& limits = step.config.limits;
  const auto lasted = std::chrono::floor<std::chrono::seconds>(step.now.steady - *connected_at_);
  const auto seconds = static_cast<std::uint64_t>(lasted.count());
  return carried_.bytes_in <= limits.bytes_at_once + limits.bytes_per_second * seconds &&
         carried_.messages_in <= limits.messages_at_once + limits.messages_per_second * seconds;
}

void session::take(const session_step& step, decoded_message&& event) {
  const auto kind = event.frame.kind;
  ++carried_.messages_in;
  step.out.messages.push_back({kind, event.frame.payload_bytes});
  carried_.trailing_bytes += event.trailing_bytes;
  switch (kind) {
  case message_kind::version:
    return on_version(step, std::move(as<msg::version>(event.value)));
  case message_kind::verack:
    return on_verack(step);
  case message_kind::wtxidrelay:
    return on_negotiation(step, peer_feature::wtxidrelay);
  case message_kind::sendaddrv2:
    return on_negotiation(step, peer_feature::sendaddrv2);
  case message_kind::feature:
    return on_feature(step, std::move(as<msg::feature>(event.value)));
  case message_kind::ping:
    return on_ping(step, as<msg::ping>(event.value));
  case message_kind::sendtxrcncl:
    // Late ones Core ignores too, unless it was told to reconcile.
    if (state_ == session_state::awaiting_verack)
      features_.set(peer_feature::sendtxrcncl);
    return;
  default:
    break;
  }
  if (!established())
    return; // Core: "Unsupported message prior to verack".
  switch (kind) {
  case message_kind::pong:
    return on_pong(step, as<msg::pong>(event.value));
  case message_kind::addr: {
    auto& block = as<msg::addr>(event.value);
    return on_addresses(step, std::move(block.entries), block.skipped.total());
  }
  case message_kind::addrv2: {
    auto& block = as<msg::addrv2>(event.value);
    return on_addresses(step, std::move(block.entries), block.skipped.total());
  }
  case message_kind::sendheaders:
    return features_.set(peer_feature::sendheaders);
  case message_kind::feefilter:
    features_.fee_rate_min = as<msg::feefilter>(event.value).satoshis_per_kilobyte;
    return features_.set(peer_feature::feefilter);
  case message_kind::sendcmpct:
    features_.compact_announce = as<msg::sendcmpct>(event.value).announce;
    features_.compact_version = as<msg::sendcmpct>(event.value).version;
    return features_.set(peer_feature::sendcmpct);
  default:
    return;
  }
}

void session::take(const session_step& step, const skipped_message& event) {
  const auto kind = event.frame.kind;
  ++carried_.messages_in;
  step.out.messages.push_back({kind, event.frame.payload_bytes});
  if (kind == message_kind::unknown)
    ++carried_.messages_unknown;
  if (!established())
    return;
  if (kind == message_kind::filterload)
    features_.set(peer_feature::bloom_filter);
  if (asks_for_missing_service(kind))
    leave(step, outcome::misbehaved, closing::abort);
}

void session::take(const session_step& step, const refused_message& event) {
  ++carried_.messages_in;
  ++carried_.messages_refused;
  if (established() && is_addresses(event.frame.kind))
    collection_.add_refused();
  // Before the handshake is over Core does not even look into these.
  const bool heard = established() || event.frame.kind == message_kind::feature ||
                     event.frame.kind == message_kind::sendcmpct;
  switch (event.consequence) {
  case wire_consequence::drop_message:
    return;
  case wire_consequence::misbehaved:
    if (!heard || state_ == session_state::awaiting_version)
      return;
    reached(probe::message_refused);
    return leave(step, breaks_form(event.error) ? outcome::malformed : outcome::misbehaved,
                 closing::abort);
  case wire_consequence::lost_framing:
    reached(event.error == wire_error::oversize_payload ? probe::oversize_announced
                                                        : probe::framing_lost);
    return leave(step,
                 event.error == wire_error::oversize_payload ? outcome::oversize
                                                             : outcome::wrong_magic,
                 closing::abort);
  }
}

std::int32_t session::common_version(const session_config& config) const {
  return peer_version_ ? std::min(config.protocol_version, peer_version_->protocol)
                       : config.protocol_version;
}

std::optional<outcome> session::objection(const session_config& config) const {
  if (peer_version_->protocol < min_peer_protocol_version)
    return outcome::obsolete;
  if (!welcomes(config, peer_version_->user_agent.value_or("")))
    return outcome::banned;
  if (direction_ == direction::outbound &&
      (config.required_services & ~peer_version_->services) != 0)
    return outcome::services_missing;
  return std::nullopt;
}

void session::on_version(const session_step& step, msg::version&& version) {
  if (state_ != session_state::awaiting_version)
    return; // Core: "redundant version message".
  peer_version_ = std::move(version);
  reached_ = stage::version;
  const auto nonce = peer_version_->sender ? peer_version_->sender->nonce : 0;
  if (nonce == version_nonce_ || is_own_version_nonce(step.config.nonce_key, nonce)) {
    reached(probe::met_ourselves);
    // Core hangs up without a word. Ours says who it is, so that the end of it which dialled learns
    // the same, and does not take itself for a full node.
    if (direction_ != direction::outbound)
      write_version(step);
    return leave(step, outcome::self, closing::graceful);
  }
  if (auto problem = objection(step.config)) {
    reached(probe::version_refused);
    return leave(step, *problem, closing::graceful);
  }
  const auto common = common_version(step.config);
  transport_.set_protocol_version(common);
  if (direction_ != direction::outbound)
    write_version(step);
  if (common >= wtxid_relay_version)
    write(step, msg::sendaddrv2{});
  write(step, msg::verack{});
  step.out.events.push_back(version_received{});
  enter(session_state::awaiting_verack);
}

void session::on_verack(const session_step& step) {
  if (state_ != session_state::awaiting_verack)
    return; // Before a version, or once more: ignored, as Core does.
  const auto now = step.now.steady;
  reached_ = stage::verack;
  handshake_took_ = now - *connected_at_;
  step.out.events.push_back(handshake_completed{*handshake_took_});
  if (direction_ == direction::inbound_over_capacity)
    return leave(step, outcome::complete, closing::graceful);
  write_ping(step);
  if (direction_ == direction::outbound && plan_.ask_addresses) {
    write(step, msg::getaddr{});
    collection_.begin(now, write_marker(step));
    return enter(session_state::collecting);
  }
  if (direction_ == direction::outbound && keep_alive_.waiting_since())
    return enter(session_state::probing);
  hold_or_leave(step);
}

void session::on_negotiation(const session_step& step, peer_feature feature) {
  if (established()) {
    reached(probe::spoke_out_of_turn);
    return leave(step, outcome::misbehaved, closing::abort);
  }
  const bool counts =
      feature != peer_feature::wtxidrelay || common_version(step.config) >= wtxid_relay_version;
  if (state_ == session_state::awaiting_verack && counts)
    features_.set(feature);
}

void session::on_feature(const session_step& step, msg::feature&& feature) {
  // Who does not speak 70017 knows no such command.
  if (step.config.protocol_version < feature_version || state_ == session_state::awaiting_version)
    return;
  if (established() || peer_version_->protocol < feature_version)
    return leave(step, outcome::misbehaved, closing::abort);
  features_.set(peer_feature::feature);
  if (features_.ids.size() < step.config.limits.feature_ids)
    features_.ids.push_back(std::move(feature.id));
}

void session::on_ping(const session_step& step, const msg::ping& ping) {
  // Before its version, a peer is not heard. Before its verack it is, unlike in Core: some nodes
  // ping early, and our verack is out by then.
  if (state_ == session_state::awaiting_version || !ping.nonce)
    return;
  write(step, msg::pong{*ping.nonce});
}

void session::on_pong(const session_step& step, const msg::pong& pong) {
  if (collection_.running() && collection_.take_pong(pong.nonce)) {
    if (!collection_.running())
      step.out.events.push_back(addresses_collected{});
    return;
  }
  if (!keep_alive_.answered(pong.nonce, step.now.steady))
    return;
  if (auto took = keep_alive_.latest())
    step.out.events.push_back(round_trip_measured{*took});
  if (state_ == session_state::probing)
    hold_or_leave(step);
}

void session::on_addresses(const session_step& step, msg::addr_list&& entries,
                           std::uint32_t skipped) {
  if (collection_.running())
    reached_ = stage::addresses;
  collection_.add_block(step.now.steady, peer_, step.config.limits, std::move(entries), skipped,
                        deaf_since_ ? held_back_ : step.out.addresses);
}

} // namespace seedwalk::net
