#pragma once

#include <string>

namespace seedwalk::actors {

/// What tells this binary from others in records and recordings: version and the linker's build id,
/// "0.1.0+1a2b3c4d...".
///
/// The same sources, compiler and flags give the same identity.
std::string build_identity();

} // namespace seedwalk::actors
