#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <tl/expected.hpp>

#include "net/base/bytes.hpp"
#include "net/bitcoin/chain_params.hpp"
#include "tools/wire_json.hpp"

namespace seedwalk::tools {

/// Takes one JSON object.
using line_sink = std::function<void(const wire_json& line)>;

/// How a stream of messages went.
struct dump_counts {
  std::uint64_t messages = 0;
  std::uint64_t refused = 0; ///< A broken end counts as one.
};

/// Tells one direction of a connection, from its first byte, as one JSON object a message:
///
///     {"command": "ping", "length": 8, "checksum": "4c2d5c0e", "begin": 126, "ok": true,
///      "fields": {"nonce": 7}}
///     {"command": "pong", "length": 4, "checksum": "5df6e0e2", "begin": 158, "ok": false,
///      "error": "truncated", "offset": 186, "payload": "07000000"}
///
/// `begin` and `offset` count from the start of the stream; `offset` is where the rule was broken.
/// After an error in the framing (and after a message that the stream ends in: "incomplete") no
/// message follows, and `rest` has all bytes from `begin` on.
///
/// `encode_line` makes the same bytes of each line again. Where the fields alone would not, because
/// decoding left something out or accepted another spelling of it, `payload` stands beside them,
/// and counts. A malformed command stands whole in `command_bytes`.
///
/// `version`: what the two sides have in common; see net/bitcoin/payload.hpp.
dump_counts decode_stream(net::byte_view stream, const net::magic_bytes& magic,
                          std::int32_t version, const line_sink& sink);

/// The bytes of one such line, or what is wrong with it. Of a line whose `ok` is not false
/// `command` and `fields` are enough: length and checksum follow from them.
tl::expected<net::bytes, std::string> encode_line(const wire_json& line,
                                                  const net::magic_bytes& magic);

} // namespace seedwalk::tools
