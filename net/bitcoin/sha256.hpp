#pragma once

#include <array>
#include <cstdint>

#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::net {

using hash256 = std::array<std::uint8_t, 32>;

/// SHA-256 of bytes that arrive in pieces, by OpenSSL.
///
/// A value of 112 bytes: it can be copied, captured in the middle of a message and restored, which
/// OpenSSL's own contexts cannot.
class sha256 {
public:
  void update(byte_view data);

  /// The hash of all that was given so far. More may be given afterwards.
  hash256 digest() const;

  friend bool operator==(const sha256&, const sha256&) = default;

  SEEDWALK_INSPECT(sha256, chain_, length_, partial_)

private:
  std::array<std::uint32_t, 8> chain_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::uint64_t length_ = 0; ///< In bytes; its remainder by 64 says how much of `partial_` is used.
  std::array<std::uint8_t, 64> partial_{};
};

/// SHA-256 of SHA-256, Bitcoin's hash of everything.
hash256 sha256d(byte_view data);

/// The outer SHA-256 of sha256d, where the inner one was computed in pieces.
hash256 sha256d(const sha256& inner);

} // namespace seedwalk::net
