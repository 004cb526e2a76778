#include "net/bitcoin/session.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <stdexcept>

#include <fmt/format.h>

#include "net/base/probe.hpp"
#include "net/base/random.hpp"

namespace seedwalk::net {

namespace {

/// What is built; all else is skipped over without being held, whatever its size.
message_set wanted_messages() {
  message_set wanted;
  for (auto kind :
       {message_kind::version, message_kind::verack, message_kind::wtxidrelay,
        message_kind::sendaddrv2, message_kind::feature, message_kind::sendtxrcncl,
        message_kind::sendheaders, message_kind::sendcmpct, message_kind::feefilter,
        message_kind::ping, message_kind::pong, message_kind::addr, message_kind::addrv2})
    wanted.set(static_cast<std::size_t>(kind));
  return wanted;
}

/// Nobody but us can foresee it: a peer that could would end its own collection.
std::uint64_t marker_nonce(std::uint64_t key, std::uint64_t version_nonce) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i != bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(version_nonce >> (8 * i));
  return keyed_hash(key, "marker nonce", bytes);
}

/// Nobody but us can foresee it: a peer that could would choose its own round-trip time.
std::uint64_t ping_nonce(std::uint64_t key, std::uint64_t version_nonce, std::uint32_t count) {
  std::array<std::uint8_t, 12> bytes{};
  for (std::size_t i = 0; i != 8; ++i)
    bytes[i] = static_cast<std::uint8_t>(version_nonce >> (8 * i));
  for (std::size_t i = 0; i != 4; ++i)
    bytes[8 + i] = static_cast<std::uint8_t>(count >> (8 * i));
  return keyed_hash(key, "ping nonce", bytes);
}

} // namespace

session::session(net::direction direction, const endpoint& peer, std::uint64_t version_nonce,
                 steady_time now, visit_plan plan)
    : state_(session_state::dialling), direction_(direction), peer_(peer),
      version_nonce_(version_nonce), plan_(plan), started_at_(now) {}

bool session::established() const {
  return state_ == session_state::collecting || state_ == session_state::probing ||
         state_ == session_state::held;
}

void session::on_connected(const session_step& step) {
  if (state_ == session_state::closing || state_ == session_state::ended)
    return;
  enter(session_state::awaiting_version);
  reached_ = stage::connected;
  connected_at_ = last_byte_at_ = step.now.steady;
  transport_ = transport{v1_transport{{.magic = step.config.magic, .wanted = wanted_messages()}}};
  transport_.begin(step.out.output);
  if (direction_ == direction::outbound)
    write_version(step);
  want_more(step);
}

void session::on_connect_failed(const session_step& step, error reason) {
  if (state_ == session_state::ended)
    return;
  assert(!connected_at_);
  if (!outcome_) {
    outcome_ = outcome_of_failed_dial(reason);
    blame_ = *outcome_ == outcome::cancelled ? blame::cancelled : blame_of(reason);
    reason_ = reason;
  }
  finish(step);
}

void session::on_received(const session_step& step, byte_view data) {
  if (state_ == session_state::ended)
    return;
  assert(connected_at_ && data.size() <= allowance_);
  allowance_ -= static_cast<std::uint32_t>(data.size());
  carried_.bytes_in += data.size();
  if (state_ == session_state::closing)
    return;
  last_byte_at_ = step.now.steady;
  decode(step, data);
  want_more(step);
}

void session::on_input_ended(const session_step& step) {
  if (state_ == session_state::closing || state_ == session_state::ended)
    return;
  reason_ = error::end_of_input;
  leave(step, outcome_of_loss(reason_), closing::graceful);
}

void session::on_closed(const session_step& step, error reason) {
  if (state_ == session_state::ended)
    return;
  if (!outcome_) {
    outcome_ = connected_at_ ? outcome_of_loss(reason) : outcome_of_failed_dial(reason);
    blame_ = *outcome_ == outcome::cancelled ? blame::cancelled : blame_of(reason);
    reason_ = reason;
  }
  finish(step);
}

void session::addresses_taken(const session_step& step) {
  if (!deaf_since_)
    return;
  const auto now = step.now.steady;
  const auto pause = now - *deaf_since_;
  deaf_since_.reset();
  // A peer that we did not listen to was not slow.
  last_byte_at_ = std::min(last_byte_at_ + pause, now);
  if (message_began_at_)
    message_began_at_ = std::min(*message_began_at_ + pause, now);
  collection_.excuse(pause, now);
  keep_alive_.excuse(pause, now);
  if (!held_back_.empty()) {
    hand_on_rest(step);
    deaf_since_ = now;
    return;
  }
  go_on_if_collected(step);
  want_more(step);
}

bool session::send(const session_step& step, const message& outgoing) {
  if (!established())
    return false;
  write(step, outgoing);
  return true;
}

bool session::send(const session_step& step, const shared_message& outgoing) {
  if (!established())
    return false;
  const auto before = step.out.output.size();
  step.out.shared_output = transport_.write(step.out.output, outgoing);
  carried_.bytes_out += step.out.output.size() - before;
  if (step.out.shared_output)
    carried_.bytes_out += step.out.shared_output->size();
  ++carried_.messages_out;
  return true;
}

