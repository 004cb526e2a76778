#include "net/bitcoin/wire_error.hpp"

namespace seedwalk::net {

std::string_view name_of(wire_error e) {
  switch (e) {
  case wire_error::wrong_magic:
    return "wrong_magic";
  case wire_error::oversize_payload:
    return "oversize_payload";
  case wire_error::bad_checksum:
    return "bad_checksum";
  case wire_error::malformed_command:
    return "malformed_command";
  case wire_error::truncated:
    return "truncated";
  case wire_error::noncanonical_size:
    return "noncanonical_size";
  case wire_error::count_exceeds_payload:
    return "count_exceeds_payload";
  case wire_error::user_agent_too_long:
    return "user_agent_too_long";
  case wire_error::text_too_long:
    return "text_too_long";
  case wire_error::wrong_address_length:
    return "wrong_address_length";
  case wire_error::address_too_long:
    return "address_too_long";
  case wire_error::superfluous_witness:
    return "superfluous_witness";
  case wire_error::unknown_tx_flags:
    return "unknown_tx_flags";
  case wire_error::index_overflow:
    return "index_overflow";
  case wire_error::too_many_filter_hashes:
    return "too_many_filter_hashes";
  case wire_error::too_many_addresses:
    return "too_many_addresses";
  case wire_error::too_many_items:
    return "too_many_items";
  case wire_error::too_many_headers:
    return "too_many_headers";
  case wire_error::locator_too_long:
    return "locator_too_long";
  case wire_error::announce_out_of_range:
    return "announce_out_of_range";
  case wire_error::filter_too_large:
    return "filter_too_large";
  case wire_error::filter_item_too_large:
    return "filter_item_too_large";
  case wire_error::feature_id_length:
    return "feature_id_length";
  case wire_error::feature_data_too_long:
    return "feature_data_too_long";
  case wire_error::feature_trailing_bytes:
    return "feature_trailing_bytes";
  }
  return "unknown";
}

std::string_view name_of(wire_consequence c) {
  switch (c) {
  case wire_consequence::drop_message:
    return "drop_message";
  case wire_consequence::misbehaved:
    return "misbehaved";
  case wire_consequence::lost_framing:
    return "lost_framing";
  }
  return "unknown";
}

wire_consequence consequence_of(wire_error e, message_kind kind) {
  if (e < wire_error::bad_checksum)
    return wire_consequence::lost_framing;
  if (e == wire_error::bad_checksum || e == wire_error::malformed_command)
    return wire_consequence::drop_message;
  if (e < wire_error::too_many_addresses && kind != message_kind::feature)
    return wire_consequence::drop_message;
  return wire_consequence::misbehaved;
}

} // namespace seedwalk::net
