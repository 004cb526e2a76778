#pragma once

#include <string>

#include "net/address/endpoint.hpp"
#include "store/peer_record.hpp"

namespace seedwalk::store {

/// Rows of exports: one endpoint, one line, no line end.
///
/// Peers choose their user agents, which are any bytes, so every format escapes them: a row is one
/// line of ASCII whatever they send. Times are seconds since 1970, 0 for never.

/// `{"address":"127.1.0.1:18444","blame":"peer",...}` with sorted keys: address, blame, chain (at,
/// hash, height; null: not known), first_heard, good, last_success, last_try, network, outcome,
/// protocol_version, services, stage, start_height, successes, tries, type (always "peer"),
/// user_agent, v2 (none, gossip, version, spoken: how it is known that it offers BIP324), via (tcp,
/// socks, sam). What is not ASCII is escaped as JSON has it (`\u00e9`), so that no terminal and no
/// log takes part in what a peer sent. Fields of an endpoint that was never visited, or never sent
/// a version, are null. Bytes of a user agent that are not UTF-8 become U+FFFD.
std::string json_row(const net::endpoint& peer, const peer_record& r);

/// The hash of a peer's header as everybody prints it, or "shorter": its chain ends below.
std::string chain_text(const header_chain& chain);

/// The names of the columns of `csv_row`, and a row (RFC 4180). The user agent is always quoted;
/// bytes that are not printable ASCII, and the backslash, are `\xNN` as of net::printable, and so
/// is a leading `=`, `+`, `-` or `@`, which a spreadsheet would take for a formula: reading each
/// `\xNN` as one byte gives back what the peer sent.
std::string csv_header();
std::string csv_row(const net::endpoint& peer, const peer_record& r);

/// The header line of dnsseed.dump, and a row as bitcoin-seeder writes it and Bitcoin Core's
/// contrib/seeds/makeseeds.py reads it. The column `good` says whether the endpoint is `seedable`.
std::string dnsseed_header();
std::string dnsseed_row(const net::endpoint& peer, const peer_record& r, timestamp now,
                        const seed_policy& policy);

} // namespace seedwalk::store
