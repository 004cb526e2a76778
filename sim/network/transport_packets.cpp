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

void transport::send(const place& from, packet&& what) {
  auto& me = from.me();
  if (me.cut)
    return;
  const auto place_in_stream = what.what == packet::kind::window ? me.announced : me.sent_offset;
  const auto name = name_from("packet", me.to_peer.key, place_in_stream, what.what);
  auto due = std::max(now(), me.line_free) + from.link->link_delay;
  if (from.link->way.path.empty())
    due += options_.jitter.at(events_.draw()("jitter", name));
  const bool is_dial = what.what == packet::kind::syn || what.what == packet::kind::syn_ack ||
                       what.what == packet::kind::refusal;
  const place dialler{from.link, connection::dialler, from.slot};
  if (const auto rule =
          faults_.empty() ? nullptr : faults_.on_packet(from.link->subject(from.side), now())) {
    if (rule->until == net::steady_time::max()) {
      me.cut = true;
      if (is_dial)
        await_deadline(dialler);
      else if (what.what == packet::kind::data || what.what == packet::kind::fin)
        plan_alone(from, event::give_up, now() + options_.give_up);
      return;
    }
    const auto again = events_.draw()("again", name) % sent_again_within_ns;
    due += rule->until - now() + net::steady_time{static_cast<std::int64_t>(again)};
  }
  me.under_way.push(std::move(what));
  events_.put(due, me.to_peer, *this, event_of(from.other(), event::arrival));
  if (is_dial && me.to_peer.last > from.link->dial_deadline)
    await_deadline(dialler);
}

void transport::arrive(const place& to) {
  assert(!to.peer().under_way.empty());
  auto what = to.peer().under_way.pop();
  switch (what.what) {
  case packet::kind::syn:
    return on_syn(to);
  case packet::kind::syn_ack:
    return on_syn_ack(to);
  case packet::kind::refusal:
    return on_refusal(to, what.reason);
  case packet::kind::ack:
    return on_ack(to);
  case packet::kind::data:
    return on_data(to, std::move(what.data));
  case packet::kind::fin:
    return on_fin(to);
  case packet::kind::window:
    to.me().used -= std::min(to.me().used, what.bytes);
    return flush(to);
  case packet::kind::rst:
    return on_rst(to);
  }
}

void transport::on_syn(const place& to) {
  auto& me = to.me();
  if (me.now == half::phase::absent)
    return send(to, {packet::kind::syn_ack, {}, 0, {}});
  const auto answer = where_.find(to.link->way);
  if (answer.what == dial_answer::kind::fails)
    return send(to, {packet::kind::refusal, answer.reason, 0, {}});
  if (answer.what == dial_answer::kind::silent || !answer.acceptor->has_room())
    return await_deadline(to.other());
  me.now = half::phase::unborn;
  send(to, {packet::kind::syn_ack, {}, 0, {}});
}

void transport::on_syn_ack(const place& to) {
  auto& me = to.me();
  if (me.now != half::phase::dialling)
    return;
  me.now = half::phase::open;
  send(to, {packet::kind::ack, {}, 0, {}});
  if (me.unsent != 0 || me.drained_owed || me.out != half::output::open)
    plan_flush(to);
  me.user->on_connected(ref_of(to), me.tag, to.link->way.from);
}

void transport::on_refusal(const place& to, net::error reason) {
  if (to.me().now == half::phase::dialling)
    finish(to, reason);
}

void transport::on_ack(const place& to) {
  auto& me = to.me();
  if (me.now != half::phase::unborn)
    return;
  me.now = half::phase::unowned;
  const auto answer = where_.find(to.link->way); // Who listened when the dial came may be gone.
  if (answer.what != dial_answer::kind::accepts) {
    cut_off(to);
    me.now = half::phase::over;
    return;
  }
  answer.acceptor->on_established(ref_of(to), to.link->way);
}

void transport::on_data(const place& to, net::buffer&& data) {
  auto& me = to.me();
  const auto size = static_cast<std::uint32_t>(data.size());
  switch (me.now) {
  case half::phase::open:
  case half::phase::unowned:
    me.arrived.push(std::move(data));
    me.untaken += size;
    if (me.now == half::phase::open && !me.deliver_planned)
      deliver(to);
    return;
  case half::phase::closing:
    return taken(to, size);
  case half::phase::over:
    if (now() < me.lingers_until)
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
  auto& me = to.me();
  if (me.in != half::input::open)
    return;
  me.in = half::input::fin_arrived;
  if (me.now == half::phase::open && !me.deliver_planned)
    deliver(to);
}

void transport::on_rst(const place& to) {
  auto& me = to.me();
  switch (me.now) {
  case half::phase::dialling: // As Linux has it: to who still dials it is a refusal.
    return finish(to, net::error::refused);
  case half::phase::unborn:
    me.now = half::phase::over;
    return;
  case half::phase::unowned:
    me.reset_waits = true;
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
