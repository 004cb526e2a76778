// What travels between the two sides of a connection, and what it does when it arrives.

#include <algorithm>
#include <cassert>

#include "net/base/random.hpp"
#include "sim/network/transport.hpp"

namespace seedwalk::sim {

namespace {

/// What was lost while packets vanished is sent again within so long of the end of that.
constexpr std::uint64_t sent_again_within_ns = 1'000'000'000;

} // namespace

void transport::send(const place& from, packet&& packet) {
  auto& self = from.self();
  if (self.cut)
    return;
  const auto place_in_stream =
      packet.type == packet::kind::window ? self.announced : self.sent_offset;
  const auto name = name_from("packet", self.to_peer.key, place_in_stream, packet.type);
  auto due = std::max(now(), self.line_free) + from.link->link_delay;
  if (from.link->route.path.empty())
    due += options_.jitter.at(events_.draw()("jitter", name));
  const bool is_dial = packet.type == packet::kind::syn || packet.type == packet::kind::syn_ack ||
                       packet.type == packet::kind::refusal;
  const place dialler{from.link, connection::dialler, from.slot};
  if (const auto rule =
          faults_.empty() ? nullptr : faults_.on_packet(from.link->subject(from.side), now())) {
    if (rule->until == net::steady_time::max()) {
      self.cut = true;
      if (is_dial)
        await_deadline(dialler);
      else if (packet.type == packet::kind::data || packet.type == packet::kind::fin)
        plan_alone(from, event::give_up, now() + options_.give_up);
      return;
    }
    const auto again = events_.draw()("again", name) % sent_again_within_ns;
    due += rule->until - now() + net::steady_time{static_cast<std::int64_t>(again)};
  }
  self.under_way.push(std::move(packet));
  events_.put(due, self.to_peer, *this, event_of(from.other(), event::arrival));
  if (is_dial && self.to_peer.last > from.link->dial_deadline)
    await_deadline(dialler);
}

void transport::arrive(const place& to) {
  assert(!to.peer().under_way.empty());
  auto arrived = to.peer().under_way.pop();
  switch (arrived.type) {
  case packet::kind::syn:
    return on_syn(to);
  case packet::kind::syn_ack:
    return on_syn_ack(to);
  case packet::kind::refusal:
    return on_refusal(to, arrived.reason);
  case packet::kind::ack:
    return on_ack(to);
  case packet::kind::data:
    return on_data(to, std::move(arrived.data));
  case packet::kind::fin:
    return on_fin(to);
  case packet::kind::window:
    to.self().used -= std::min(to.self().used, arrived.bytes);
    return flush(to);
  case packet::kind::rst:
    return on_rst(to);
  }
}

void transport::on_syn(const place& to) {
  auto& self = to.self();
  if (self.now == half::phase::absent)
    return send(to, {packet::kind::syn_ack, {}, 0, {}});
  const auto answer = switchboard_.find(to.link->route);
  if (answer.type == dial_answer::kind::fails)
    return send(to, {packet::kind::refusal, answer.reason, 0, {}});
  if (answer.type == dial_answer::kind::silent || !answer.acceptor->has_room())
    return await_deadline(to.other());
  self.now = half::phase::unborn;
  send(to, {packet::kind::syn_ack, {}, 0, {}});
}

void transport::on_syn_ack(const place& to) {
  auto& self = to.self();
  if (self.now != half::phase::dialling)
    return;
  self.now = half::phase::open;
  send(to, {packet::kind::ack, {}, 0, {}});
  if (self.unsent != 0 || self.drained_owed || self.out != half::output::open)
    plan_flush(to);
  self.user->on_connected(ref_of(to), self.tag, to.link->route.from);
}

void transport::on_refusal(const place& to, net::error reason) {
  if (to.self().now == half::phase::dialling)
    finish(to, reason);
}

void transport::on_ack(const place& to) {
  auto& self = to.self();
  if (self.now != half::phase::unborn)
    return;
  self.now = half::phase::unowned;
  const auto answer =
      switchboard_.find(to.link->route); // Who listened when the dial came may be gone.
  if (answer.type != dial_answer::kind::accepts) {
    cut_off(to);
    self.now = half::phase::over;
    return;
  }
  answer.acceptor->on_established(ref_of(to), to.link->route);
}

void transport::on_data(const place& to, net::buffer&& data) {
  auto& self = to.self();
  const auto size = static_cast<std::uint32_t>(data.size());
  switch (self.now) {
  case half::phase::open:
  case half::phase::unowned:
    self.arrived.push(std::move(data));
    self.untaken += size;
    return has_arrived(to);
  case half::phase::closing:
    return taken(to, size);
  case half::phase::over:
    if (now() < self.lingers_until)
      return taken(to, size);
    return send(to, {packet::kind::rst, {}, 0, {}});
  case half::phase::dialling:
  case half::phase::unborn:
  case half::phase::ending:
  case half::phase::absent:
    return;
  }
}

void transport::on_fin(const place& to) {
  auto& self = to.self();
  if (self.in != half::input::open)
    return;
  self.in = half::input::fin_arrived;
  has_arrived(to);
}

/// Something waits to be delivered.
void transport::has_arrived(const place& to) {
  auto& self = to.self();
  self.arrival_turn = events_.turn_number();
  if (self.deliver_planned)
    events_.led_to_by(self.delivery, self.arrival_turn);
  else if (self.now == half::phase::open)
    deliver(to);
}

void transport::on_rst(const place& to) {
  auto& self = to.self();
  switch (self.now) {
  case half::phase::dialling: // As Linux has it: to a side that still dials it is a refusal.
    return finish(to, net::error::refused);
  case half::phase::unborn:
    self.now = half::phase::over;
    return;
  case half::phase::unowned:
    self.reset_waits = true;
    return;
  case half::phase::open:
    return finish(to, net::error::reset);
  case half::phase::closing:
    return finish(to, net::error::none);
  case half::phase::ending:
  case half::phase::over:
  case half::phase::absent:
    return;
  }
}

} // namespace seedwalk::sim
