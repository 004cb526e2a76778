#pragma once

#include "net/base/bytes.hpp"
#include "net/bitcoin/chain_params.hpp"
#include "net/bitcoin/messages.hpp"

namespace seedwalk::net {

/// Appends `m` with its header to `out`, so that several messages can leave in one write.
///
/// Any value can be encoded, one that breaks a rule included: the simulator's liars need that. The
/// command of an unknown message is cut off after 12 bytes. Lists go out as they are, whatever
/// their length.
void append_message(bytes& out, const magic_bytes& magic, const message& m);

/// Appends `payload` under any command, with the checksum that belongs to it.
void append_raw_message(bytes& out, const magic_bytes& magic, std::string_view command,
                        byte_view payload);

/// One message on its own.
bytes encode(const magic_bytes& magic, const message& m);
bytes encode(const chain_params& chain, const message& m);

} // namespace seedwalk::net
