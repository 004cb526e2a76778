#pragma once

#include "net/bitcoin/messages_addr.hpp"
#include "net/bitcoin/wire_reader.hpp"
#include "net/bitcoin/wire_writer.hpp"

namespace seedwalk::net::detail {

// The two address messages, by hand: nearly all that a crawler receives is one of them. Entries
// that nobody keeps are counted by reason; anything malformed fails the reader.

void read_addr(wire_reader& in, msg::addr& x, bool has_times);
void read_addrv2(wire_reader& in, msg::addrv2& x);
void append_addr(bytes& out, const msg::addr& x);
void append_addrv2(bytes& out, const msg::addrv2& x);

} // namespace seedwalk::net::detail
