#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "net/base/buffer.hpp"
#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"
#include "net/bitcoin/decoder.hpp"
#include "net/bitcoin/messages.hpp"

namespace seedwalk::net {

/// One message that many connections send, encoded once. Each transport shares as much of it as it
/// can: v1 all of it, one that encrypts the payload.
///
/// Threads: copies may be used in different ones.
class shared_message {
public:
  /// No message.
  shared_message() = default;
  shared_message(const magic_bytes& magic, const message& m);

  bool empty() const { return v1_frame_.empty(); }
  std::string_view command() const;
  byte_view payload() const;
  /// The message as v1 sends it.
  const buffer& v1_frame() const { return v1_frame_; }

  SEEDWALK_INSPECT(shared_message, v1_frame_)

private:
  buffer v1_frame_;
};

/// Messages behind headers, in the clear: what every node speaks.
/// https://en.bitcoin.it/wiki/Protocol_documentation#Message_structure
class v1_transport {
public:
  v1_transport() = default;
  explicit v1_transport(const decoder_options& options)
      : magic_(options.magic), decoder_(options) {}

  void begin(bytes&) {}
  void write(bytes& out, const message& m);
  std::optional<buffer> write(bytes&, const shared_message& m) { return m.v1_frame(); }
  decoder_event next(byte_view& in, bytes&) { return decoder_.next(in); }
  std::optional<message_progress> in_progress() const { return decoder_.in_progress(); }
  void set_protocol_version(std::int32_t version) { decoder_.set_protocol_version(version); }

  SEEDWALK_INSPECT(v1_transport, magic_, decoder_)

private:
  magic_bytes magic_{};
  decoder decoder_;
};

/// How messages lie in the bytes of one connection: bytes in, messages out; messages in, bytes out.
///
/// Another way of doing so, as BIP324's encryption, is one more alternative with the same calls,
/// and nothing that a session does depends on which it is. Each call that may have something to say
/// to the peer takes the bytes that are sent next, and appends to them.
///
/// A value: captured and restored in the middle of a message it loses nothing. Memory is bounded as
/// `decoder` says. Threads: one at a time.
class transport {
public:
  /// Of no connection; holds nothing.
  transport() = default;
  explicit transport(v1_transport v1) : alternative_(std::move(v1)) {}

  /// What is sent before the first message.
  void begin(bytes& out) {
    std::visit([&](auto& one) { one.begin(out); }, alternative_);
  }

  void write(bytes& out, const message& m) {
    std::visit([&](auto& one) { one.write(out, m); }, alternative_);
  }

  /// A block to be sent behind `out`, shared by all who send this message; or nothing, where it
  /// had to be appended to `out`.
  std::optional<buffer> write(bytes& out, const shared_message& m) {
    return std::visit([&](auto& one) { return one.write(out, m); }, alternative_);
  }

  /// Uses up the front of `in`, to the end of one message or all of it: see `decoder::next`.
  decoder_event next(byte_view& in, bytes& out) {
    return std::visit([&](auto& one) { return one.next(in, out); }, alternative_);
  }

  /// The message that has begun, if one has.
  std::optional<message_progress> in_progress() const {
    return std::visit([](const auto& one) { return one.in_progress(); }, alternative_);
  }

  /// The protocol version in common, once it is known.
  void set_protocol_version(std::int32_t version) {
    std::visit([&](auto& one) { one.set_protocol_version(version); }, alternative_);
  }

  SEEDWALK_INSPECT(transport, alternative_)

private:
  std::variant<v1_transport> alternative_;
};

} // namespace seedwalk::net
