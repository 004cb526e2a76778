#pragma once

#include <string_view>

#include "net/base/bytes.hpp"
#include "store/census_record.hpp"
#include "store/peer_record.hpp"
#include "store/user_agents.hpp"
#include "store/visit_record.hpp"

namespace seedwalk::store {

/// The values of the database, as README.md draws them: small, because gossip rewrites millions of
/// them. Times are written as differences, absent parts not at all, user agents by number.
///
/// Encoding may give a new user agent a number; the caller also writes the agents that were
/// added. Decoding refuses whatever is not exactly one value: damage is found, never guessed at.
net::bytes encode(const peer_record& r, user_agents& agents);
bool decode(std::string_view in, peer_record& r, const user_agents& agents);

net::bytes encode(const visit_record& v, user_agents& agents);
bool decode(std::string_view in, visit_record& v, const user_agents& agents);

net::bytes encode(const inbound_sighting& s, user_agents& agents);
bool decode(std::string_view in, inbound_sighting& s, const user_agents& agents);

} // namespace seedwalk::store
