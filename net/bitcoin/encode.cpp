#include "net/bitcoin/encode.hpp"

#include <algorithm>

#include "net/bitcoin/framing.hpp"
#include "net/bitcoin/payload.hpp"
#include "net/bitcoin/sha256.hpp"

namespace seedwalk::net {

namespace {

/// Appends a header whose length and checksum are still zero; returns where the payload begins.
std::size_t begin_message(bytes& out, const magic_bytes& magic, std::string_view command) {
  const auto start = out.size();
  out.resize(start + header_bytes);
  std::copy(magic.begin(), magic.end(), out.data() + start);
  command = command.substr(0, command_bytes);
  std::copy(command.begin(), command.end(), out.data() + start + command_offset);
  return out.size();
}

void end_message(bytes& out, std::size_t payload_begin) {
  const auto payload = byte_view{out}.subspan(payload_begin);
  const auto hash = sha256d(payload);
  const auto header = out.data() + payload_begin - header_bytes;
  for (std::size_t i = 0; i != 4; ++i) {
    header[length_offset + i] = static_cast<std::uint8_t>(payload.size() >> (8 * i));
    header[checksum_offset + i] = hash[i];
  }
}

} // namespace

void append_message(bytes& out, const magic_bytes& magic, const message& m) {
  const auto payload_begin = begin_message(out, magic, command_of(m));
  append_payload(out, m);
  end_message(out, payload_begin);
}

void append_raw_message(bytes& out, const magic_bytes& magic, std::string_view command,
                        byte_view payload) {
  const auto payload_begin = begin_message(out, magic, command);
  out.insert(out.end(), payload.begin(), payload.end());
  end_message(out, payload_begin);
}

bytes encode(const magic_bytes& magic, const message& m) {
  bytes out;
  append_message(out, magic, m);
  return out;
}

bytes encode(const chain_params& chain, const message& m) {
  return encode(chain.magic, m);
}

} // namespace seedwalk::net
