#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/runtime/schedule.hpp"
#include "net/door/network.hpp"
#include "sim/network/connection.hpp"
#include "sim/network/fault_rules.hpp"
#include "sim/network/latency.hpp"
#include "sim/network/stream_user.hpp"

namespace seedwalk::sim {

/// How a simulated network carries bytes.
struct transport_options {
  /// From one host to another, one way; drawn once for each pair, the same both ways.
  latency link = latency::log_normal(std::chrono::milliseconds{40}, 60);
  /// On top of it, drawn for each segment. Order within a stream is kept.
  latency jitter = latency::exponential({}, std::chrono::milliseconds{1});
  /// A Unix socket, and each way between two loopback addresses of one machine.
  latency local_link = latency::constant(std::chrono::microseconds{20});
  /// Loopback addresses are far away too: for simulating a network whose nodes have such addresses.
  bool loopback_is_remote = true;
  /// Bytes a second in one direction of one connection; 0: no limit.
  std::uint64_t bytes_per_second = 0;
  /// Under way, or arrived and not asked for, in one direction of one connection: what sender and
  /// receiver buffer between them. A writer beyond it waits.
  std::uint32_t window_bytes = 256u << 10;
  /// What is queued leaves in segments of at most this size, merged from several writes if need be.
  std::uint32_t segment_bytes_max = 64u << 10;
  /// One segment in so many is cut at a drawn place. 0: none, 1: all.
  std::uint32_t cut_one_in = 4;
  /// How long a graceful close waits for a peer that does not read, and how long the closed socket
  /// then takes in what its peer still sends. The same as `net::asio_network`'s.
  std::chrono::nanoseconds graceful_close = std::chrono::seconds{5};
  /// How long a sender waits for lost data to be acknowledged (Linux: about 15 minutes).
  std::chrono::nanoseconds give_up = std::chrono::minutes{15};

  friend bool operator==(const transport_options&, const transport_options&) = default;
};

/// TCP as an application sees it, between any two users, in virtual time.
///
/// Bytes, not messages: segments are merged, cut and delayed; each direction has a window; a side
/// that closes, resets or vanishes is noticed when a packet brings the news and not before. Every
/// draw is keyed by the connection (from, to, nth between them) and the offset in its
/// stream, so that taking a node or a fault away leaves all other draws as they were.
///
/// Calls return at once and call no user back; users are called from the schedule's events only.
class transport final : public event_source {
public:
  /// `events` and `switchboard` outlive the transport.
  transport(const transport_options& o, schedule& events, sim::switchboard& switchboard);
  ~transport() override;

  void set_faults(std::vector<fault_rule> rules);

  /// Dials. `on_connected` or `on_connect_failed` follows; after close() `on_closed`.
  stream_ref dial(const route& route, std::chrono::nanoseconds timeout, stream_user& user,
                  const stream_tag& tag);

  /// The same, and fails with `reason` after `delay`.
  stream_ref fail_dial(const route& route, net::error reason, stream_user& user,
                       const stream_tag& tag, std::chrono::nanoseconds delay = {});

  /// Gives an accepted side to a user, or an open one to another. An accepted side stays silent,
  /// but for its end, until it is given to somebody: `tag.owner` is not `net::nobody`.
  void own(stream_ref at, stream_user& user, const stream_tag& tag);
  void want(stream_ref at, std::uint32_t bytes);
  void write(stream_ref at, net::buffer data);
  void end_output(stream_ref at);
  void close(stream_ref at, net::closing closing);

  /// Resets a side whose user is gone, and tells nobody here.
  void detach(stream_ref at);

  /// `on_timer(kind)` after `delay`, if the side still lives. Timers cannot be cancelled: who does
  /// not wait any more ignores it.
  void start_timer(stream_ref at, std::chrono::nanoseconds delay, std::uint8_t kind);

  void on_due(std::uint64_t payload) override;

  const transport_options& settings() const { return options_; }
  net::steady_time now() const { return events_.now().steady; }
  /// Connections of which at least one side is not over.
  std::size_t live() const { return live_; }

private:
  enum class event : std::uint8_t {
    arrival,
    flush,
    deliver,
    last_word,
    deadline,
    give_up,
    cut,
    timer
  };

  /// A side of a connection, found.
  struct place {
    connection* link = nullptr;
    std::size_t side = 0;
    std::uint32_t slot = 0;
    half& self() const { return link->sides[side]; }
    half& peer() const { return link->sides[1 - side]; }
    place other() const { return {link, 1 - side, slot}; }
    explicit operator bool() const { return link != nullptr; }
  };

  place find(stream_ref at);
  static stream_ref ref_of(const place& at);
  place allocate();
  void name(connection& c, const route& route);
  void release_if_over(const place& at);
  std::uint64_t event_of(const place& at, event kind, std::uint8_t detail = 0) const;
  static std::string text_of(const place& at);
  static std::string_view text_of(event kind);
  schedule::handle plan(const place& at, event kind);
  void plan_delivery(const place& at);
  void plan_alone(const place& at, event kind, net::steady_time due, std::uint8_t detail = 0);

  // transport_packets.cpp: what travels.
  void send(const place& from, packet&& packet);
  void arrive(const place& to);
  void on_syn(const place& to);
  void on_syn_ack(const place& to);
  void on_refusal(const place& to, net::error reason);
  void on_ack(const place& to);
  void on_data(const place& to, net::buffer&& data);
  void on_fin(const place& to);
  void has_arrived(const place& to);
  void on_rst(const place& to);
  void await_deadline(const place& dialler);

  // transport_stream.cpp: what a side does with its queues.
  void plan_flush(const place& at);
  void flush(const place& at);
  bool send_segment(const place& at);
  void suffer(const place& at, const fault_rule& rule, packet& segment);
  std::uint32_t segment_size(const place& at, std::uint32_t room) const;
  void output_is_over(const place& at);
  void deliver(const place& at);
  void taken(const place& at, std::uint32_t bytes);
  void announce_window(const place& at);
  void discard_arrived(const place& at);

  // Endings.
  void finish(const place& at, net::error reason);
  void finish_later(const place& at, net::error reason);
  void say_last_word(const place& at);
  void on_deadline(const place& at);
  void cut_off(const place& at);

  transport_options options_;
  schedule& events_;
  switchboard& switchboard_;
  fault_rules faults_;
  std::vector<std::unique_ptr<connection>> table_;
  std::vector<std::uint32_t> free_slots_;
  std::size_t live_ = 0;
  /// How many dials there were from one address to one endpoint or path, by a hash of both.
  // order never seen: asked by key alone
  std::unordered_map<std::uint64_t, std::uint32_t> dials_;
};

} // namespace seedwalk::sim
