#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "actors/runtime/schedule.hpp"
#include "net/base/buffer.hpp"
#include "net/base/fifo.hpp"
#include "net/base/instant.hpp"
#include "sim/network/fault_rules.hpp"
#include "sim/network/stream_user.hpp"

namespace seedwalk::sim {

/// What travels from one side to the other. In one direction packets arrive in the order sent.
struct packet {
  enum class kind : std::uint8_t {
    syn,     ///< The dial.
    syn_ack, ///< It is answered.
    refusal, ///< It is answered, and not as hoped: `reason`.
    ack,     ///< The dialler has seen the answer: the other side is open from here on.
    data,
    fin,
    window, ///< `bytes` more may be sent.
    rst,
  };
  kind type = kind::data;
  net::error reason = net::error::none;
  std::uint32_t bytes = 0;
  net::buffer data;
};

/// One side of a connection: what TCP and its socket hold there.
struct half {
  /// Where the side stands.
  ///
  ///     dialling -> open              the dialler
  ///     unborn -> unowned -> open     who was dialled; `unborn` until the third packet
  ///     open -> closing -> over       graceful close: sends what is queued, discards input
  ///     any -> ending -> over         the last completion is on its way
  ///     absent                        nobody: takes packets in and says nothing
  enum class phase : std::uint8_t {
    dialling,
    unborn,
    unowned,
    open,
    closing,
    ending,
    over,
    absent
  };
  enum class output : std::uint8_t { open, ending, ended };
  enum class input : std::uint8_t { open, fin_arrived, ended };

  phase now = phase::over;
  output out = output::open;
  input in = input::open;
  bool flush_planned = false;
  bool deliver_planned = false;
  bool drained_owed = false;
  bool cut = false;         ///< What this side sends is lost for good.
  bool never_was = false;   ///< Ended while dialling: its last word is `on_connect_failed`.
  bool reset_waits = false; ///< A reset came before anybody owned this side.
  net::error last_word = net::error::none;
  std::uint32_t allowance = 0; ///< Bytes wanted and not delivered yet.
  std::uint32_t unsent = 0;    ///< Bytes in `queue`.
  std::uint32_t used = 0;      ///< Of the peer's window: under way, or arrived and not taken.
  std::uint32_t untaken = 0;   ///< Bytes in `arrived`.
  std::uint32_t freed = 0;     ///< Bytes taken that the peer has not been told of.
  std::uint64_t sent_offset = 0;
  std::uint64_t announced = 0;       ///< Bytes of window that the peer was told of, in all.
  net::steady_time line_free{0};     ///< When the last byte is through a line of limited rate.
  net::steady_time lingers_until{0}; ///< Over, but discards input until then.

  schedule::handle delivery;      ///< The event, while `deliver_planned`.
  std::uint64_t arrival_turn = 0; ///< The schedule's turn in which something arrived last.

  stream_user* user = nullptr;
  stream_tag tag;
  schedule::lane to_peer;               ///< Packets.
  schedule::lane own;                   ///< What concerns this side alone.
  std::array<std::uint32_t, 8> alone{}; ///< Events in no order with others, so far, by kind.
  net::fifo<net::buffer> queue;
  net::fifo<packet> under_way; ///< To the peer.
  net::fifo<net::buffer> arrived;

  /// As new, but for the memory that the queues keep.
  void renew();
};

/// Both sides, the way between them, and what they share.
struct connection {
  static constexpr std::size_t dialler = 0;
  static constexpr std::size_t dialled = 1;

  std::uint32_t generation = 0; ///< How often this place in the table was used.
  bool in_use = false;
  std::array<half, 2> sides;
  sim::route route;
  std::uint64_t key = 0; ///< Of (from, to, nth): what every draw is keyed by.
  net::steady_time link_delay{0};
  net::steady_time dial_deadline{0};

  fault_subject subject(std::size_t sender) const {
    const bool is_unix = !route.path.empty();
    return sender == dialler ? fault_subject{route.from, route.to, key, is_unix}
                             : fault_subject{route.to, route.from, key, is_unix};
  }
};

} // namespace seedwalk::sim
