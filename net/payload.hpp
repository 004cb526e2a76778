#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <tl/expected.hpp>

#include "net/bytes.hpp"
#include "net/chain_params.hpp"
#include "net/messages.hpp"
#include "net/wire_error.hpp"

namespace seedwalk::net {

/// Why a payload is refused whole, and the offset in it of what broke the rule.
struct payload_error {
  wire_error error;
  std::size_t offset = 0;

  friend bool operator==(const payload_error&, const payload_error&) = default;
};

/// A message, and how many bytes followed its end. Core accepts such bytes in every message but
/// `feature`, and so do we.
struct decoded_payload {
  message value;
  std::size_t trailing_bytes = 0;
};

/// Reads the payload of a message sent under `command`.
///
/// `version` is what the two sides have in common, or their first guess at it: below
/// `addr_time_version` the entries of addr have no times. Nothing else depends on it.
///
/// All that is reserved was justified by bytes that are there: decoding n bytes allocates at most a
/// small multiple of n.
tl::expected<decoded_payload, payload_error>
decode_payload(std::string_view command, byte_view payload,
               std::int32_t version = protocol_version);

/// Appends the payload of `m`, without header.
void append_payload(bytes& out, const message& m);

} // namespace seedwalk::net
