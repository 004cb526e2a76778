#include "tools/wire_dump.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "actors/config/config_text.hpp"
#include "net/bitcoin/decoder.hpp"
#include "net/bitcoin/encode.hpp"
#include "net/bitcoin/payload.hpp"

namespace seedwalk::tools {

namespace {

using net::byte_view;
using net::bytes;

wire_json line_of(const net::frame& frame, bool ok) {
  return {{"command", frame.command},
          {"length", frame.payload_bytes},
          {"checksum", actors::print_hex(frame.checksum)},
          {"begin", frame.offset},
          {"ok", ok}};
}

/// Whether the message that the fields name is written as `payload` is.
bool fields_suffice(const net::frame& frame, const wire_json& fields, byte_view payload) {
  const auto again = message_of(frame.command, fields);
  if (!again)
    return false;
  bytes written;
  net::append_payload(written, *again);
  return std::ranges::equal(written, payload);
}

wire_json line_of(const net::decoded_message& event, byte_view payload) {
  auto line = line_of(event.frame, true);
  auto fields = fields_of(event.value);
  const bool suffice = fields_suffice(event.frame, fields, payload);
  line["fields"] = std::move(fields);
  if (event.trailing_bytes != 0)
    line["trailing_bytes"] = event.trailing_bytes;
  if (!suffice)
    line["payload"] = actors::print_hex(payload);
  return line;
}

wire_json line_of(const net::refused_message& event, byte_view message) {
  auto line = line_of(event.frame, false);
  line["error"] = net::name_of(event.error);
  line["offset"] = event.offset;
  if (event.error == net::wire_error::malformed_command)
    line["command_bytes"] =
        actors::print_hex(message.subspan(net::command_offset, net::command_bytes));
  if (event.consequence == net::wire_consequence::lost_framing)
    line["rest"] = actors::print_hex(message);
  else
    line["payload"] = actors::print_hex(message.subspan(net::header_bytes));
  return line;
}

/// The line of a message that has begun where the stream ends.
wire_json incomplete_line(std::uint64_t begin, byte_view stream, const net::magic_bytes& magic) {
  net::frame frame;
  frame.offset = begin;
  const auto rest = stream.subspan(begin);
  if (rest.size() >= net::header_bytes) {
    // Asked for as a message without payload, what the header says of itself is known.
    bytes header(rest.begin(), rest.begin() + net::header_bytes);
    std::fill_n(header.begin() + net::length_offset, sizeof frame.payload_bytes, std::uint8_t{0});
    for (std::size_t i = 0; i != sizeof frame.payload_bytes; ++i)
      frame.payload_bytes |= std::uint32_t{rest[net::length_offset + i]} << (8 * i);
    net::decoder alone{{.magic = magic, .wanted = {}, .verify_skipped = false}};
    byte_view in = header;
    const auto event = alone.next(in);
    if (const auto skipped = std::get_if<net::skipped_message>(&event))
      frame.command = skipped->frame.command;
    else if (const auto refused = std::get_if<net::refused_message>(&event))
      frame.command = refused->frame.command;
    std::copy_n(rest.begin() + net::checksum_offset, frame.checksum.size(), frame.checksum.begin());
  }
  auto line = line_of(frame, false);
  line["error"] = "incomplete";
  line["offset"] = stream.size();
  line["rest"] = actors::print_hex(rest);
  return line;
}

// Encoding ----------------------------------------------------------------------------------------

using encoded = tl::expected<bytes, std::string>;

/// A member that has bytes in hexadecimal digits: `size` of them, unless that is 0.
encoded hex_member(const wire_json& line, const char* name, std::size_t size = 0) {
  const auto found = line.find(name);
  if (found == line.end() || !found->is_string())
    return tl::make_unexpected(fmt::format("{} must be there, in hexadecimal digits", name));
  auto raw = actors::parse_hex(found->get_ref<const std::string&>());
  if (!raw)
    return tl::make_unexpected(fmt::format("{} {}", name, raw.error()));
  if (size != 0 && raw->size() != size)
    return tl::make_unexpected(fmt::format("{} must have {} bytes", name, size));
  return std::move(*raw);
}

encoded payload_of(const wire_json& line, const std::string& command) {
  if (line.contains("payload"))
    return hex_member(line, "payload");
  const auto fields = line.find("fields");
  if (fields == line.end())
    return tl::make_unexpected(std::string{"fields or payload must be there"});
  const auto message = message_of(command, *fields);
  if (!message)
    return tl::make_unexpected(message.error());
  bytes payload;
  net::append_payload(payload, *message);
  return payload;
}

} // namespace

dump_counts decode_stream(byte_view stream, const net::magic_bytes& magic, std::int32_t version,
                          const line_sink& sink) {
  dump_counts counts;
  net::decoder in{{.magic = magic}};
  in.set_protocol_version(version);
  const auto tell = [&](const wire_json& line, bool ok) {
    ++counts.messages;
    counts.refused += !ok;
    sink(line);
  };
  for (auto left = stream; !in.lost();) {
    const auto begin = static_cast<std::size_t>(in.offset());
    const auto event = in.next(left);
    const auto message = stream.subspan(begin, static_cast<std::size_t>(in.offset()) - begin);
    if (const auto whole = std::get_if<net::decoded_message>(&event)) {
      tell(line_of(*whole, message.subspan(net::header_bytes)), true);
    } else if (const auto refused = std::get_if<net::refused_message>(&event)) {
      tell(line_of(*refused, in.lost() ? stream.subspan(begin) : message), false);
    } else {
      if (begin != stream.size())
        tell(incomplete_line(begin, stream, magic), false);
      break;
    }
  }
  return counts;
}

tl::expected<bytes, std::string> encode_line(const wire_json& line, const net::magic_bytes& magic) {
  if (!line.is_object())
    return tl::make_unexpected(std::string{"is no JSON object"});
  if (line.contains("rest"))
    return hex_member(line, "rest");
  const auto named = line.find("command");
  if (named == line.end() || !named->is_string())
    return tl::make_unexpected(std::string{"command must be there, a text"});
  const auto command = named->get<std::string>();
  if (command.size() > net::command_bytes)
    return tl::make_unexpected(fmt::format("command has more than {} bytes", net::command_bytes));
  const auto payload = payload_of(line, command);
  if (!payload)
    return payload;
  bytes out;
  net::append_raw_message(out, magic, command, *payload);
  const auto replace = [&](const char* name, std::size_t offset, std::size_t size) -> encoded {
    auto raw = hex_member(line, name, size);
    if (raw)
      std::ranges::copy(*raw, out.begin() + static_cast<std::ptrdiff_t>(offset));
    return raw;
  };
  if (line.contains("command_bytes"))
    if (auto done = replace("command_bytes", net::command_offset, net::command_bytes); !done)
      return done;
  // Of what was refused the checksum may be what was wrong.
  const auto ok = line.find("ok");
  if (ok != line.end() && *ok == false && line.contains("checksum"))
    if (auto done = replace("checksum", net::checksum_offset, 4); !done)
      return done;
  return out;
}

} // namespace seedwalk::tools
