// When a session waits no longer.

#include <algorithm>

#include "net/base/probe.hpp"
#include "net/bitcoin/session.hpp"

namespace seedwalk::net {

std::optional<steady_time> session::deadline(const session_config& config) const {
  const auto next = next_due(config);
  return next ? std::optional{next->at} : std::nullopt;
}

void session::on_tick(const session_step& step) {
  const auto now = step.now.steady;
  const auto next = next_due(step.config);
  if (!next || next->at > now)
    return;
  switch (next->kind) {
  case duty::handshake:
    return leave(step, outcome::handshake_timeout, closing::abort);
  case duty::framing:
    reached(probe::message_stalled);
    return leave(step, outcome::message_timeout, closing::abort);
  case duty::collection:
    return end_collection(step);
  case duty::probe:
  case duty::silence:
    reached(probe::ping_unanswered);
    return leave(step, outcome::ping_timeout, closing::abort);
  case duty::ping:
    return write_ping(step);
  }
}

std::optional<session::due> session::next_due(const session_config& config) const {
  std::optional<due> next;
  const auto consider = [&next](steady_time at, duty kind) {
    if (!next || at < next->at)
      next = due{at, kind};
  };
  if (state_ == session_state::dialling || state_ == session_state::closing ||
      state_ == session_state::ended)
    return next;
  const auto& timers = config.timers.of(peer_.network);
  const auto& alive = config.keep_alive;
  const auto pinged = keep_alive_.waiting_since();
  if (!established())
    consider(*connected_at_ + timers.handshake, duty::handshake);
  // While we do not listen, only what nothing may move goes on.
  if (deaf_since_) {
    if (state_ == session_state::collecting)
      consider(collection_.hard_end(timers), duty::collection);
    return next;
  }
  if (message_began_at_) {
    consider(last_byte_at_ + timers.message_idle, duty::framing);
    consider(*message_began_at_ + timers.message_whole, duty::framing);
  }
  if (auto end = collection_.deadline(timers))
    consider(*end, duty::collection);
  if (state_ == session_state::probing)
    consider(*pinged + timers.probe, duty::probe);
  if (state_ == session_state::held) {
    if (pinged)
      consider(*pinged + alive.ping_timeout, duty::silence);
    else
      consider(pinged_at_ + alive.ping_every, duty::ping);
    consider(last_byte_at_ + alive.inactivity, duty::silence);
  }
  return next;
}

void session::note_progress(steady_time now) {
  const auto progress = transport_.in_progress();
  if (!progress) {
    message_began_at_.reset();
  } else if (!message_began_at_ || message_offset_ != progress->offset) {
    message_began_at_ = now;
    message_offset_ = progress->offset;
  }
}

void session::end_collection(const session_step& step) {
  if (!collection_.running()) // Ended before, and what it brought was not taken in time.
    return hold_or_leave(step);
  const auto half = transport_.in_progress();
  const bool torn =
      half && (half->kind == message_kind::addr || half->kind == message_kind::addrv2);
  // What would have come is not known of a peer that we did not listen to.
  collection_.finish(step.now.steady, step.config.timers.of(peer_.network),
                     torn || deaf_since_.has_value());
  step.out.events.push_back(addresses_collected{});
  hold_or_leave(step);
}

/// A collection that ended while we heard the peer: goes on as soon as nothing that it brought is
/// on its way to the database. Who is to be held needs not wait for that.
void session::go_on_if_collected(const session_step& step) {
  if (state_ == session_state::collecting && !collection_.running() && (!deaf_since_ || plan_.hold))
    hold_or_leave(step);
}

void session::hold_or_leave(const session_step& step) {
  if (plan_.hold || direction_ == direction::inbound)
    return enter(session_state::held);
  if (!plan_.ask_addresses || collection_.answered())
    return leave(step, outcome::complete, closing::graceful);
  // Our own disk may have kept us from listening until the answer's time was over.
  leave(step, deaf_since_ ? outcome::local_failure : outcome::no_addresses, closing::graceful);
}

} // namespace seedwalk::net
