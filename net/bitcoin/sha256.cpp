// The one-shot context of OpenSSL's low-level interface is a plain struct that we can save and
// restore; EVP's is opaque. Both run the same code below.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "net/bitcoin/sha256.hpp"

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

hash256 sha256_once(const hash256& data) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, data.data(), data.size());
  hash256 result;
  SHA256_Final(result.data(), &context);
  return result;
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
  // Half of a handshake's messages have no payload.
  static const hash256 of_nothing = sha256d(sha256{});
  if (data.empty())
    return of_nothing;
  // Not SHA256(): that looks its algorithm up, under a lock, each time.
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, data.data(), data.size());
  hash256 inner;
  SHA256_Final(inner.data(), &context);
  return sha256_once(inner);
}

hash256 sha256d(const sha256& inner) {
  return sha256_once(inner.digest());
}

} // namespace seedwalk::net
