#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <tl/expected.hpp>

#include "net/base/bytes.hpp"
#include "net/bitcoin/chain_params.hpp"
#include "net/bitcoin/messages.hpp"
#include "net/bitcoin/wire_error.hpp"

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

/// How many bytes at the front of a payload `judge_lead` looks at.
inline constexpr std::size_t lead_bytes = 5;

/// What the number of elements alone tells against a message that is passed over without being
/// read: inv, getdata and notfound above 50,000 items, headers above 2000. Nothing for all others.
///
/// `lead`: the first `lead_bytes` of the payload, or all of a shorter one. `payload_bytes`: the
/// length of all of it. Where Core reads the elements before it counts them, what could not hold
/// them is not judged: Core drops such a message.
std::optional<payload_error> judge_lead(message_kind kind, byte_view lead,
                                        std::size_t payload_bytes);

/// Appends the payload of `m`, without header.
void append_payload(bytes& out, const message& m);

} // namespace seedwalk::net
