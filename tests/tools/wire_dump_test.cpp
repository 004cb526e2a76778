#include <algorithm>

#include <gtest/gtest.h>

#include "actors/config/config_text.hpp"
#include "net/bitcoin/encode.hpp"
#include "net/bitcoin/framing.hpp"
#include "net/bitcoin/payload.hpp"
#include "tests/net/base/generators.hpp"
#include "tests/tools/run_program.hpp"
#include "tools/wire_dump.hpp"

namespace seedwalk::tools {
namespace {

using namespace seedwalk::test;
using net::bytes;

const net::chain_params& regtest() {
  return *net::find_chain("regtest");
}

/// The lines of a stream, as text: what a file of them would hold.
std::vector<std::string> lines_of(const bytes& stream) {
  std::vector<std::string> lines;
  decode_stream(stream, regtest().magic, net::protocol_version,
                [&](const wire_json& line) { lines.push_back(line.dump()); });
  return lines;
}

wire_json only_line_of(const bytes& stream) {
  const auto lines = lines_of(stream);
  return lines.size() == 1 ? wire_json::parse(lines[0]) : wire_json{};
}

bytes bytes_of(const std::vector<std::string>& lines) {
  bytes stream;
  for (const auto& line : lines) {
    const auto message = encode_line(wire_json::parse(line), regtest().magic);
    EXPECT_TRUE(message.has_value()) << message.error();
    if (message)
      stream.insert(stream.end(), message->begin(), message->end());
  }
  return stream;
}

class wire_of_kind : public testing::TestWithParam<std::size_t> {};

TEST_P(wire_of_kind, comes_back_from_its_fields_alone) {
  EXPECT_TRUE(rc::check([] {
    const auto m = *any_message(static_cast<net::message_kind>(GetParam()));
    const auto stream = net::encode(regtest(), m);
    auto line = only_line_of(stream);
    RC_ASSERT(line["ok"] == true);
    RC_ASSERT(line["command"] == net::command_of(m));
    RC_ASSERT(line["length"] == stream.size() - net::header_bytes);
    RC_ASSERT(!line.contains("payload"));
    const auto again = message_of(net::command_of(m), line["fields"]);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == m);
    RC_ASSERT(bytes_of({line.dump()}) == stream);
  }));
}

INSTANTIATE_TEST_SUITE_P(message, wire_of_kind,
                         testing::Range<std::size_t>(0, net::message_kind_count),
                         [](const auto& tested) {
                           return std::string{
                               net::name_of(static_cast<net::message_kind>(tested.param))};
                         });

TEST(wire_dump, gives_back_the_bytes_of_any_stream_however_it_is_broken) {
  EXPECT_TRUE(rc::check([] {
    bytes stream;
    for (auto n = between(0, 4); n != 0; --n) {
      const auto m = *any_message();
      bytes payload;
      net::append_payload(payload, m);
      if (between(0, 2) == 0) // Something behind the message's end.
        payload.push_back(7);
      if (between(0, 3) == 0 && !payload.empty())
        payload[between<std::size_t>(0, payload.size() - 1)] ^= 1;
      net::append_raw_message(stream, regtest().magic, net::command_of(m), payload);
    }
    if (!stream.empty() && between(0, 1) == 1)
      stream[between<std::size_t>(0, stream.size() - 1)] ^=
          static_cast<std::uint8_t>(1 << between(0, 7));
    if (between(0, 3) == 0)
      stream.resize(between<std::size_t>(0, stream.size()));
    RC_ASSERT(bytes_of(lines_of(stream)) == stream);
  }));
}

TEST(wire_dump, keeps_the_payload_beside_fields_that_do_not_tell_all_of_it) {
  // An entry of a network that nobody knows is left out when decoding.
  bytes payload = {1, 0, 0, 0, 0, 0, 99, 1, 7, 0x20, 0x8d};
  auto stream = net::encode(regtest(), net::msg::verack{});
  net::append_raw_message(stream, regtest().magic, "addrv2", payload);
  const auto lines = lines_of(stream);
  ASSERT_EQ(lines.size(), 2u);
  const auto line = wire_json::parse(lines[1]);
  EXPECT_EQ(line["fields"]["skipped"]["unknown_network"], 1);
  EXPECT_EQ(line["payload"], actors::print_hex(payload));
  EXPECT_EQ(bytes_of(lines), stream);
}

TEST(wire_dump, shows_a_user_agent_that_is_no_text_and_loses_nothing) {
  net::msg::version m;
  m.sender.emplace();
  m.user_agent = "/caf\xc3\xa9:\xff/";
  const auto stream = net::encode(regtest(), m);
  const auto line = only_line_of(stream);
  EXPECT_EQ(line["fields"]["user_agent"], "/caf\xc3\xa9:\xef\xbf\xbd/");
  EXPECT_TRUE(line.contains("payload"));
  EXPECT_EQ(bytes_of({line.dump()}), stream);
}

TEST(wire_dump, says_what_is_wrong_and_where_and_goes_on_while_it_can) {
  auto stream = net::encode(regtest(), net::msg::ping{7});
  stream[net::checksum_offset] ^= 1;
  const auto second = stream.size();
  net::append_raw_message(stream, regtest().magic, "pong", bytes{1, 2});
  const auto third = stream.size();
  net::append_message(stream, regtest().magic, net::msg::verack{});
  const auto fourth = stream.size();
  stream.push_back(0xfa);
  stream.push_back(0);
  stream.push_back(1);
  std::vector<wire_json> lines;
  const auto counts = decode_stream(stream, regtest().magic, net::protocol_version,
                                    [&](const wire_json& line) { lines.push_back(line); });
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(counts.messages, 4u);
  EXPECT_EQ(counts.refused, 3u);
  EXPECT_EQ(lines[0]["error"], "bad_checksum");
  EXPECT_EQ(lines[0]["offset"], net::checksum_offset);
  EXPECT_EQ(lines[1]["command"], "pong");
  EXPECT_EQ(lines[1]["error"], "truncated");
  EXPECT_EQ(lines[1]["offset"], third);
  EXPECT_EQ(lines[1]["begin"], second);
  EXPECT_EQ(lines[2]["ok"], true);
  EXPECT_EQ(lines[3]["error"], "wrong_magic");
  EXPECT_EQ(lines[3]["offset"], fourth + 1);
  EXPECT_EQ(lines[3]["rest"], "fa0001");
}

TEST(wire_dump, tells_a_message_that_the_stream_ends_in) {
  auto stream = net::encode(regtest(), net::msg::ping{7});
  stream.pop_back();
  const auto line = only_line_of(stream);
  EXPECT_EQ(line["command"], "ping");
  EXPECT_EQ(line["length"], 8);
  EXPECT_EQ(line["ok"], false);
  EXPECT_EQ(line["error"], "incomplete");
  EXPECT_EQ(line["offset"], stream.size());
}

std::string error_of(const char* line) {
  const auto result = encode_line(wire_json::parse(line, nullptr, false), regtest().magic);
  return result ? "" : result.error();
}

TEST(wire_dump, names_the_field_that_cannot_be_encoded) {
  EXPECT_EQ(error_of("nonsense"), "is no JSON object");
  EXPECT_EQ(error_of(R"({"fields": {}})"), "command must be there, a text");
  EXPECT_EQ(error_of(R"({"command": "ping"})"), "fields or payload must be there");
  EXPECT_EQ(error_of(R"({"command": "pong", "fields": {}})"), "fields.nonce is missing");
  EXPECT_EQ(error_of(R"({"command": "pong", "fields": {"nonce": 1, "nonse": 1}})"),
            "fields.nonse is no field of it");
  EXPECT_EQ(error_of(R"({"command": "sendtxrcncl", "fields": {"version": 4294967296, "salt": 1}})"),
            "fields.version must be a whole number from 0 to 4294967295");
  EXPECT_EQ(error_of(R"({"command": "sendtxrcncl", "fields": {"version": -1, "salt": 1}})"),
            "fields.version must be a whole number from 0 to 4294967295");
  EXPECT_EQ(error_of(R"({"command": "inv", "fields": {"items": [{"type": 1, "hash": "00"}]}})"),
            "fields.items.0.hash must be a hash in 64 hexadecimal digits");
  EXPECT_EQ(error_of(R"({"command": "a command too long", "payload": ""})"),
            "command has more than 12 bytes");
}

TEST(wire_dump, encodes_a_line_written_by_hand) {
  const auto result = encode_line(
      wire_json::parse(R"({"command": "ping", "fields": {"nonce": 7}})"), regtest().magic);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(*result, net::encode(regtest(), net::msg::ping{7}));
}

TEST(wire_command, decodes_and_encodes_through_files_and_ends_with_1_where_something_is_wrong) {
  bytes stream;
  net::append_message(stream, regtest().magic, net::msg::ping{7});
  net::append_message(stream, regtest().magic, net::msg::addrv2{});
  const temporary_folder folder;
  auto hex = actors::print_hex(stream);
  const auto whole = folder.write("whole.hex", hex.substr(0, 11) + "\n " + hex.substr(11) + "\n");
  const auto decoded = run_seedwalk({"wire", "decode", "--network", "regtest", "--hex", whole});
  EXPECT_EQ(decoded.code, 0) << decoded.err;
  EXPECT_EQ(std::ranges::count(decoded.out, '\n'), 2);
  EXPECT_EQ(decoded.out.find(R"({"command":"ping","length":8,)"), 0u);

  const auto lines = folder.write("lines", decoded.out);
  const auto again = run_seedwalk({"wire", "encode", "--magic", "fabfb5da", "--binary", lines});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, std::string(stream.begin(), stream.end()));
  const auto binary = folder.write("binary", again.out);
  EXPECT_EQ(run_seedwalk({"wire", "decode", "--network", "regtest", "--binary", binary}).out,
            decoded.out);

  hex.back() = hex.back() == '0' ? '1' : '0'; // The second message's only payload byte: its count.
  const auto broken = folder.write("broken.hex", hex);
  const auto refused = run_seedwalk({"wire", "decode", "--network", "regtest", "--hex", broken});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.out.find("bad_checksum"), std::string::npos);
  EXPECT_EQ(refused.err, "");
  EXPECT_EQ(run_seedwalk({"wire", "decode", "--network", "main", "--hex", whole}).code, 1);
  EXPECT_EQ(run_seedwalk({"wire", "decode", "--hex", folder / "missing"}).code, 1);
  EXPECT_EQ(run_seedwalk({"wire", "decode", "--magic", "12", "--hex", whole}).code, 2);
  EXPECT_EQ(run_seedwalk({"wire", "decode", "--network", "nonsense", "--hex", whole}).code, 2);
  const auto bad_line = folder.write("bad", "\n{}\n");
  const auto unencoded = run_seedwalk({"wire", "encode", bad_line});
  EXPECT_EQ(unencoded.code, 1);
  EXPECT_NE(unencoded.err.find(":2: command must be there"), std::string::npos) << unencoded.err;
}

} // namespace
} // namespace seedwalk::tools
