#pragma once

#include <cstdint>
#include <vector>

#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"
#include "net/bitcoin/messages_inventory.hpp"
#include "net/bitcoin/sha256.hpp"

namespace seedwalk::net::msg {

/// What a transaction spends.
struct tx_input {
  hash256 previous{};
  std::uint32_t index = 0;
  bytes script;
  std::uint32_t sequence = 0;
  bytes
      witness; ///< The stack as serialised: count, then items; empty for none. See `witness_items`.

  friend bool operator==(const tx_input&, const tx_input&) = default;

  template <inspector F>
  friend auto inspect(F& f, tx_input& x) {
    return f(x.previous, x.index, x.script, x.sequence, x.witness);
  }
};

/// What a transaction pays.
struct tx_output {
  std::int64_t value = 0; ///< In satoshis.
  bytes script;

  friend bool operator==(const tx_output&, const tx_output&) = default;

  template <inspector F>
  friend auto inspect(F& f, tx_output& x) {
    return f(x.value, x.script);
  }
};

/// A transaction, with witnesses (BIP144) or without. One with outputs but no inputs has no
/// unambiguous encoding, in Core neither.
struct tx {
  std::uint32_t version = 0;
  std::vector<tx_input> inputs;
  std::vector<tx_output> outputs;
  std::uint32_t lock_time = 0;

  friend bool operator==(const tx&, const tx&) = default;

  template <inspector F>
  friend auto inspect(F& f, tx& x) {
    return f(x.version, x.inputs, x.outputs, x.lock_time);
  }
};

/// The items of an input's witness stack; they point into `input`. Nothing beyond the first
/// malformed item, which the decoder never lets in.
std::vector<byte_view> witness_items(const tx_input& input);

/// The stack of these items, as `tx_input::witness` has it.
bytes witness_stack(const std::vector<bytes>& items);

/// A header and its transactions.
struct block {
  block_header header;
  std::vector<tx> transactions;

  friend bool operator==(const block&, const block&) = default;

  template <inspector F>
  friend auto inspect(F& f, block& x) {
    return f(x.header, x.transactions);
  }
};

/// A header, and proof of the transactions in it that a filter matched (BIP37).
struct merkleblock {
  block_header header;
  std::uint32_t total_transactions = 0;
  std::vector<hash256> hashes;
  bytes flags;

  friend bool operator==(const merkleblock&, const merkleblock&) = default;

  template <inspector F>
  friend auto inspect(F& f, merkleblock& x) {
    return f(x.header, x.total_transactions, x.hashes, x.flags);
  }
};

/// A transaction that the sender of a compact block expects the receiver to lack.
struct prefilled_tx {
  std::uint16_t index = 0; ///< Absolute; differences on the wire.
  tx transaction;

  friend bool operator==(const prefilled_tx&, const prefilled_tx&) = default;

  template <inspector F>
  friend auto inspect(F& f, prefilled_tx& x) {
    return f(x.index, x.transaction);
  }
};

/// A block by six-byte ids of its transactions (BIP152); at most 65,535 of both kinds together.
struct cmpctblock {
  block_header header;
  std::uint64_t nonce = 0;
  std::vector<std::uint64_t> short_ids; ///< 48 bits each.
  std::vector<prefilled_tx> prefilled;  ///< By ascending index.

  friend bool operator==(const cmpctblock&, const cmpctblock&) = default;

  template <inspector F>
  friend auto inspect(F& f, cmpctblock& x) {
    return f(x.header, x.nonce, x.short_ids, x.prefilled);
  }
};

/// Asks for transactions of a compact block (BIP152).
struct getblocktxn {
  hash256 block_hash{};
  std::vector<std::uint16_t> indexes; ///< Absolute, ascending; differences on the wire.

  friend bool operator==(const getblocktxn&, const getblocktxn&) = default;

  template <inspector F>
  friend auto inspect(F& f, getblocktxn& x) {
    return f(x.block_hash, x.indexes);
  }
};

/// Answers getblocktxn (BIP152).
struct blocktxn {
  hash256 block_hash{};
  std::vector<tx> transactions;

  friend bool operator==(const blocktxn&, const blocktxn&) = default;

  template <inspector F>
  friend auto inspect(F& f, blocktxn& x) {
    return f(x.block_hash, x.transactions);
  }
};

} // namespace seedwalk::net::msg
