#include "net/base/random.hpp"

#include <cassert>

// Keys are short and hashes many: a call into the library costs more than the hash.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace seedwalk::net {

// Two rounds keep (purpose, key) apart from any other split of the same bytes.
keyed_hasher::keyed_hasher(std::uint64_t seed, std::string_view purpose)
    : purpose_seed_(XXH3_64bits_withSeed(purpose.data(), purpose.size(), seed)) {}

std::uint64_t keyed_hasher::operator()(byte_view key) const {
  return XXH3_64bits_withSeed(key.data(), key.size(), purpose_seed_);
}

std::uint64_t keyed_hash(std::uint64_t seed, std::string_view purpose, byte_view key) {
  return keyed_hasher{seed, purpose}(key);
}

std::int64_t random_stream::between(std::int64_t first, std::int64_t last) {
  assert(first <= last);
  const auto span = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
  if (span == UINT64_MAX)
    return static_cast<std::int64_t>(next());
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(first) + below(span + 1));
}

bool random_stream::chance(std::uint64_t numerator, std::uint64_t denominator) {
  return below(denominator) < numerator;
}

} // namespace seedwalk::net
