#pragma once

#include <string>

#include "net/endpoint.hpp"
#include "store/peer_record.hpp"

namespace seedwalk::store {

/// Rows of exports: one endpoint, one line, no line end.
///
/// Peers choose their user agents, so every format escapes them: a row is one line whatever they
/// send. Times are seconds since 1970, 0 for never.

/// `{"address":"127.1.0.1:18444","blame":"peer",...}` with sorted keys: address, blame,
/// first_heard, good, last_success, last_try, network, outcome, protocol_version, services, stage,
/// start_height, successes, tries, user_agent. Fields of an endpoint that was never visited, or
/// never sent a version, are null. Bytes of a user agent that are not UTF-8 become U+FFFD.
std::string json_row(const net::endpoint& peer, const peer_record& r);

/// The names of the columns of `csv_row`, and a row (RFC 4180; the user agent is always quoted; a
/// leading `=`, `+`, `-` or `@` in it gets a quote before it, so that no spreadsheet runs it).
std::string csv_header();
std::string csv_row(const net::endpoint& peer, const peer_record& r);

/// The header line of dnsseed.dump, and a row as bitcoin-seeder writes it and Bitcoin Core's
/// contrib/seeds/makeseeds.py reads it. The column `good` says whether the endpoint is `seedable`.
std::string dnsseed_header();
std::string dnsseed_row(const net::endpoint& peer, const peer_record& r, timestamp now,
                        const seed_policy& policy);

} // namespace seedwalk::store
