#pragma once

#include "net/bitcoin/inventory_fields.hpp"
#include "net/bitcoin/message_fields.hpp"

namespace seedwalk::net::detail {

// The least that each can take: what is reserved for a count is bounded by it.
inline constexpr std::size_t input_bytes_min = hash_bytes + 4 + 1 + 4;
inline constexpr std::size_t output_bytes_min = 8 + 1;
inline constexpr std::size_t tx_bytes_min = 4 + 1 + 1 + 4;
inline constexpr std::size_t short_id_bytes = 6;
inline constexpr std::uint64_t index_max = 65'535; // BIP152: sixteen bits

template <class Io, class Inputs>
void input_list(Io& io, Inputs& xs) {
  io.list(xs, input_bytes_min, no_limit, wire_error::truncated, [&](auto& input) {
    io.fixed(input.previous);
    io.u32(input.index);
    io.blob(input.script);
    io.u32(input.sequence);
  });
}

template <class Io, class Outputs>
void output_list(Io& io, Outputs& xs) {
  io.list(xs, output_bytes_min, no_limit, wire_error::truncated, [&](auto& output) {
    io.i64(output.value);
    io.blob(output.script);
  });
}

inline bool has_witness(const msg::tx& x) {
  return std::any_of(x.inputs.begin(), x.inputs.end(),
                     [](const auto& input) { return !input.witness.empty(); });
}

/// Keeps one stack as it is; its items are walked, so that `witness_items` can rely on them.
inline void read_witness(wire_reader& in, bytes& stack) {
  stack.clear();
  wire_reader start = in;
  const auto from = in.offset();
  const auto items = in.count(1);
  for (std::size_t i = 0; i != items && in.ok(); ++i)
    in.var_view();
  if (!in.ok() || items == 0)
    return;
  const auto data = start.raw(in.offset() - from);
  stack.assign(data.begin(), data.end());
}

/// BIP144: no inputs, then a flag, mark the extended form. As in Core a flag of 0 is a transaction
/// without inputs and outputs.
inline void read_tx(wire_reader& in, msg::tx& x) {
  field_reader io{in};
  x.version = in.u32();
  input_list(io, x.inputs);
  x.outputs.clear();
  std::uint8_t flags = 0;
  if (x.inputs.empty()) {
    const auto flags_at = in.offset();
    flags = in.u8();
    if (flags != 0) {
      input_list(io, x.inputs);
      output_list(io, x.outputs);
    }
    if ((flags & 1) != 0) {
      for (auto& input : x.inputs)
        read_witness(in, input.witness);
      if (!has_witness(x))
        in.fail(wire_error::superfluous_witness, flags_at);
    }
    if ((flags & ~1) != 0)
      in.fail(wire_error::unknown_tx_flags, flags_at);
  } else {
    output_list(io, x.outputs);
  }
  x.lock_time = in.u32();
}

inline void write_tx(wire_writer& out, const msg::tx& x) {
  field_writer io{out};
  out.u32(x.version);
  const bool extended = has_witness(x);
  if (extended) {
    out.u8(0);
    out.u8(1);
  }
  input_list(io, x.inputs);
  output_list(io, x.outputs);
  if (extended) {
    for (const auto& input : x.inputs) {
      if (input.witness.empty())
        out.u8(0);
      else
        out.raw(input.witness);
    }
  }
  out.u32(x.lock_time);
}

template <class Io, is<msg::tx> X>
void fields(Io& io, X& x) {
  if constexpr (Io::reads)
    read_tx(io.raw(), x);
  else
    write_tx(io.raw(), x);
}

template <class Io, class Transactions>
void tx_list(Io& io, Transactions& xs) {
  io.list(xs, tx_bytes_min, no_limit, wire_error::truncated, [&](auto& tx) { fields(io, tx); });
}

template <class Io, is<msg::block> X>
void fields(Io& io, X& x) {
  fields(io, x.header);
  tx_list(io, x.transactions);
}

template <class Io, is<msg::merkleblock> X>
void fields(Io& io, X& x) {
  fields(io, x.header);
  io.u32(x.total_transactions);
  hash_list(io, x.hashes, no_limit, wire_error::truncated);
  io.blob(x.flags);
}

/// Ascending indexes go as the distance from the one after the last (BIP152).
class index_chain {
public:
  void next(field_reader& io, std::uint16_t& index) {
    const auto at = io.offset();
    const auto distance = io.raw().size();
    if (distance > index_max || next_ + distance > index_max) {
      io.require(false, wire_error::index_overflow, at);
      return;
    }
    index = static_cast<std::uint16_t>(next_ + distance);
    next_ = index + std::uint64_t{1};
  }
  void next(field_writer& io, std::uint16_t index) {
    io.raw().size((index - next_) & index_max);
    next_ = index + std::uint64_t{1};
  }

private:
  std::uint64_t next_ = 0;
};

template <class Io, is<msg::cmpctblock> X>
void fields(Io& io, X& x) {
  fields(io, x.header);
  io.u64(x.nonce);
  const auto count_at = io.offset();
  io.list(x.short_ids, short_id_bytes, no_limit, wire_error::truncated,
          [&](auto& id) { io.u48(id); });
  index_chain chain;
  io.list(x.prefilled, 1 + tx_bytes_min, no_limit, wire_error::truncated, [&](auto& prefilled) {
    chain.next(io, prefilled.index);
    fields(io, prefilled.transaction);
  });
  io.require(x.short_ids.size() + x.prefilled.size() <= index_max, wire_error::index_overflow,
             count_at);
}

template <class Io, is<msg::getblocktxn> X>
void fields(Io& io, X& x) {
  io.fixed(x.block_hash);
  index_chain chain;
  io.list(x.indexes, 1, no_limit, wire_error::truncated,
          [&](auto& index) { chain.next(io, index); });
}

template <class Io, is<msg::blocktxn> X>
void fields(Io& io, X& x) {
  io.fixed(x.block_hash);
  tx_list(io, x.transactions);
}

} // namespace seedwalk::net::detail
