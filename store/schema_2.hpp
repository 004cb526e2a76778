#pragma once

#include "store/migration.hpp"

namespace seedwalk::store {

/// From schema 1 to 2.
///
/// - Verdicts of peers say by which transport the visit went: by a SOCKS proxy to Tor, else
///   directly, as the version knew no other.
/// - A census has more counters, its outages stand before them, and it says which networks are
///   dialled: what was not counted then is 0, and why a network was not dialled is not known.
///
/// Visits stay: what is new of them stands in bits that were 0.
migration_step schema_2();

} // namespace seedwalk::store
