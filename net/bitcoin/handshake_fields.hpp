#pragma once

#include "net/bitcoin/message_fields.hpp"

namespace seedwalk::net::detail {

inline constexpr std::uint64_t user_agent_bytes_max = 256; // Core's MAX_SUBVERSION_LENGTH
inline constexpr std::uint64_t feature_id_bytes_min = 4;   // BIP434
inline constexpr std::uint64_t feature_id_bytes_max = 80;
inline constexpr std::uint64_t feature_data_bytes_max = 512;
inline constexpr std::uint64_t reject_reason_bytes_max = 111; // BIP61 as Core had it

template <class Io, is<msg::version_address> X>
void fields(Io& io, X& x) {
  io.u64(x.services);
  io.fixed(x.address);
  io.port(x.port);
}

template <class Io, is<msg::version> X>
void fields(Io& io, X& x) {
  io.i32(x.protocol);
  io.u64(x.services);
  io.i64(x.time);
  fields(io, x.receiver);
  io.from_here_on(x.sender, [&](auto& sender) {
    fields(io, sender.address);
    io.u64(sender.nonce);
  });
  io.from_here_on(x.user_agent, [&](auto& agent) {
    io.blob(agent, user_agent_bytes_max, wire_error::user_agent_too_long);
  });
  io.from_here_on(x.start_height, [&](auto& height) { io.i32(height); });
  io.from_here_on(x.relay, [&](auto& relay) { io.flag(relay); });
}

template <class Io, is<msg::feature> X>
void fields(Io& io, X& x) {
  io.blob(x.id, feature_id_bytes_max, wire_error::feature_id_length);
  io.require(x.id.size() >= feature_id_bytes_min, wire_error::feature_id_length, 0);
  io.blob(x.data, feature_data_bytes_max, wire_error::feature_data_too_long);
}

template <class Io, is<msg::sendtxrcncl> X>
void fields(Io& io, X& x) {
  io.u32(x.version);
  io.u64(x.salt);
}

template <class Io, is<msg::sendcmpct> X>
void fields(Io& io, X& x) {
  if constexpr (Io::reads) {
    const auto announce = io.raw().u8();
    x.announce = announce == 1;
    io.u64(x.version);
    io.require(announce <= 1, wire_error::announce_out_of_range, 0);
  } else {
    io.flag(x.announce);
    io.u64(x.version);
  }
}

template <class Io, is<msg::feefilter> X>
void fields(Io& io, X& x) {
  io.i64(x.satoshis_per_kilobyte);
}

template <class Io, is<msg::ping> X>
void fields(Io& io, X& x) {
  io.from_here_on(x.nonce, [&](auto& nonce) { io.u64(nonce); });
}

template <class Io, is<msg::pong> X>
void fields(Io& io, X& x) {
  io.u64(x.nonce);
}

template <class Io, is<msg::reject> X>
void fields(Io& io, X& x) {
  io.blob(x.command, 12, wire_error::text_too_long);
  io.u8(x.code);
  io.blob(x.reason, reject_reason_bytes_max, wire_error::text_too_long);
  io.rest(x.data);
}

template <class Io, is<msg::alert> X>
void fields(Io& io, X& x) {
  io.blob(x.payload);
  io.blob(x.signature);
}

} // namespace seedwalk::net::detail
