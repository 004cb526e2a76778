#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace seedwalk::store::test {

// Databases as earlier versions left them, made from those of today: for tests of migrations.

/// A peer's record as schema 1 wrote it. What schema 1 did not know is left out.
std::string peer_in_schema_1(const peer_record& r, user_agents& agents);

/// A visit as schema 1 wrote it.
std::string visit_in_schema_1(const visit_record& v, user_agents& agents);

/// A census as schema 1 wrote it.
std::string census_in_schema_1(const census_record& c);

/// The record as it is after schema 1 and back: how it went was known by the network alone.
peer_record as_schema_1_knew(const net::endpoint& peer, peer_record r);
census_record as_schema_1_knew(census_record c);

/// A schema that never was, older than the first: values of peers stand there back to front behind
/// an 'x', and entries of the due index say "due". The steps that lead from there to today.
std::vector<migration_step> steps_from_schema_0();

/// Takes a closed database back to an earlier schema, 1 or 0, by LevelDB itself; how many keys were
/// changed.
std::uint64_t take_back(const std::string& path, const database_options& options,
                        std::uint32_t schema);

} // namespace seedwalk::store::test
