#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "net/bitcoin/messages.hpp"

namespace seedwalk::tools {

/// JSON whose members keep the order in which they were put in: that of the wire.
using wire_json = nlohmann::ordered_json;

/// The fields of a message as one JSON object. Hashes of blocks, transactions and filters are
/// written as explorers write them, last byte of the wire first; other bytes in the wire's order,
/// in hexadecimal. Parts that a version or a ping of old lacks are left out. Bytes of a text that
/// are not UTF-8 become U+FFFD.
wire_json fields_of(const net::message& m);

/// The message of that command with these fields; or what is wrong with them, one line that names
/// the field. Every member must be known and, unless old versions lacked it, there.
tl::expected<net::message, std::string> message_of(std::string_view command,
                                                   const wire_json& fields);

} // namespace seedwalk::tools
