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

  template <inspector F>
  friend auto inspect(F& f, inventory_item& x) {
    return f(x.type, x.hash);
  }
};

/// Announces what one has; at most 50,000.
struct inv {
  std::vector<inventory_item> items;

  friend bool operator==(const inv&, const inv&) = default;

  template <inspector F>
  friend auto inspect(F& f, inv& x) {
    return f(x.items);
  }
};

/// Asks for what was announced; at most 50,000.
struct getdata {
  std::vector<inventory_item> items;

  friend bool operator==(const getdata&, const getdata&) = default;

  template <inspector F>
  friend auto inspect(F& f, getdata& x) {
    return f(x.items);
  }
};

/// Says what of a getdata one does not have; at most 50,000.
struct notfound {
  std::vector<inventory_item> items;

  friend bool operator==(const notfound&, const notfound&) = default;

  template <inspector F>
  friend auto inspect(F& f, notfound& x) {
    return f(x.items);
  }
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

  template <inspector F>
  friend auto inspect(F& f, block_header& x) {
    return f(x.version, x.previous, x.merkle_root, x.time, x.bits, x.nonce);
  }
};

/// Asks for the hashes that follow the first block both know.
struct getblocks {
  std::uint32_t version = 0;
  std::vector<hash256> locator; ///< Newest first, at most 101.
  hash256 stop{};               ///< Zeros: as many as allowed.

  friend bool operator==(const getblocks&, const getblocks&) = default;

  template <inspector F>
  friend auto inspect(F& f, getblocks& x) {
    return f(x.version, x.locator, x.stop);
  }
};

/// Asks for the headers that follow the first block both know.
struct getheaders {
  std::uint32_t version = 0;
  std::vector<hash256> locator; ///< Newest first, at most 101.
  hash256 stop{};               ///< Zeros: as many as allowed.

  friend bool operator==(const getheaders&, const getheaders&) = default;

  template <inspector F>
  friend auto inspect(F& f, getheaders& x) {
    return f(x.version, x.locator, x.stop);
  }
};

/// Headers in a row, at most 2000. The transaction count after each, always zero, is not kept.
struct headers {
  std::vector<block_header> list;

  friend bool operator==(const headers&, const headers&) = default;

  template <inspector F>
  friend auto inspect(F& f, headers& x) {
    return f(x.list);
  }
};

/// Asks for an inv of the memory pool (BIP35).
struct mempool {
  friend bool operator==(const mempool&, const mempool&) = default;

  template <inspector F>
  friend auto inspect(F& f, mempool&) {
    return f();
  }
};

} // namespace seedwalk::net::msg
