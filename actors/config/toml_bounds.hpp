#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace seedwalk::actors {

/// How many parts a dotted key may have, and how deep arrays and inline tables may lie in each
/// other. A configuration has keys of three parts and arrays of texts.
constexpr std::size_t toml_depth_max = 16;

/// Why a text is not given to the TOML parser.
struct toml_bound {
  std::size_t line = 0;
  std::string message;
};

/// Whether a TOML text is shallow enough to be parsed.
///
/// toml++ makes a table of each part of a dotted key, and frees tables by recursion: a key of
/// 200,000 parts, which fits in 400 KB, overflows the stack of its reader. This looks at the
/// text alone, without recursion, by the rules of TOML 1.0 for texts and comments; of a text that
/// is no TOML it judges as much as a parser would read.
tl::expected<void, toml_bound> check_toml_bounds(std::string_view text);

} // namespace seedwalk::actors
