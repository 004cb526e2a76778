#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "net/base/bytes.hpp"
#include "net/bitcoin/messages.hpp"

namespace seedwalk::sim {

// A node model as data: what a stranger says on each connection, step by step.
namespace step {

/// Goes on once a message of this kind was heard. One that came earlier, and that no other `expect`
/// has taken, will do.
struct expect {
  net::message_kind kind = net::message_kind::version;
  friend bool operator==(const expect&, const expect&) = default;
};

/// Which nonce a message of those that have one carries.
enum class nonce : std::uint8_t {
  own,    ///< A fresh one; of a pong, that of the last ping heard.
  echoed, ///< That of the version heard: it looks like a connection to ourselves.
  wrong,  ///< Of a pong: one that nobody asked for.
  none,   ///< Of a ping: it is one of before BIP31.
};

/// Says a message of its own making: as the honest node of this number would, but for what is said
/// here. An addr is that node's whole answer to getaddr, an addrv2 where it was asked for so.
struct send {
  net::message_kind kind = net::message_kind::verack;
  std::uint32_t times = 1;
  std::optional<std::int32_t> protocol;  ///< Of a version.
  std::optional<std::string> user_agent; ///< Of a version; without spaces.
  std::chrono::seconds clock{0};         ///< Of a version: its time is so far ahead.
  step::nonce nonce = nonce::own;
  std::uint32_t fake = 0; ///< Of an addr: instead of what it knows, so many drawn endpoints.
  bool bad_checksum = false;
  bool bad_magic = false;
  std::optional<std::uint32_t> length; ///< What the header announces, whatever comes.
  std::optional<std::uint32_t> cut;    ///< Only so many bytes of it are sent.
  friend bool operator==(const send&, const send&) = default;
};

/// Bytes as they are.
struct send_bytes {
  net::bytes data;
  friend bool operator==(const send_bytes&, const send_bytes&) = default;
};

/// Does nothing for so long, but listen.
struct wait {
  std::chrono::nanoseconds time{0};
  friend bool operator==(const wait&, const wait&) = default;
};

/// From now on what is said goes out in pieces of so many bytes, one every so often; the next step
/// waits for the last. 0 bytes: whole again.
struct pieces {
  std::uint32_t bytes = 1;
  std::chrono::nanoseconds every{0};
  friend bool operator==(const pieces&, const pieces&) = default;
};

/// Ends the connection in order, behind what was said.
struct close {
  friend bool operator==(const close&, const close&) = default;
};

/// Both sides get a reset.
struct reset {
  friend bool operator==(const reset&, const reset&) = default;
};

/// Nothing is read any more.
struct stop_reading {
  friend bool operator==(const stop_reading&, const stop_reading&) = default;
};

} // namespace step

using program_step = std::variant<step::expect, step::send, step::send_bytes, step::wait,
                                  step::pieces, step::close, step::reset, step::stop_reading>;

/// What a node does with each connection: its steps from first to last, and behind the last it
/// listens and says nothing.
struct node_program {
  /// Bytes of one `send` with its repetitions; what is beyond is not sent.
  static constexpr std::size_t bytes_max = std::size_t{64} << 20;

  std::string name;
  std::vector<program_step> steps;
  friend bool operator==(const node_program&, const node_program&) = default;
};

/// Whether a handshake with it may be had: a version and a verack are said before it ends the
/// connection. Bytes that are sent as they are may be anything.
bool may_shake_hands(const node_program& program);

} // namespace seedwalk::sim
