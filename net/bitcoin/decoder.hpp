#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"
#include "net/bitcoin/chain_params.hpp"
#include "net/bitcoin/framing.hpp"
#include "net/bitcoin/messages.hpp"
#include "net/bitcoin/payload.hpp"
#include "net/bitcoin/sha256.hpp"
#include "net/bitcoin/wire_error.hpp"

namespace seedwalk::net {

/// All bytes so far are used up, and the next message is not whole yet.
struct need_more {
  friend bool operator==(const need_more&, const need_more&) = default;
};

/// A whole, valid message.
struct decoded_message {
  net::frame frame;
  message value;
  std::uint32_t trailing_bytes = 0; ///< After the message's end, inside its payload: ignored.

  friend bool operator==(const decoded_message&, const decoded_message&) = default;
};

/// A message that was not wanted: its bytes went by, its checksum was right (or not verified).
struct skipped_message {
  net::frame frame;

  friend bool operator==(const skipped_message&, const skipped_message&) = default;
};

/// A message that broke a rule; nothing of it is kept.
struct refused_message {
  net::frame frame; ///< As far as it is known: of a wrong magic nothing but the offset.
  wire_error error = wire_error::wrong_magic;
  wire_consequence consequence = wire_consequence::lost_framing;
  std::uint64_t offset = 0; ///< Of what broke the rule, from the start of the stream.

  friend bool operator==(const refused_message&, const refused_message&) = default;
};

using decoder_event = std::variant<need_more, decoded_message, skipped_message, refused_message>;

/// A message that has begun and is not whole.
struct message_progress {
  std::uint64_t offset = 0;         ///< Where it began: tells it from the one before.
  std::uint64_t received_bytes = 0; ///< Header included; grows with each byte.
  /// Header included; nothing before the header is whole.
  std::optional<std::uint64_t> expected_bytes;
  message_kind kind = message_kind::unknown; ///< Known once the header is whole.

  friend bool operator==(const message_progress&, const message_progress&) = default;
};

/// What a decoder is told from outside.
struct decoder_options {
  magic_bytes magic{};
  /// The messages to build. The others are skipped over without being held.
  message_set wanted = message_set{}.set();
  /// Hash what is skipped too, so that a bad checksum is noticed there as well.
  bool verify_skipped = true;

  friend bool operator==(const decoder_options&, const decoder_options&) = default;

  SEEDWALK_INSPECT(decoder_options, magic, wanted, verify_skipped)
};

/// Turns one direction of a connection's bytes into messages, however the bytes are split.
///
///     decoder in{{chain.magic}};
///     for (byte_view data = received.view();;) {
///       auto event = in.next(data);
///       if (std::holds_alternative<need_more>(event))
///         break;
///       ...
///     }
///
/// A message that is not wanted is not held: its number of elements alone is judged, see
/// `judge_lead`.
///
/// What comes out depends on the bytes alone and not on their splits. A message that lies whole in
/// one piece is read where it lies; of one that arrives in pieces the payload so far is held, and
/// hashed as it comes. Memory grows with what was received, never with what was announced (at most
/// `first_held_bytes`, or twice what came), and between messages nothing is held but the beginning
/// of a header.
///
/// A wrong magic is reported at its first wrong byte, an oversize payload once the header is whole,
/// everything else once the message is. After the first two the stream cannot be followed any more:
/// further input is swallowed, and `lost` says so. After any other refusal the next message
/// follows.
///
/// A value: copying one, or capturing and restoring it, in the middle of a message loses nothing.
/// Threads: one at a time.
class decoder {
public:
  /// What is reserved for the first piece of a payload, unless that is shorter: so much that most
  /// messages are held without moving them.
  static constexpr std::size_t first_held_bytes = 512;

  decoder() = default;
  explicit decoder(const decoder_options& options) : options_(options) {}

  /// Uses up the front of `in` to the end of one message, or all of it. Call again until
  /// `need_more`.
  decoder_event next(byte_view& in);

  /// The message that has begun, if one has: for timers of the kind "one message, whole" and "no
  /// new byte".
  std::optional<message_progress> in_progress() const;

  /// The framing is lost.
  bool lost() const { return lost_; }

  /// How many bytes were used up since the start of the stream.
  std::uint64_t offset() const { return offset_; }

  /// Payload bytes that memory is held for at the moment.
  std::size_t held_bytes() const { return payload_.capacity(); }

  /// The protocol version in common, once it is known; `decode_payload` says what depends on it.
  void set_protocol_version(std::int32_t version) { version_ = version; }

  /// Changes what is wanted, from the next header on.
  void set_wanted(const message_set& wanted) { options_.wanted = wanted; }

  friend bool operator==(const decoder&, const decoder&) = default;

  /// Whether the fields can be those of a decoder: what is read from an archive may be anything.
  bool is_consistent() const;

  SEEDWALK_INSPECT(decoder, options_, version_, header_, header_received_, payload_,
                   payload_received_, keeps_payload_, lead_, hash_, offset_, lost_)

private:
  struct broken_rule {
    wire_error error;
    std::uint64_t offset;
  };

  std::optional<broken_rule> take_header(byte_view& in);
  decoder_event take_payload(byte_view& in);
  decoder_event finish(byte_view payload, const hash256& hash);
  decoder_event judge(byte_view payload, const hash256& hash) const;
  void hold(byte_view piece);
  void keep_lead(byte_view piece);

  bool hashes() const { return keeps_payload_ || options_.verify_skipped; }
  std::uint32_t payload_length() const;
  std::uint64_t message_offset() const { return offset_ - header_received_ - payload_received_; }
  net::frame whole_frame() const;

  decoder_options options_;
  std::int32_t version_ = protocol_version;
  std::array<std::uint8_t, header_bytes> header_{};
  std::uint8_t header_received_ = 0;
  bool keeps_payload_ = false;
  bool lost_ = false;
  std::uint32_t payload_received_ = 0;
  bytes payload_; ///< Its first `payload_received_` bytes, where it is kept.
  std::array<std::uint8_t, lead_bytes>
      lead_{}; ///< Of a payload that is not kept, and comes in pieces.
  sha256 hash_;
  std::uint64_t offset_ = 0;
};

} // namespace seedwalk::net
