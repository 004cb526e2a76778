#pragma once

#include <optional>

#include <tl/expected.hpp>

#include "store/error.hpp"
#include "store/key_values.hpp"
#include "store/known_state.hpp"

namespace seedwalk::store {

/// The record that the database has of an endpoint; nothing if it has none. What had to be read
/// from the disk stays in memory, because an endpoint that is looked at is about to be visited.
tl::expected<std::optional<peer_record>, error> read_record(key_values& disk, known_state& memory,
                                                            const hashed_endpoint& hashed);

} // namespace seedwalk::store
