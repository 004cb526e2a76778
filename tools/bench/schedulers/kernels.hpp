#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tools/bench/schedulers/stage.hpp"

namespace seedwalk::bench {

/// A small program with one planted bug of order: some orders of its messages break it, and that of
/// fifo does not.
struct kernel {
  std::string_view name;
  /// As `pct` counts it: of this depth it finds the bug, and of a smaller one never.
  std::uint32_t depth = 1;
  std::string_view bug; ///< In words.
  void (*build)(stage& on) = nullptr;
};

/// All 24, in the order of the table.
std::span<const kernel> kernels();

/// Null: there is none of that name.
const kernel* find_kernel(std::string_view name);

} // namespace seedwalk::bench
