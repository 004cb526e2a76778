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

  SEEDWALK_INSPECT(tx_input, previous, index, script, sequence, witness)
};

/// What a transaction pays.
struct tx_output {
  std::int64_t value = 0; ///< In satoshis.
  bytes script;

  friend bool operator==(const tx_output&, const tx_output&) = default;

  SEEDWALK_INSPECT(tx_output, value, script)
};

/// A transaction, with witnesses (BIP144) or without. One with outputs but no inputs has no
/// unambiguous encoding, in Core neither.
struct tx {
  std::uint32_t version = 0;
  std::vector<tx_input> inputs;
  std::vector<tx_output> outputs;
  std::uint32_t lock_time = 0;

  friend bool operator==(const tx&, const tx&) = default;

  SEEDWALK_INSPECT(tx, version, inputs, outputs, lock_time)
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

  SEEDWALK_INSPECT(block, header, transactions)
};

/// A header, and proof of the transactions in it that a filter matched (BIP37).
struct merkleblock {
  block_header header;
  std::uint32_t total_transactions = 0;
  std::vector<hash256> hashes;
  bytes flags;

  friend bool operator==(const merkleblock&, const merkleblock&) = default;

  SEEDWALK_INSPECT(merkleblock, header, total_transactions, hashes, flags)
};

/// A transaction that the sender of a compact block expects the receiver to lack.
struct prefilled_tx {
  std::uint16_t index = 0; ///< Absolute; differences on the wire.
  tx transaction;

  friend bool operator==(const prefilled_tx&, const prefilled_tx&) = default;

  SEEDWALK_INSPECT(prefilled_tx, index, transaction)
};

/// A block by six-byte ids of its transactions (BIP152); at most 65,535 of both kinds together.
struct cmpctblock {
  block_header header;
  std::uint64_t nonce = 0;
  std::vector<std::uint64_t> short_ids; ///< 48 bits each.
  std::vector<prefilled_tx> prefilled;  ///< By ascending index.

  friend bool operator==(const cmpctblock&, const cmpctblock&) = default;

  SEEDWALK_INSPECT(cmpctblock, header, nonce, short_ids, prefilled)
};

/// Asks for transactions of a compact block (BIP152).
struct getblocktxn {
  hash256 block_hash{};
  std::vector<std::uint16_t> indexes; ///< Absolute, ascending; differences on the wire.

  friend bool operator==(const getblocktxn&, const getblocktxn&) = default;

  SEEDWALK_INSPECT(getblocktxn, block_hash, indexes)
};

/// Answers getblocktxn (BIP152).
struct blocktxn {
  hash256 block_hash{};
  std::vector<tx> transactions;

  friend bool operator==(const blocktxn&, const blocktxn&) = default;

  SEEDWALK_INSPECT(blocktxn, block_hash, transactions)
};

} // namespace seedwalk::net::msg
