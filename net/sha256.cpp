// The one-shot context of OpenSSL's low-level interface is a plain struct that we can save and
// restore; EVP's is opaque. Both run the same code below.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "net/sha256.hpp"

#include <algorithm>

#include <openssl/sha.h>

namespace seedwalk::net {

namespace {

void resume(SHA256_CTX& context, const std::array<std::uint32_t, 8>& chain, std::uint64_t length,
            const std::array<std::uint8_t, 64>& partial) {
  std::copy(chain.begin(), chain.end(), context.h);
  const auto bits = length * 8;
  context.Nl = static_cast<SHA_LONG>(bits);
  context.Nh = static_cast<SHA_LONG>(bits >> 32);
  context.num = static_cast<unsigned>(length % 64);
  context.md_len = SHA256_DIGEST_LENGTH;
  std::copy(partial.begin(), partial.end(), reinterpret_cast<std::uint8_t*>(context.data));
}

} // namespace

void sha256::update(byte_view data) {
  SHA256_CTX context;
  resume(context, chain_, length_, partial_);
  SHA256_Update(&context, data.data(), data.size());
  std::copy(std::begin(context.h), std::end(context.h), chain_.begin());
  length_ += data.size();
  // What lies beyond the used part stays zero, so that equal states are equal bytes.
  partial_.fill(0);
  std::copy_n(reinterpret_cast<const std::uint8_t*>(context.data), length_ % 64, partial_.begin());
}

hash256 sha256::digest() const {
  SHA256_CTX context;
  resume(context, chain_, length_, partial_);
  hash256 result;
  SHA256_Final(result.data(), &context);
  return result;
}

hash256 sha256d(byte_view data) {
  hash256 inner;
  SHA256(data.data(), data.size(), inner.data());
  hash256 outer;
  SHA256(inner.data(), inner.size(), outer.data());
  return outer;
}

hash256 sha256d(const sha256& inner) {
  const auto first = inner.digest();
  hash256 outer;
  SHA256(first.data(), first.size(), outer.data());
  return outer;
}

} // namespace seedwalk::net
