#pragma once

#include <cassert>
#include <cstdint>
#include <string_view>

#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::net {

/// 64 bits that depend on the seed, the purpose and the key, and on nothing else (XXH3). The same
/// on every machine.
std::uint64_t keyed_hash(std::uint64_t seed, std::string_view purpose, byte_view key = {});

/// `keyed_hash` of one seed and purpose, for callers that hash many keys.
class keyed_hasher {
public:
  keyed_hasher(std::uint64_t seed, std::string_view purpose);

  std::uint64_t operator()(byte_view key) const;

private:
  std::uint64_t purpose_seed_;
};

/// A stream of random integers of its own for each purpose and key, so that leaving out one
/// consumer leaves the draws of all others as they were.
///
/// SplitMix64: 8 bytes of state, an inspectable value. No floating point and no `std::`
/// distribution: those differ between libraries.
class random_stream {
public:
  random_stream() = default;

  /// `random_stream(seed, "latency", link)`.
  random_stream(std::uint64_t seed, std::string_view purpose, byte_view key = {})
      : state_(keyed_hash(seed, purpose, key)) {}

  /// 64 uniform bits.
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ull;
    auto z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }

  /// Uniform in [0, bound), without bias. Precondition: bound > 0.
  std::uint64_t below(std::uint64_t bound) {
    assert(bound > 0);
    // The last values, of which there are 2^64 mod bound, would favour small results: drawn again.
    for (;;) {
      const auto x = next();
      const auto result = x % bound;
      if (x - result <= 0 - bound)
        return result;
    }
  }

  /// Uniform in [first, last], both included. Precondition: first <= last.
  std::int64_t between(std::int64_t first, std::int64_t last);

  /// True `numerator` times in `denominator`, on average.
  bool chance(std::uint64_t numerator, std::uint64_t denominator);

  SEEDWALK_INSPECT(random_stream, state_)

private:
  std::uint64_t state_ = 0;
};

} // namespace seedwalk::net
