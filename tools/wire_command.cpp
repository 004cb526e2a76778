#include "tools/wire_command.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <ostream>

#include <fmt/format.h>
#include <unistd.h>

#include "actors/config/config_text.hpp"
#include "actors/control/bounded_json.hpp"
#include "net/base/whole_file.hpp"
#include "tools/command_line.hpp"
#include "tools/option_values.hpp"
#include "tools/wire_dump.hpp"

namespace seedwalk::tools {

namespace {

using net::bytes;

constexpr std::string_view wire_help =
    R"(Turns the bytes of a Bitcoin connection into JSON lines, one a message, and back.
Usage: seedwalk wire decode|encode [OPTIONS] FILE

  decode  bytes to JSON lines; ends with 1 if a message was refused
  encode  JSON lines to the same bytes

Examples:
  seedwalk wire decode --network regtest --hex dump.hex
  seedwalk wire decode --network main --binary - < stream | seedwalk wire encode --binary - > copy
)";

constexpr auto decode_examples = R"(seedwalk wire decode --network regtest --hex dump.hex
seedwalk wire decode --magic 0a03cf40 --binary stream.bin
echo fabfb5da76657261636b000000000000000000005df6e0e2 | seedwalk wire decode --network regtest -)";
constexpr auto encode_examples = R"(seedwalk wire encode --network regtest messages.jsonl
echo '{"command": "ping", "fields": {"nonce": 7}}' | seedwalk wire encode --network regtest -)";

/// What both directions are told.
struct wire_flags {
  std::string file;
  std::string network = "main";
  std::string magic_text;
  bool hex = false;
  bool binary = false;

  void declare(CLI::App& app, const char* text) {
    add_name(app, "FILE", file, fmt::format("{}; - for standard input", text))->required();
    auto* chain = add_name(app, "--network", network, "whose magic begins the messages")
                      ->type_name("main|testnet3|testnet4|signet|regtest");
    add_name(app, "--magic", magic_text, "another chain's magic: four bytes, in hexadecimal")
        ->type_name("HEX")
        ->excludes(chain);
    auto digits = app.add_flag("--hex", hex, "bytes are hexadecimal digits (the default)");
    app.add_flag("--binary", binary, "bytes are bytes")->excludes(digits);
  }

  /// The error is one line.
  tl::expected<net::magic_bytes, std::string> magic() const {
    if (magic_text.empty()) {
      if (const auto* chain = net::find_chain(network))
        return chain->magic;
      return tl::unexpected(fmt::format("--network {}: there is no such chain{}", network,
                                        actors::chain_meant(network)));
    }
    const auto raw = actors::parse_hex(magic_text);
    if (!raw || raw->size() != net::magic_bytes{}.size())
      return tl::unexpected<std::string>("--magic: must be four bytes in hexadecimal digits");
    net::magic_bytes result;
    std::ranges::copy(*raw, result.begin());
    return result;
  }
};

/// All of a file or of standard input; nothing where it cannot be read, which is said.
std::optional<std::string> read_all(const invocation& invoked, const std::string& file) {
  constexpr std::size_t max_bytes = 1u << 30;
  const auto text = file == "-" ? net::read_whole_descriptor(STDIN_FILENO, max_bytes)
                                : net::read_whole_file(file, {max_bytes});
  if (text)
    return *text;
  invoked.terminal.err << fmt::format("seedwalk wire: {} {}\n",
                                      file == "-" ? std::string{"standard input"} : file + ":",
                                      text.error().message);
  return std::nullopt;
}

/// Why a text is no hexadecimal digits, so that one sees what to do.
std::string hex_problem(const std::string& text, const std::string& problem) {
  const bool is_text = std::ranges::all_of(
      text, [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t'; });
  return is_text ? problem : "holds bytes that are no text; --binary reads them as they are";
}

/// Digits with any white space between them.
actors::parsed<bytes> bytes_of_hex(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  return actors::parse_hex(text);
}

exit_code decode(invocation& invoked) {
  command_line line{"wire decode",
                    "Tells the messages of one direction of a connection as JSON lines.",
                    decode_examples};
  wire_flags flags;
  std::int32_t version = net::protocol_version;
  flags.declare(line.app(), "the bytes of a stream");
  add_number(line.app(), "--protocol-version", version, {0, INT32_MAX},
             "what the two sides have in common; below 31402 addr has no times");
  if (const auto code = line.parse(invoked))
    return *code;
  const auto magic = flags.magic();
  if (!magic)
    return line.refuse(invoked, magic.error());
  const auto text = read_all(invoked, flags.file);
  if (!text)
    return exit_code::failed;
  bytes stream;
  if (flags.binary) {
    stream.assign(text->begin(), text->end());
  } else if (auto raw = bytes_of_hex(*text)) {
    stream = std::move(*raw);
  } else {
    invoked.terminal.err << fmt::format("seedwalk wire decode: {}: {}\n", flags.file,
                                        hex_problem(*text, raw.error()));
    return exit_code::failed;
  }
  const auto counts = decode_stream(stream, *magic, version, [&](const wire_json& message) {
    // What a peer sent, in ASCII alone: it may be shown on a terminal.
    invoked.terminal.out << message.dump(-1, ' ', true) << '\n';
  });
  return counts.refused == 0 ? exit_code::done : exit_code::failed;
}

exit_code encode(invocation& invoked) {
  command_line line{"wire encode", "Turns JSON lines as of `wire decode` into bytes.",
                    encode_examples};
  wire_flags flags;
  flags.declare(line.app(), "JSON lines, one a message");
  if (const auto code = line.parse(invoked))
    return *code;
  const auto magic = flags.magic();
  if (!magic)
    return line.refuse(invoked, magic.error());
  const auto text = read_all(invoked, flags.file);
  if (!text)
    return exit_code::failed;
  std::size_t number = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto document = actors::parse_json<wire_json>(rest.substr(0, end));
    const bool blank = rest.substr(0, end).find_first_not_of(" \t\r") == std::string_view::npos;
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    if (blank)
      continue;
    const auto message = encode_line(document, *magic);
    if (!message) {
      invoked.terminal.err << fmt::format("seedwalk wire encode: {}:{}: {}\n", flags.file, number,
                                          message.error());
      return exit_code::failed;
    }
    if (flags.binary)
      invoked.terminal.out << net::as_text(*message);
    else
      invoked.terminal.out << actors::print_hex(*message) << '\n';
  }
  return exit_code::done;
}

} // namespace

exit_code run_wire(invocation& invoked) {
  constexpr std::array<std::string_view, 2> names = {"decode", "encode"};
  const auto chosen = choose_subcommand(invoked, "wire", names, wire_help);
  if (chosen.name == "decode")
    return decode(invoked);
  if (chosen.name == "encode")
    return encode(invoked);
  return chosen.code;
}

} // namespace seedwalk::tools
