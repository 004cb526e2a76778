#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "net/base/archive.hpp"
#include "net/bitcoin/sha256.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::net {
namespace {

using namespace seedwalk::test;

hash256 by_openssl(byte_view data) {
  hash256 result{};
  EVP_Digest(data.data(), data.size(), result.data(), nullptr, EVP_sha256(), nullptr);
  return result;
}

TEST(sha256, is_openssls_for_data_in_any_pieces) {
  EXPECT_TRUE(rc::check([] {
    const auto data = up_to(400);
    sha256 hash;
    for (std::size_t at = 0; at < data.size();) {
      const auto size = std::min(data.size() - at, between<std::size_t>(0, 130));
      hash.update(byte_view{data}.subspan(at, size));
      at += size;
      sha256 restored;
      RC_ASSERT(from_archive(to_archive(hash), restored));
      RC_ASSERT(restored == hash);
      hash = restored;
    }
    RC_ASSERT(hash.digest() == by_openssl(data));
    RC_ASSERT(sha256d(hash) == by_openssl(by_openssl(data)));
    RC_ASSERT(sha256d(data) == by_openssl(by_openssl(data)));
  }));
}

} // namespace
} // namespace seedwalk::net
