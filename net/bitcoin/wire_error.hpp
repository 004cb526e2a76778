#pragma once

#include <cstdint>
#include <string_view>

#include "net/bitcoin/messages.hpp"

namespace seedwalk::net {

/// What is wrong with bytes that a peer sent: one code a rule of the protocol.
enum class wire_error : std::uint8_t {
  // The framing: where the next message begins is not known any more.
  wrong_magic = 1,  ///< Another chain, or not Bitcoin at all.
  oversize_payload, ///< The header announces more than 4,000,000 bytes.

  // One message, which is dropped whole while the connection goes on, as in Core.
  bad_checksum,
  malformed_command,      ///< Not printable ASCII followed by nothing but zeros.
  truncated,              ///< The payload ends before the message does.
  noncanonical_size,      ///< A CompactSize longer than it need be.
  count_exceeds_payload,  ///< More elements announced than what is left could hold.
  user_agent_too_long,    ///< More than 256 bytes.
  text_too_long,          ///< reject: a command above 12 or a reason above 111 bytes.
  wrong_address_length,   ///< BIP155: not the length of a network whose length is given.
  address_too_long,       ///< BIP155: more than 512 bytes.
  superfluous_witness,    ///< BIP144: flagged, and all stacks are empty.
  unknown_tx_flags,       ///< BIP144: a flag other than 1.
  index_overflow,         ///< BIP152: an index above 65,535, or as many transactions.
  too_many_filter_hashes, ///< BIP157: more than 2000.

  // One message, for which Core closes at once.
  too_many_addresses,     ///< More than 1000.
  too_many_items,         ///< inv, getdata, notfound: more than 50,000.
  too_many_headers,       ///< More than 2000.
  locator_too_long,       ///< getblocks, getheaders: more than 101.
  announce_out_of_range,  ///< sendcmpct: neither 0 nor 1.
  filter_too_large,       ///< filterload: above 36,000 bytes or 50 functions.
  filter_item_too_large,  ///< filteradd: above 520 bytes.
  feature_id_length,      ///< BIP434: not 4 to 80 bytes.
  feature_data_too_long,  ///< BIP434: above 512 bytes.
  feature_trailing_bytes, ///< BIP434: something after the data.
};

/// "wrong_magic", "bad_checksum", ...: the spelling of every report.
std::string_view name_of(wire_error e);

/// What Core does about it, and so do we.
enum class wire_consequence : std::uint8_t {
  drop_message, ///< The message is ignored; the connection goes on.
  misbehaved,   ///< The stream is intact, but its sender is cut off.
  lost_framing, ///< Nothing after this can be understood: close.
};

/// "drop_message", "misbehaved", "lost_framing".
std::string_view name_of(wire_consequence c);

/// What `e` leads to in a message of that kind. Whatever is wrong inside a `feature` makes Core
/// close.
wire_consequence consequence_of(wire_error e, message_kind kind);

} // namespace seedwalk::net
