#include <vector>

#include <gtest/gtest.h>

#include "sim/network/transport.hpp"

namespace seedwalk::sim {
namespace {

/// Both ends of one connection, and who listens. What is read is asked for by an event of its own.
struct pair_of_users final : stream_user, stream_acceptor, switchboard, event_source {
  explicit pair_of_users(schedule& e) : events(e), streams({}, e, *this) {}

  dial_answer find(const route&) override { return {dial_answer::kind::accepts, this, {}}; }
  bool has_room() const override { return true; }
  void on_established(stream_ref at, const route&) override {
    reader = at;
    streams.own(at, *this, {{2}, {1}});
  }
  void on_connected(stream_ref at, const stream_tag&, const net::endpoint&) override {
    streams.write(at, net::buffer{net::as_bytes("hello")});
    written = events.turn_number();
  }
  void on_received(stream_ref, const stream_tag&, net::buffer&& data) override {
    bytes += data.size();
    causes.push_back(events.turn_cause());
  }
  void on_due(std::uint64_t) override {
    wanted = events.turn_number();
    streams.want(reader, 100);
  }
  void on_connect_failed(stream_ref, const stream_tag&, net::error) override {}
  void on_drained(stream_ref, const stream_tag&) override {}
  void on_input_ended(stream_ref, const stream_tag&) override {}
  void on_closed(stream_ref, const stream_tag&, net::error) override {}
  void on_timer(stream_ref, const stream_tag&, std::uint8_t) override {}

  schedule& events;
  transport streams;
  stream_ref reader;
  std::uint64_t written = 0;
  std::uint64_t wanted = 0;
  std::size_t bytes = 0;
  std::vector<std::uint64_t> causes;
};

TEST(delivery_cause, what_waited_for_its_reader_was_led_to_by_its_arrival) {
  schedule events(1, {}, {});
  pair_of_users users(events);
  users.streams.dial({net::ipv4_endpoint(0x0a000001, 1), net::ipv4_endpoint(0x0a000002, 2), {}, 1},
                     std::chrono::seconds{10}, users, {{1}, {1}});
  auto wants = schedule::lane::named(1);
  events.put(std::chrono::seconds{20}, wants, users, 0);
  std::vector<std::uint64_t> cause_of = {0}; ///< Of each turn, by its number.
  while (const auto turn = events.next()) {
    events.move_to({turn->when, {}});
    if (turn->is != schedule::turn::kind::event)
      continue;
    cause_of.push_back(turn->cause);
    turn->source->on_due(turn->payload);
  }
  ASSERT_EQ(users.bytes, 5u);
  ASSERT_NE(users.wanted, 0u);
  // Back from the delivery: its arrival, the flush that sent it, and the turn that wrote.
  for (const auto arrival : users.causes) {
    EXPECT_LT(arrival, users.wanted);
    EXPECT_EQ(cause_of[cause_of[arrival]], users.written);
  }
}

} // namespace
} // namespace seedwalk::sim