bool session::ping(const session_step& step) {
  if (!established())
    return false;
  if (!keep_alive_.waiting_since())
    write_ping(step);
  return true;
}

void session::on_config_changed(const session_step& step) {
  if (!peer_version_ || state_ == session_state::closing || state_ == session_state::ended)
    return;
  if (auto problem = objection(step.config))
    leave(step, *problem, closing::graceful);
}

void session::disconnect(const session_step& step, net::outcome outcome) {
  leave(step, outcome, connected_at_ ? closing::graceful : closing::abort);
}

void session::abandon(const session_step& step, net::outcome outcome) {
  if (state_ == session_state::ended)
    return;
  leave(step, outcome, closing::abort);
  step.out.close = closing::abort;
  finish(step);
}

visit_summary session::summary(steady_time now) const {
  visit_summary s;
  s.peer = peer_;
  s.direction = direction_;
  s.outcome = outcome_.value_or(outcome::cancelled);
  s.reached = reached_;
  s.blame = blame_;
  s.reason = reason_;
  s.whole = now - started_at_;
  if (connected_at_ && direction_ == direction::outbound)
    s.connecting = *connected_at_ - started_at_;
  s.handshake = handshake_took_;
  s.first_answer = collection_.first_block_took();
  s.round_trip = keep_alive_.shortest();
  s.carried = carried_;
  s.version = peer_version_;
  s.features = features_;
  s.addresses = collection_.report();
  return s;
}

void session::enter(session_state next) {
  if (!may_follow(state_, next))
    throw std::logic_error(fmt::format("session: {} after {}", name_of(next), name_of(state_)));
  state_ = next;
}

void session::write(const session_step& step, const message& outgoing) {
  const auto before = step.out.output.size();
  transport_.write(step.out.output, outgoing);
  carried_.bytes_out += step.out.output.size() - before;
  ++carried_.messages_out;
}

void session::write_version(const session_step& step) {
  const auto& config = step.config;
  msg::version own_version;
  own_version.protocol = config.protocol_version;
  own_version.services = config.services;
  own_version.time = step.now.wall.count();
  own_version.receiver =
      msg::version_address::of(peer_version_ ? peer_version_->services : 0, peer_);
  own_version.sender.emplace();
  own_version.sender->address.services = config.services;
  own_version.sender->address.port = config.listen_port;
  own_version.sender->nonce = version_nonce_;
  own_version.user_agent = config.user_agent;
  own_version.start_height = config.start_height;
  own_version.relay = config.relay;
  write(step, std::move(own_version));
}

void session::write_ping(const session_step& step) {
  pinged_at_ = step.now.steady;
  // Up to 60000 pings have no nonce and bring no pong (BIP31): they only keep the line open.
  if (common_version(step.config) <= bip31_version) {
    write(step, msg::ping{});
    return;
  }
  const auto nonce = ping_nonce(step.config.nonce_key, version_nonce_, keep_alive_.count());
  keep_alive_.sent(nonce, step.now.steady);
  write(step, msg::ping{nonce});
}

std::optional<std::uint64_t> session::write_marker(const session_step& step) {
  if (common_version(step.config) <= bip31_version)
    return std::nullopt;
  const auto nonce = marker_nonce(step.config.nonce_key, version_nonce_);
  write(step, msg::ping{nonce});
  return nonce;
}

void session::want_more(const session_step& step) {
  if (state_ == session_state::closing || state_ == session_state::ended || deaf_since_)
    return;
  const auto window = step.config.limits.receive_window;
  if (allowance_ > window / 2)
    return;
  step.out.want += window - allowance_;
  allowance_ = window;
}

void session::leave(const session_step& step, net::outcome outcome, closing by) {
  if (state_ == session_state::closing || state_ == session_state::ended)
    return;
  outcome_ = outcome;
  blame_ = blame_of(outcome);
  collection_.cut_off();
  hand_on_rest(step);
  transport_ = {}; // A connection that ends may take seconds to do so, and holds no half message.
  message_began_at_.reset();
  step.out.want = 0;
  step.out.close = by;
  enter(session_state::closing);
}

/// What was asked for may be in, and the peer gone before our own side has taken it.
outcome session::outcome_of_loss(error reason) const {
  const auto lost = outcome_of_lost_connection(reason, reached_);
  const bool has_all = state_ == session_state::collecting && !collection_.running();
  const bool left_us = lost == outcome::closed_after_handshake || lost == outcome::reset;
  if (!has_all || !left_us)
    return lost;
  reached(probe::lost_with_all);
  return outcome::complete;
}

void session::hand_on_rest(const session_step& step) {
  step.out.addresses.append(held_back_);
  held_back_ = {};
}

void session::finish(const session_step& step) {
  collection_.cut_off();
  hand_on_rest(step);
  transport_ = {};
  enter(session_state::ended);
  step.out.summary = summary(step.now.steady);
}

} // namespace seedwalk::net
