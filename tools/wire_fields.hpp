#pragma once

// What the fields of each message are called in JSON, once for both directions: `describe(io, x)`
// names the fields of x in the order of the wire. `io` is the writer or the reader of
// wire_json.cpp, which alone includes this.

#include <concepts>
#include <type_traits>

#include "net/bitcoin/messages.hpp"

namespace seedwalk::tools::detail {

/// `T` or `const T`, as `describe` is called with for reading or writing.
template <class X, class T>
concept of = std::same_as<std::remove_const_t<X>, T>;

namespace msg = net::msg;

// Handshake ---------------------------------------------------------------------------------------

template <class Io, of<msg::version_address> X>
void describe(Io& io, X& x) {
  io("services", x.services);
  io.ipv6("address", x.address);
  io("port", x.port);
}

template <class Io, of<msg::version_sender> X>
void describe(Io& io, X& x) {
  describe(io, x.address);
  io("nonce", x.nonce);
}

template <class Io, of<msg::version> X>
void describe(Io& io, X& x) {
  io("protocol", x.protocol);
  io("services", x.services);
  io("time", x.time);
  io("receiver", x.receiver);
  io("sender", x.sender);
  io("user_agent", x.user_agent);
  io("start_height", x.start_height);
  io("relay", x.relay);
}

template <class Io, of<msg::feature> X>
void describe(Io& io, X& x) {
  io("id", x.id);
  io("data", x.data);
}

template <class Io, of<msg::sendtxrcncl> X>
void describe(Io& io, X& x) {
  io("version", x.version);
  io("salt", x.salt);
}

template <class Io, of<msg::sendcmpct> X>
void describe(Io& io, X& x) {
  io("announce", x.announce);
  io("version", x.version);
}

template <class Io, of<msg::feefilter> X>
void describe(Io& io, X& x) {
  io("satoshis_per_kilobyte", x.satoshis_per_kilobyte);
}

template <class Io, class X>
requires of<X, msg::ping> || of<X, msg::pong>
void describe(Io& io, X& x) {
  io("nonce", x.nonce);
}

template <class Io, of<msg::reject> X>
void describe(Io& io, X& x) {
  io("command", x.command);
  io("code", x.code);
  io("reason", x.reason);
  io("data", x.data);
}

template <class Io, of<msg::alert> X>
void describe(Io& io, X& x) {
  io("payload", x.payload);
  io("signature", x.signature);
}

// Addresses ---------------------------------------------------------------------------------------

template <class Io, of<msg::addr_entry> X>
void describe(Io& io, X& x) {
  io("time", x.time);
  io("services", x.services);
  io.endpoint(x.peer);
}

template <class Io, of<msg::skipped_entries> X>
void describe(Io& io, X& x) {
  io("torv2", x.torv2);
  io("yggdrasil", x.yggdrasil);
  io("unknown_network", x.unknown_network);
  io("embedded", x.embedded);
  io("not_cjdns", x.not_cjdns);
}

template <class Io, of<msg::addr> X>
void describe(Io& io, X& x) {
  io("has_times", x.has_times);
  io("entries", x.entries);
  io("skipped", x.skipped);
}

template <class Io, of<msg::addrv2> X>
void describe(Io& io, X& x) {
  io("entries", x.entries);
  io("skipped", x.skipped);
}

// Inventory ---------------------------------------------------------------------------------------

template <class Io, of<msg::inventory_item> X>
void describe(Io& io, X& x) {
  io("type", x.type);
  io("hash", x.hash);
}

template <class Io, class X>
requires of<X, msg::inv> || of<X, msg::getdata> || of<X, msg::notfound>
void describe(Io& io, X& x) {
  io("items", x.items);
}

template <class Io, class X>
requires of<X, msg::getblocks> || of<X, msg::getheaders>
void describe(Io& io, X& x) {
  io("version", x.version);
  io("locator", x.locator);
  io("stop", x.stop);
}

template <class Io, of<msg::block_header> X>
void describe(Io& io, X& x) {
  io("version", x.version);
  io("previous", x.previous);
  io("merkle_root", x.merkle_root);
  io("time", x.time);
  io("bits", x.bits);
  io("nonce", x.nonce);
}

template <class Io, of<msg::headers> X>
void describe(Io& io, X& x) {
  io("headers", x.list);
}

// Blocks and transactions -------------------------------------------------------------------------

template <class Io, of<msg::tx_input> X>
void describe(Io& io, X& x) {
  io("previous", x.previous);
  io("index", x.index);
  io("script", x.script);
  io("sequence", x.sequence);
  io.witness("witness", x);
}

template <class Io, of<msg::tx_output> X>
void describe(Io& io, X& x) {
  io("value", x.value);
  io("script", x.script);
}

template <class Io, of<msg::tx> X>
void describe(Io& io, X& x) {
  io("version", x.version);
  io("inputs", x.inputs);
  io("outputs", x.outputs);
  io("lock_time", x.lock_time);
}

template <class Io, of<msg::block> X>
void describe(Io& io, X& x) {
  io("header", x.header);
  io("transactions", x.transactions);
}

template <class Io, of<msg::merkleblock> X>
void describe(Io& io, X& x) {
  io("header", x.header);
  io("total_transactions", x.total_transactions);
  io("hashes", x.hashes);
  io("flags", x.flags);
}

template <class Io, of<msg::prefilled_tx> X>
void describe(Io& io, X& x) {
  io("index", x.index);
  io("transaction", x.transaction);
}

template <class Io, of<msg::cmpctblock> X>
void describe(Io& io, X& x) {
  io("header", x.header);
  io("nonce", x.nonce);
  io("short_ids", x.short_ids);
  io("prefilled", x.prefilled);
}

template <class Io, of<msg::getblocktxn> X>
void describe(Io& io, X& x) {
  io("block_hash", x.block_hash);
  io("indexes", x.indexes);
}

template <class Io, of<msg::blocktxn> X>
void describe(Io& io, X& x) {
  io("block_hash", x.block_hash);
  io("transactions", x.transactions);
}

// Filters -----------------------------------------------------------------------------------------

template <class Io, of<msg::filterload> X>
void describe(Io& io, X& x) {
  io("filter", x.filter);
  io("hash_functions", x.hash_functions);
  io("tweak", x.tweak);
  io("flags", x.flags);
}

template <class Io, of<msg::filteradd> X>
void describe(Io& io, X& x) {
  io("data", x.data);
}

template <class Io, class X>
requires of<X, msg::getcfilters> || of<X, msg::getcfheaders>
void describe(Io& io, X& x) {
  io("filter_type", x.filter_type);
  io("start_height", x.start_height);
  io("stop", x.stop);
}

template <class Io, of<msg::cfilter> X>
void describe(Io& io, X& x) {
  io("filter_type", x.filter_type);
  io("block_hash", x.block_hash);
  io("filter", x.filter);
}

template <class Io, of<msg::cfheaders> X>
void describe(Io& io, X& x) {
  io("filter_type", x.filter_type);
  io("stop", x.stop);
  io("previous_header", x.previous_header);
  io("filter_hashes", x.filter_hashes);
}

template <class Io, of<msg::getcfcheckpt> X>
void describe(Io& io, X& x) {
  io("filter_type", x.filter_type);
  io("stop", x.stop);
}

template <class Io, of<msg::cfcheckpt> X>
void describe(Io& io, X& x) {
  io("filter_type", x.filter_type);
  io("stop", x.stop);
  io("filter_headers", x.filter_headers);
}

/// Its command stands beside the fields.
template <class Io, of<msg::unknown_message> X>
void describe(Io& io, X& x) {
  io("data", x.payload);
}

/// verack, getaddr and their like: nothing inside.
template <class Io, class X>
requires std::is_empty_v<X>
void describe(Io&, X&) {}

} // namespace seedwalk::tools::detail
