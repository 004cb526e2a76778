// What a side does with its queues: bytes on their way out, and bytes that wait to be wanted.

#include <algorithm>
#include <cstring>
#include <utility>

#include "net/base/random.hpp"
#include "sim/network/transport.hpp"

namespace seedwalk::sim {

// Output.

void transport::write(stream_ref ref, net::buffer data) {
  const auto at = find(ref);
  if (!at)
    return;
  auto& self = at.self();
  if (self.now > half::phase::open || self.out != half::output::open)
    return;
  if (data.size() > net::network::max_unsent_bytes - self.unsent) {
    cut_off(at);
    return finish_later(at, net::error::send_queue_full);
  }
  self.unsent += static_cast<std::uint32_t>(data.size());
  self.drained_owed = true;
  if (!data.empty())
    self.queue.push(std::move(data));
  plan_flush(at);
}

void transport::end_output(stream_ref ref) {
  const auto at = find(ref);
  if (!at)
    return;
  auto& self = at.self();
  if (self.now > half::phase::open || self.out != half::output::open)
    return;
  self.out = half::output::ending;
  plan_flush(at);
}

/// What a step writes leaves together, after the step.
void transport::plan_flush(const place& at) {
  auto& self = at.self();
  if (self.flush_planned || (self.now != half::phase::open && self.now != half::phase::closing))
    return;
  self.flush_planned = true;
  plan(at, event::flush);
}

void transport::flush(const place& at) {
  auto& self = at.self();
  if (self.now != half::phase::open && self.now != half::phase::closing)
    return;
  while (self.unsent != 0 && send_segment(at))
    ;
  if (self.drained_owed && self.unsent < net::network::low_water_bytes &&
      self.now == half::phase::open) {
    self.drained_owed = false;
    self.user->on_drained(ref_of(at), self.tag);
  }
  if (self.unsent == 0)
    output_is_over(at);
}

/// How much of the queue the next segment takes: all that fits, or up to a drawn place in it.
std::uint32_t transport::segment_size(const place& at, std::uint32_t room) const {
  const auto& self = at.self();
  const auto most = std::min({self.unsent, room, options_.segment_bytes_max});
  if (options_.cut_one_in == 0 || most < 2)
    return most;
  const auto draw = events_.draw()("cut", name_from("segment", self.to_peer.key, self.sent_offset));
  if ((draw >> 32) % options_.cut_one_in != 0)
    return most;
  return 1 + static_cast<std::uint32_t>(draw & 0xffffffff) % (most - 1);
}

namespace {

/// The first `size` bytes of a queue: shared where they lie in one block, else copied together.
net::buffer take_front(net::fifo<net::buffer>& queue, std::uint32_t size) {
  if (queue.front().size() == size)
    return queue.pop();
  if (queue.front().size() > size) {
    auto part = queue.front().slice(0, size);
    queue.front() = queue.front().slice(size);
    return part;
  }
  net::buffer::writable merged(size);
  for (std::uint32_t filled = 0; filled != size;) {
    auto& first = queue.front();
    const auto part = std::min<std::size_t>(first.size(), size - filled);
    std::memcpy(merged.data() + filled, first.data(), part);
    filled += static_cast<std::uint32_t>(part);
    if (part == first.size())
      queue.pop();
    else
      first = first.slice(part);
  }
  return std::move(merged).take(size);
}

net::buffer with_flipped_bits(const net::buffer& data, std::size_t offset, std::uint8_t mask) {
  net::buffer::writable copy(data.size());
  std::memcpy(copy.data(), data.data(), data.size());
  copy.data()[offset] ^= mask;
  return std::move(copy).take(data.size());
}

} // namespace

/// False if the window is full.
bool transport::send_segment(const place& at) {
  auto& self = at.self();
  if (self.used >= options_.window_bytes)
    return false;
  auto size = segment_size(at, options_.window_bytes - self.used);
  const auto begin = self.sent_offset;
  const auto rule = faults_.empty()
                        ? nullptr
                        : faults_.on_bytes(at.link->subject(at.side), now(), begin, begin + size);
  const auto reset = rule ? std::get_if<fault::reset>(&rule->action) : nullptr;
  const auto truncate = rule ? std::get_if<fault::truncate>(&rule->action) : nullptr;
  if (reset || truncate) {
    const auto last = reset ? reset->after_bytes : truncate->after_bytes;
    size = last > begin ? static_cast<std::uint32_t>(last - begin) : 0;
  }
  const auto drip = rule ? std::get_if<fault::drip>(&rule->action) : nullptr;
  if (drip)
    size = std::min(size, std::max(drip->segment_bytes, 1u));
  if (size != 0) {
    packet segment{packet::kind::data, {}, 0, take_front(self.queue, size)};
    self.unsent -= size;
    self.used += size;
    if (rule)
      suffer(at, *rule, segment);
    if (options_.bytes_per_second != 0)
      self.line_free = std::max(self.line_free, now()) +
                       net::steady_time{static_cast<std::int64_t>(size * 1'000'000'000ull /
                                                                  options_.bytes_per_second)};
    send(at, std::move(segment));
    self.sent_offset += size;
  }
  if (reset) {
    send(at, {packet::kind::rst, {}, 0, {}});
    send(at.other(), {packet::kind::rst, {}, 0, {}});
    self.cut = true;
    at.peer().cut = true;
    return false;
  }
  if (truncate) {
    send(at, {packet::kind::fin, {}, 0, {}});
    self.cut = true;
    self.queue.clear();
    self.unsent = 0;
  }
  return true;
}

/// Applies what changes a segment, or delays it.
void transport::suffer(const place& at, const fault_rule& rule, packet& segment) {
  auto& self = at.self();
  const auto wait = [&](std::chrono::nanoseconds time) {
    self.line_free = std::max(self.line_free, now()) + time;
  };
  if (const auto delay = std::get_if<fault::delay>(&rule.action)) {
    const auto draw = events_.draw()(purpose{rule.name},
                                     name_from("segment", self.to_peer.key, self.sent_offset));
    self.line_free = std::max(self.line_free, now() + delay->extra.at(draw));
  } else if (const auto drip = std::get_if<fault::drip>(&rule.action)) {
    wait(drip->interval);
  } else if (const auto corrupt = std::get_if<fault::corrupt>(&rule.action)) {
    segment.data =
        with_flipped_bits(segment.data, corrupt->offset - self.sent_offset, corrupt->mask);
  }
}

void transport::output_is_over(const place& at) {
  auto& self = at.self();
  if (self.out == half::output::ending) {
    send(at, {packet::kind::fin, {}, 0, {}});
    self.out = half::output::ended;
  }
  if (self.now == half::phase::closing ||
      (self.now == half::phase::open && self.out == half::output::ended &&
       self.in == half::input::ended))
    finish(at, net::error::none);
}

// Input.

void transport::want(stream_ref ref, std::uint32_t bytes) {
  const auto at = find(ref);
  if (!at)
    return;
  auto& self = at.self();
  if (self.now > half::phase::open || self.in == half::input::ended)
    return;
  self.allowance += std::min(bytes, net::network::max_allowance_bytes - self.allowance);
  const bool something_waits = !self.arrived.empty() || self.in == half::input::fin_arrived;
  if (self.now == half::phase::open && something_waits)
    plan_delivery(at);
}

void transport::deliver(const place& at) {
  auto& self = at.self();
  while (self.now == half::phase::open && self.allowance != 0 && !self.arrived.empty()) {
    const auto size = std::min<std::uint32_t>(
        self.allowance, static_cast<std::uint32_t>(self.arrived.front().size()));
    auto data = take_front(self.arrived, size);
    self.allowance -= size;
    self.untaken -= size;
    taken(at, size);
    self.user->on_received(ref_of(at), self.tag, std::move(data));
  }
  if (self.now != half::phase::open || self.allowance == 0 || self.in != half::input::fin_arrived ||
      !self.arrived.empty())
    return;
  self.in = half::input::ended;
  self.user->on_input_ended(ref_of(at), self.tag);
  if (self.now == half::phase::open && self.out == half::output::ended)
    finish(at, net::error::none);
}

/// `bytes` left the receiver's buffer. A peer that waits for room hears of it by a packet, once it
/// is worth one (RFC 1122, 4.2.3.3: else segments get ever smaller); for one that does not wait the
/// room is there at once, which nobody can tell from a packet.
void transport::taken(const place& at, std::uint32_t bytes) {
  auto& self = at.self();
  self.freed += bytes;
  if (at.peer().unsent == 0)
    at.peer().used -= std::min(at.peer().used, std::exchange(self.freed, 0));
  else if (self.freed >= std::max(options_.window_bytes / 4, 1u))
    announce_window(at);
}

/// Tells the peer of the room that there is now.
void transport::announce_window(const place& at) {
  auto& self = at.self();
  const auto bytes = std::exchange(self.freed, 0);
  send(at, {packet::kind::window, {}, bytes, {}});
  self.announced += bytes;
}

void transport::discard_arrived(const place& at) {
  auto& self = at.self();
  self.arrived.clear();
  const auto bytes = std::exchange(self.untaken, 0);
  taken(at, bytes);
}

} // namespace seedwalk::sim
