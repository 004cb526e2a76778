#pragma once

#include <cstdint>
#include <vector>

#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"
#include "net/bitcoin/sha256.hpp"

namespace seedwalk::net::msg {

/// Sets a Bloom filter (BIP37).
struct filterload {
  bytes filter;                     ///< At most 36,000 bytes.
  std::uint32_t hash_functions = 0; ///< At most 50.
  std::uint32_t tweak = 0;
  std::uint8_t flags = 0;

  friend bool operator==(const filterload&, const filterload&) = default;

  SEEDWALK_INSPECT(filterload, filter, hash_functions, tweak, flags)
};

/// Adds to the Bloom filter (BIP37).
struct filteradd {
  bytes data; ///< At most 520 bytes.

  friend bool operator==(const filteradd&, const filteradd&) = default;

  SEEDWALK_INSPECT(filteradd, data)
};

/// Removes the Bloom filter (BIP37).
struct filterclear {
  friend bool operator==(const filterclear&, const filterclear&) = default;

  SEEDWALK_INSPECT(filterclear)
};

/// Asks for compact filters (BIP157).
struct getcfilters {
  std::uint8_t filter_type = 0;
  std::uint32_t start_height = 0;
  hash256 stop{};

  friend bool operator==(const getcfilters&, const getcfilters&) = default;

  SEEDWALK_INSPECT(getcfilters, filter_type, start_height, stop)
};

/// One compact filter (BIP157, BIP158).
struct cfilter {
  std::uint8_t filter_type = 0;
  hash256 block_hash{};
  bytes filter;

  friend bool operator==(const cfilter&, const cfilter&) = default;

  SEEDWALK_INSPECT(cfilter, filter_type, block_hash, filter)
};

/// Asks for filter headers (BIP157).
struct getcfheaders {
  std::uint8_t filter_type = 0;
  std::uint32_t start_height = 0;
  hash256 stop{};

  friend bool operator==(const getcfheaders&, const getcfheaders&) = default;

  SEEDWALK_INSPECT(getcfheaders, filter_type, start_height, stop)
};

/// Filter hashes in a row, at most 2000 (BIP157).
struct cfheaders {
  std::uint8_t filter_type = 0;
  hash256 stop{};
  hash256 previous_header{};
  std::vector<hash256> filter_hashes;

  friend bool operator==(const cfheaders&, const cfheaders&) = default;

  SEEDWALK_INSPECT(cfheaders, filter_type, stop, previous_header, filter_hashes)
};

/// Asks for every thousandth filter header (BIP157).
struct getcfcheckpt {
  std::uint8_t filter_type = 0;
  hash256 stop{};

  friend bool operator==(const getcfcheckpt&, const getcfcheckpt&) = default;

  SEEDWALK_INSPECT(getcfcheckpt, filter_type, stop)
};

/// Every thousandth filter header (BIP157).
struct cfcheckpt {
  std::uint8_t filter_type = 0;
  hash256 stop{};
  std::vector<hash256> filter_headers;

  friend bool operator==(const cfcheckpt&, const cfcheckpt&) = default;

  SEEDWALK_INSPECT(cfcheckpt, filter_type, stop, filter_headers)
};

} // namespace seedwalk::net::msg
