#include "tools/wire_command.hpp"

#include <array>
#include <fstream>
#include <iostream>
#include <istream>
#include <iterator>
#include <optional>
#include <ostream>

#include <fmt/format.h>

#include "actors/config_text.hpp"
#include "tools/command_line.hpp"
#include "tools/wire_dump.hpp"

namespace seedwalk::tools {

namespace {

using net::bytes;

constexpr std::string_view help_text =
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

  void declare(CLI::App& app, const char* what) {
    app.add_option("FILE", file, fmt::format("{}; - for standard input", what))->required();
    std::vector<std::string> names;
    for (const auto& chain : net::known_chains())
      names.push_back(chain.name);
    auto chain = app.add_option("--network", network, "whose magic begins the messages")
                     ->check(CLI::IsMember(names));
    app.add_option("--magic", magic_text, "another chain's magic: four bytes, in hexadecimal")
        ->excludes(chain);
    auto digits = app.add_flag("--hex", hex, "bytes are hexadecimal digits (the default)");
    app.add_flag("--binary", binary, "bytes are bytes")->excludes(digits);
  }

  std::optional<net::magic_bytes> magic() const {
    if (magic_text.empty())
      return net::find_chain(network)->magic;
    const auto raw = actors::parse_hex(magic_text);
    if (!raw || raw->size() != net::magic_bytes{}.size())
      return std::nullopt;
    net::magic_bytes result;
    std::ranges::copy(*raw, result.begin());
    return result;
  }
};

/// All of a file or of standard input; nothing where it cannot be read, which is said.
std::optional<std::string> read_all(const invocation& how, const std::string& file) {
  std::ifstream opened;
  if (file != "-")
    opened.open(file, std::ios::binary);
  auto& in = file == "-" ? std::cin : static_cast<std::istream&>(opened);
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (in.good() || in.eof())
    return text;
  how.terminal.err << "seedwalk wire: " << file << ": cannot be read\n";
  return std::nullopt;
}

/// Digits with any white space between them.
actors::parsed<bytes> bytes_of_hex(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  return actors::parse_hex(text);
}

exit_code decode(invocation& how) {
  command_line line{"wire decode",
                    "Tells the messages of one direction of a connection as JSON lines.",
                    decode_examples};
  wire_flags flags;
  std::int32_t version = net::protocol_version;
  flags.declare(line.app(), "the bytes of a stream");
  line.app().add_option("--protocol-version", version,
                        "what the two sides have in common; below 31402 addr has no times");
  if (const auto code = line.parse(how))
    return *code;
  const auto magic = flags.magic();
  if (!magic)
    return line.refuse(how, "--magic: must be four bytes in hexadecimal digits");
  const auto text = read_all(how, flags.file);
  if (!text)
    return exit_code::failed;
  bytes stream;
  if (flags.binary) {
    stream.assign(text->begin(), text->end());
  } else if (auto raw = bytes_of_hex(*text)) {
    stream = std::move(*raw);
  } else {
    how.terminal.err << "seedwalk wire decode: " << flags.file << ": " << raw.error() << '\n';
    return exit_code::failed;
  }
  const auto counts = decode_stream(stream, *magic, version, [&](const wire_json& message) {
    how.terminal.out << message.dump() << '\n';
  });
  return counts.refused == 0 ? exit_code::done : exit_code::failed;
}

exit_code encode(invocation& how) {
  command_line line{"wire encode", "Turns JSON lines as of `wire decode` into bytes.",
                    encode_examples};
  wire_flags flags;
  flags.declare(line.app(), "JSON lines, one a message");
  if (const auto code = line.parse(how))
    return *code;
  const auto magic = flags.magic();
  if (!magic)
    return line.refuse(how, "--magic: must be four bytes in hexadecimal digits");
  const auto text = read_all(how, flags.file);
  if (!text)
    return exit_code::failed;
  std::size_t number = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto json = wire_json::parse(rest.substr(0, end), nullptr, false);
    const bool blank = rest.substr(0, end).find_first_not_of(" \t\r") == std::string_view::npos;
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    if (blank)
      continue;
    const auto message = encode_line(json, *magic);
    if (!message) {
      how.terminal.err << fmt::format("seedwalk wire encode: {}:{}: {}\n", flags.file, number,
                                      message.error());
      return exit_code::failed;
    }
    if (flags.binary)
      how.terminal.out << net::as_text(*message);
    else
      how.terminal.out << actors::print_hex(*message) << '\n';
  }
  return exit_code::done;
}

} // namespace

exit_code run_wire(invocation& how) {
  constexpr std::array<std::string_view, 2> names = {"decode", "encode"};
  const auto chosen = choose_subcommand(how, "wire", names, help_text);
  if (chosen.name == "decode")
    return decode(how);
  if (chosen.name == "encode")
    return encode(how);
  return chosen.code;
}

} // namespace seedwalk::tools
