#include "sim/network/transport.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include <fmt/format.h>

#include "net/base/random.hpp"

namespace seedwalk::sim {

namespace {

// An event's number: slot, generation, event, side, detail.
constexpr int slot_bits = 24;
constexpr int generation_bits = 24;
constexpr int event_bits = 4;
constexpr int side_shift = slot_bits + generation_bits + event_bits;
constexpr std::uint64_t slot_mask = (1ull << slot_bits) - 1;
constexpr std::uint64_t generation_mask = (1ull << generation_bits) - 1;
constexpr std::uint8_t detail_dial = 0;
constexpr std::uint8_t detail_close = 1;

std::uint64_t hash_of(const net::endpoint& peer, bool with_port) {
  return net::keyed_hash(static_cast<std::uint64_t>(peer.network) << 32 |
                             (with_port ? peer.port : 0u),
                         "endpoint", peer.address);
}

} // namespace

void half::renew() {
  half fresh;
  queue.clear();
  under_way.clear();
  arrived.clear();
  std::swap(fresh.queue, queue);
  std::swap(fresh.under_way, under_way);
  std::swap(fresh.arrived, arrived);
  *this = std::move(fresh);
}

transport::transport(const transport_options& o, schedule& events, sim::switchboard& switchboard)
    : options_(o), events_(events), switchboard_(switchboard) {
  assert(o.segment_bytes_max > 0 && o.window_bytes > 0);
}

transport::~transport() = default;

void transport::set_faults(std::vector<fault_rule> rules) {
  faults_ = fault_rules{events_.draw(), std::move(rules)};
}

// The table.

transport::place transport::allocate() {
  if (free_slots_.empty()) {
    assert(table_.size() <= slot_mask);
    free_slots_.push_back(static_cast<std::uint32_t>(table_.size()));
    table_.push_back(std::make_unique<connection>());
  }
  const auto slot = free_slots_.back();
  free_slots_.pop_back();
  auto& c = *table_[slot];
  c.in_use = true;
  c.generation = static_cast<std::uint32_t>((c.generation + 1) & generation_mask);
  for (auto& side : c.sides)
    side.renew();
  ++live_;
  return {&c, connection::dialler, slot};
}

void transport::release_if_over(const place& at) {
  const auto is_over = [](half::phase p) {
    return p == half::phase::over || p == half::phase::absent;
  };
  auto& c = *at.link;
  const auto dialled = c.sides[connection::dialled].now;
  // Who was dialled and never heard from the dialler again has nothing to tell anybody.
  if (!c.in_use || !is_over(c.sides[connection::dialler].now) ||
      !(is_over(dialled) || dialled == half::phase::unborn))
    return;
  c.in_use = false;
  for (auto& side : c.sides)
    side.renew();
  free_slots_.push_back(at.slot);
  --live_;
}

stream_ref transport::ref_of(const place& at) {
  return {std::uint64_t{at.slot} | std::uint64_t{at.link->generation} << slot_bits |
          std::uint64_t{at.side} << side_shift | 1ull << 63};
}

transport::place transport::find(stream_ref at) {
  const auto slot = static_cast<std::uint32_t>(at.value & slot_mask);
  if (slot >= table_.size() || at.value == 0)
    return {};
  auto& c = *table_[slot];
  if (!c.in_use || c.generation != ((at.value >> slot_bits) & generation_mask))
    return {};
  const place result{&c, static_cast<std::size_t>(at.value >> side_shift & 1), slot};
  const auto p = result.self().now;
  return p == half::phase::over || p == half::phase::absent ? place{} : result;
}

// Events.

std::string transport::text_of(const place& at) {
  const auto& c = *at.link;
  auto from = c.route.from;
  from.port = 0;
  return fmt::format(
      "{} ({} > {}{})", at.side == connection::dialler ? "the dialler" : "the dialled",
      net::to_string(from), c.route.path.empty() ? net::to_string(c.route.to) : c.route.path,
      fmt::format(", {:04x}", c.key & 0xffff));
}

std::string_view transport::text_of(event kind) {
  constexpr std::array<std::string_view, 8> texts = {"arrival",  "flush",   "delivery", "last word",
                                                     "deadline", "give-up", "cut",      "timer"};
  return texts[static_cast<std::size_t>(kind)];
}

std::uint64_t transport::event_of(const place& at, event kind, std::uint8_t detail) const {
  return std::uint64_t{at.slot} | std::uint64_t{at.link->generation} << slot_bits |
         static_cast<std::uint64_t>(kind) << (slot_bits + generation_bits) |
         std::uint64_t{at.side} << side_shift | std::uint64_t{detail} << (side_shift + 1);
}

/// In order with what else this side has planned for itself.
schedule::handle transport::plan(const place& at, event kind) {
  return events_.put(now(), at.self().own, *this, event_of(at, kind));
}

/// What has arrived is delivered. What led to that is its arrival, and not that it is wanted.
void transport::plan_delivery(const place& at) {
  auto& self = at.self();
  if (self.deliver_planned)
    return;
  self.deliver_planned = true;
  self.delivery = plan(at, event::deliver);
  events_.led_to_by(self.delivery, self.arrival_turn);
}

/// In no order with anything else.
void transport::plan_alone(const place& at, event kind, net::steady_time due, std::uint8_t detail) {
  const auto nth = at.self().alone[static_cast<std::size_t>(kind)]++;
  auto alone = schedule::lane::named(name_from("alone", at.link->key, at.side, kind, nth));
  events_.label(alone.key,
                [&] { return fmt::format("{} {} of {}", text_of(kind), nth, text_of(at)); });
  events_.put(std::max(due, now()), alone, *this, event_of(at, kind, detail));
}

void transport::on_due(std::uint64_t payload) {
  const auto slot = static_cast<std::uint32_t>(payload & slot_mask);
  auto& c = *table_[slot];
  const auto generation = (payload >> slot_bits) & generation_mask;
  if (!c.in_use || c.generation != generation)
    return;
  const place at{&c, static_cast<std::size_t>(payload >> side_shift & 1), slot};
  const auto detail = static_cast<std::uint8_t>(payload >> (side_shift + 1));
  switch (static_cast<event>(payload >> (slot_bits + generation_bits) & ((1u << event_bits) - 1))) {
  case event::arrival:
    arrive(at);
    break;
  case event::flush:
    at.self().flush_planned = false;
    flush(at);
    break;
  case event::deliver:
    at.self().deliver_planned = false;
    deliver(at);
    break;
  case event::last_word:
    say_last_word(at);
    break;
  case event::deadline:
    if (at.self().now == (detail == detail_dial ? half::phase::dialling : half::phase::closing))
      on_deadline(at);
    break;
  case event::give_up:
    if (at.self().now == half::phase::open || at.self().now == half::phase::closing)
      finish(at, at.self().now == half::phase::open ? net::error::timed_out : net::error::none);
    break;
  case event::cut:
    on_rst(at);
    on_rst(at.other());
    break;
  case event::timer:
    if (at.self().now == half::phase::open)
      at.self().user->on_timer(ref_of(at), at.self().tag, detail);
    break;
  }
  if (c.generation == generation)
    release_if_over(at);
}

// Beginnings.

/// A connection is known by where it leads from and to, and how many there were before it.
void transport::name(connection& c, const route& route) {
  c.route = route;
  const auto pair =
      name_from("pair", route.dialler, hash_of(route.from, false), hash_of(route.to, true),
                net::keyed_hash(0, "path", net::as_bytes(route.path)));
  c.key = name_from("connection", pair, dials_[pair]++);
  for (std::uint64_t side = 0; side != 2; ++side) {
    auto& half = c.sides[side];
    half.to_peer.key = name_from("packets", c.key, side);
    half.own.key = name_from("side", c.key, side);
    const place at{&c, side, 0};
    events_.label(half.to_peer.key, [&] { return "packets of " + text_of(at); });
    events_.label(half.own.key, [&] { return "side of " + text_of(at); });
  }
}

stream_ref transport::dial(const route& route, std::chrono::nanoseconds timeout, stream_user& user,
                           const stream_tag& tag) {
  const auto at = allocate();
  auto& c = *at.link;
  name(c, route);
  c.dial_deadline = now() + timeout;
  const bool is_local =
      !route.path.empty() ||
      (!options_.loopback_is_remote && net::is_loopback(route.from) && net::is_loopback(route.to));
  const auto hosts = name_from("hosts", hash_of(route.from, false), hash_of(route.to, false));
  c.link_delay = (is_local ? options_.local_link : options_.link).at(events_.draw()("link", hosts));
  auto& self = at.self();
  self.now = half::phase::dialling;
  self.user = &user;
  self.tag = tag;
  const auto rule = faults_.empty() ? nullptr : faults_.on_dial(c.subject(at.side), now());
  if (const auto open = faults_.empty() ? nullptr : faults_.on_open(c.subject(at.side), now()))
    plan_alone(at, event::cut, now() + std::get<fault::reset_after>(open->action).age);
  if (rule && std::holds_alternative<fault::fail_dial>(rule->action)) {
    self.last_word = std::get<fault::fail_dial>(rule->action).reason;
    if (self.last_word == net::error::timed_out)
      await_deadline(at);
    else
      plan_alone(at, event::last_word,
                 net::blame_of(self.last_word) == net::blame::local ? now()
                                                                    : now() + 2 * c.link_delay);
    return ref_of(at);
  }
  if (rule)
    at.peer().now = half::phase::absent;
  send(at, {packet::kind::syn, {}, 0, {}});
  return ref_of(at);
}

stream_ref transport::fail_dial(const route& route, net::error reason, stream_user& user,
                                const stream_tag& tag, std::chrono::nanoseconds delay) {
  const auto at = allocate();
  name(*at.link, route);
  at.self().now = half::phase::dialling;
  at.self().user = &user;
  at.self().tag = tag;
  at.self().last_word = reason;
  if (delay.count() == 0)
    plan(at, event::last_word);
  else
    plan_alone(at, event::last_word, now() + delay);
  return ref_of(at);
}

void transport::own(stream_ref ref, stream_user& user, const stream_tag& tag) {
  const auto at = find(ref);
  if (!at)
    return;
  auto& self = at.self();
  self.user = &user;
  self.tag = tag;
  if (self.now != half::phase::unowned || tag.owner == net::nobody)
    return;
  if (self.reset_waits)
    return finish_later(at, net::error::reset);
  self.now = half::phase::open;
  plan_delivery(at);
  if (self.drained_owed || self.out != half::output::open)
    plan_flush(at);
}

void transport::detach(stream_ref ref) {
  const auto at = find(ref);
  if (!at)
    return;
  cut_off(at);
  at.self().now = half::phase::over;
  at.self().queue.clear();
  at.self().unsent = 0;
  release_if_over(at);
}

void transport::start_timer(stream_ref ref, std::chrono::nanoseconds delay, std::uint8_t kind) {
  if (const auto at = find(ref))
    plan_alone(at, event::timer, now() + delay, kind);
}

// Endings.

void transport::close(stream_ref ref, net::closing closing) {
  const auto at = find(ref);
  if (!at)
    return;
  auto& self = at.self();
  if (self.now == half::phase::ending ||
      (self.now == half::phase::closing && closing == net::closing::graceful))
    return;
  if (closing == net::closing::abort) {
    cut_off(at);
    return finish_later(at, net::error::aborted);
  }
  if (self.now == half::phase::dialling)
    return finish_later(at, net::error::none);
  if (self.now == half::phase::unowned && self.reset_waits)
    return finish_later(at, net::error::none);
  self.now = half::phase::closing;
  self.allowance = 0;
  discard_arrived(at);
  if (self.out == half::output::open)
    self.out = half::output::ending;
  plan_alone(at, event::deadline, now() + options_.graceful_close, detail_close);
  plan_flush(at);
}

/// The side is over for its user, who hears so later: never from inside a call.
void transport::finish_later(const place& at, net::error reason) {
  auto& self = at.self();
  self.never_was = self.now == half::phase::dialling && reason != net::error::none &&
                   reason != net::error::aborted;
  self.now = half::phase::ending;
  self.last_word = reason;
  plan(at, event::last_word);
}

void transport::say_last_word(const place& at) {
  if (at.self().now == half::phase::dialling || at.self().now == half::phase::ending)
    finish(at, at.self().last_word);
}

void transport::finish(const place& at, net::error reason) {
  auto& self = at.self();
  const bool never_was = self.never_was || self.now == half::phase::dialling;
  const auto ref = ref_of(at);
  if (reason == net::error::none)
    self.lingers_until = now() + options_.graceful_close;
  self.now = half::phase::over;
  self.queue.clear();
  self.unsent = 0;
  discard_arrived(at);
  if (!self.user)
    return;
  if (never_was)
    self.user->on_connect_failed(ref, self.tag, reason);
  else
    self.user->on_closed(ref, self.tag, reason);
}

void transport::on_deadline(const place& at) {
  if (at.self().now == half::phase::dialling)
    return finish(at, net::error::timed_out);
  cut_off(at);
  finish(at, net::error::none);
}

void transport::cut_off(const place& at) {
  const auto p = at.self().now;
  if (p == half::phase::open || p == half::phase::unowned || p == half::phase::closing)
    send(at, {packet::kind::rst, {}, 0, {}});
}

void transport::await_deadline(const place& dialler) {
  plan_alone(dialler, event::deadline, dialler.link->dial_deadline, detail_dial);
}

} // namespace seedwalk::sim
