#pragma once

#include <cstdint>
#include <string>

#include <tl/expected.hpp>

namespace seedwalk::bench {

/// What a process that knows so many endpoints holds in memory, all of it, in bytes.
struct store_memory {
  std::uint64_t known = 0;
  std::uint64_t after_writing = 0; ///< That has just heard of them.
  std::uint64_t after_opening = 0; ///< That has just opened the database.
};

/// Measures in processes of their own, because memory that was freed is still resident.
/// Precondition: this process has no threads.
tl::expected<store_memory, std::string> measure_store_memory(const std::string& folder,
                                                             std::uint64_t known);

} // namespace seedwalk::bench
