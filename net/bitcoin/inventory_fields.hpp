#pragma once

#include "net/bitcoin/message_fields.hpp"

namespace seedwalk::net::detail {

inline constexpr std::uint64_t items_max = 50'000;          // Core's MAX_INV_SZ
inline constexpr std::uint64_t locator_hashes_max = 101;    // Core's MAX_LOCATOR_SZ
inline constexpr std::uint64_t headers_max = 2000;          // Core's MAX_HEADERS_RESULTS
inline constexpr std::uint64_t filter_bytes_max = 36'000;   // BIP37
inline constexpr std::uint32_t filter_functions_max = 50;   // BIP37
inline constexpr std::uint64_t filter_item_bytes_max = 520; // BIP37: a script element
inline constexpr std::uint64_t filter_hashes_max = 2000;    // BIP157
inline constexpr std::size_t block_header_bytes = 80;
inline constexpr std::size_t item_bytes = 4 + hash_bytes;

template <class Io, class Hashes>
void hash_list(Io& io, Hashes& xs, std::uint64_t most, wire_error e) {
  io.list(xs, hash_bytes, most, e, [&](auto& hash) { io.fixed(hash); });
}

template <class X>
concept item_list = is<X, msg::inv> || is<X, msg::getdata> || is<X, msg::notfound>;

template <class Io, item_list X>
void fields(Io& io, X& x) {
  io.list(x.items, item_bytes, items_max, wire_error::too_many_items, [&](auto& item) {
    io.u32(item.type);
    io.fixed(item.hash);
  });
}

template <class X>
concept locator_request = is<X, msg::getblocks> || is<X, msg::getheaders>;

template <class Io, locator_request X>
void fields(Io& io, X& x) {
  io.u32(x.version);
  const auto count_at = io.offset();
  // Looked at last: Core reads all of the message before it counts.
  hash_list(io, x.locator, no_limit, wire_error::locator_too_long);
  io.fixed(x.stop);
  io.require(x.locator.size() <= locator_hashes_max, wire_error::locator_too_long, count_at);
}

template <class Io, is<msg::block_header> X>
void fields(Io& io, X& x) {
  io.i32(x.version);
  io.fixed(x.previous);
  io.fixed(x.merkle_root);
  io.u32(x.time);
  io.u32(x.bits);
  io.u32(x.nonce);
}

/// Here Core looks at the number first. A transaction count, which nobody reads, follows each.
template <class Io, is<msg::headers> X>
void fields(Io& io, X& x) {
  if constexpr (Io::reads) {
    wire_reader peek = io.raw();
    io.require(peek.size() <= headers_max || !peek.ok(), wire_error::too_many_headers, 0);
  }
  io.list(x.list, block_header_bytes + 1, headers_max, wire_error::too_many_headers,
          [&](auto& header) {
            fields(io, header);
            if constexpr (Io::reads)
              io.raw().size();
            else
              io.raw().size(0);
          });
}

template <class Io, is<msg::filterload> X>
void fields(Io& io, X& x) {
  io.blob(x.filter);
  const auto functions_at = io.offset();
  io.u32(x.hash_functions);
  io.u32(x.tweak);
  io.u8(x.flags);
  io.require(x.filter.size() <= filter_bytes_max, wire_error::filter_too_large, 0);
  io.require(x.hash_functions <= filter_functions_max, wire_error::filter_too_large, functions_at);
}

template <class Io, is<msg::filteradd> X>
void fields(Io& io, X& x) {
  io.blob(x.data);
  io.require(x.data.size() <= filter_item_bytes_max, wire_error::filter_item_too_large, 0);
}

template <class X>
concept filter_range = is<X, msg::getcfilters> || is<X, msg::getcfheaders>;

template <class Io, filter_range X>
void fields(Io& io, X& x) {
  io.u8(x.filter_type);
  io.u32(x.start_height);
  io.fixed(x.stop);
}

template <class Io, is<msg::cfilter> X>
void fields(Io& io, X& x) {
  io.u8(x.filter_type);
  io.fixed(x.block_hash);
  io.blob(x.filter);
}

template <class Io, is<msg::cfheaders> X>
void fields(Io& io, X& x) {
  io.u8(x.filter_type);
  io.fixed(x.stop);
  io.fixed(x.previous_header);
  hash_list(io, x.filter_hashes, filter_hashes_max, wire_error::too_many_filter_hashes);
}

template <class Io, is<msg::getcfcheckpt> X>
void fields(Io& io, X& x) {
  io.u8(x.filter_type);
  io.fixed(x.stop);
}

template <class Io, is<msg::cfcheckpt> X>
void fields(Io& io, X& x) {
  io.u8(x.filter_type);
  io.fixed(x.stop);
  hash_list(io, x.filter_headers, no_limit, wire_error::truncated);
}

} // namespace seedwalk::net::detail
