#pragma once

#include <cstdint>
#include <vector>

#include "net/base/inspect.hpp"
#include "net/bitcoin/sha256.hpp"

namespace seedwalk::net::msg {

/// What an announcement or a request names.
struct inventory_item {
  std::uint32_t type = 0; ///< 1 transaction, 2 block ...; bit 30 asks for witnesses (BIP144).
  hash256 hash{};         ///< In wire order.

  friend bool operator==(const inventory_item&, const inventory_item&) = default;

  SEEDWALK_INSPECT(inventory_item, type, hash)
};

/// Announces what one has; at most 50,000.
struct inv {
  std::vector<inventory_item> items;

  friend bool operator==(const inv&, const inv&) = default;

  SEEDWALK_INSPECT(inv, items)
};

/// Asks for what was announced; at most 50,000.
struct getdata {
  std::vector<inventory_item> items;

  friend bool operator==(const getdata&, const getdata&) = default;

  SEEDWALK_INSPECT(getdata, items)
};

/// Says what of a getdata one does not have; at most 50,000.
struct notfound {
  std::vector<inventory_item> items;

  friend bool operator==(const notfound&, const notfound&) = default;

  SEEDWALK_INSPECT(notfound, items)
};

/// The eighty bytes that a block's hash is made of.
struct block_header {
  std::int32_t version = 0;
  hash256 previous{};
  hash256 merkle_root{};
  std::uint32_t time = 0;
  std::uint32_t bits = 0;
  std::uint32_t nonce = 0;

  friend bool operator==(const block_header&, const block_header&) = default;

  SEEDWALK_INSPECT(block_header, version, previous, merkle_root, time, bits, nonce)
};

/// Asks for the hashes that follow the first block both know.
struct getblocks {
  std::uint32_t version = 0;
  std::vector<hash256> locator; ///< Newest first, at most 101.
  hash256 stop{};               ///< Zeros: as many as allowed.

  friend bool operator==(const getblocks&, const getblocks&) = default;

  SEEDWALK_INSPECT(getblocks, version, locator, stop)
};

/// Asks for the headers that follow the first block both know.
struct getheaders {
  std::uint32_t version = 0;
  std::vector<hash256> locator; ///< Newest first, at most 101.
  hash256 stop{};               ///< Zeros: as many as allowed.

  friend bool operator==(const getheaders&, const getheaders&) = default;

  SEEDWALK_INSPECT(getheaders, version, locator, stop)
};

/// Headers in a row, at most 2000. The transaction count after each, always zero, is not kept.
struct headers {
  std::vector<block_header> list;

  friend bool operator==(const headers&, const headers&) = default;

  SEEDWALK_INSPECT(headers, list)
};

/// Asks for an inv of the memory pool (BIP35).
struct mempool {
  friend bool operator==(const mempool&, const mempool&) = default;

  SEEDWALK_INSPECT(mempool)
};

} // namespace seedwalk::net::msg
