#include <utility>

#include <gtest/gtest.h>

#include "net/base/archive.hpp"
#include "net/base/random.hpp"
#include "net/bitcoin/decoder.hpp"
#include "net/bitcoin/encode.hpp"
#include "net/bitcoin/payload.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::net {
namespace {

using namespace seedwalk::test;

const chain_params& regtest() {
  return *find_chain("regtest");
}

/// All that a decoder says about `data`, which comes in pieces that end at `cuts`.
std::vector<decoder_event> events_of(decoder& in, byte_view data,
                                     const std::vector<std::size_t>& cuts = {}) {
  std::vector<decoder_event> events;
  std::size_t begin = 0;
  const auto feed = [&](std::size_t end) {
    auto piece = data.subspan(begin, end - begin);
    begin = end;
    for (;;) {
      auto event = in.next(piece);
      if (std::holds_alternative<need_more>(event))
        break;
      events.push_back(std::move(event));
    }
    EXPECT_TRUE(piece.empty());
  };
  for (auto cut : cuts)
    feed(cut);
  feed(data.size());
  return events;
}

std::vector<decoder_event> events_of(byte_view data, const std::vector<std::size_t>& cuts = {}) {
  decoder in{{regtest().magic}};
  return events_of(in, data, cuts);
}

const message& only_message(const std::vector<decoder_event>& events) {
  if (events.size() != 1 || !std::holds_alternative<decoded_message>(events[0]))
    throw std::runtime_error("not exactly one decoded message");
  return std::get<decoded_message>(events[0]).value;
}

refused_message only_refusal(const std::vector<decoder_event>& events) {
  if (events.size() != 1 || !std::holds_alternative<refused_message>(events[0]))
    throw std::runtime_error("not exactly one refusal");
  return std::get<refused_message>(events[0]);
}

std::vector<std::size_t> some_cuts(std::size_t size) {
  auto cuts =
      *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, size + 1));
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

/// All numbers below `end` where those are few, else the first ones and as many drawn ones: over
/// the runs of a property these reach everywhere, too.
std::vector<std::size_t> places_in(std::size_t end) {
  constexpr std::size_t few = 150;
  std::vector<std::size_t> places(std::min(end, 2 * few));
  random_stream drawn{any_u64(), "places"};
  for (std::size_t i = 0; i != places.size(); ++i)
    places[i] = i < few || end <= 2 * few ? i : static_cast<std::size_t>(drawn.below(end));
  return places;
}

/// A stream of several messages, some of them broken in ways that keep the framing.
bytes some_stream() {
  bytes stream;
  for (auto n = between(1, 4); n != 0; --n) {
    const auto start = stream.size();
    append_message(stream, regtest().magic, *any_message());
    if (between(0, 3) == 0) {
      const auto position = between<std::size_t>(checksum_offset, stream.size() - start - 1);
      stream[start + position] ^= 1;
    }
  }
  return stream;
}

class every_kind : public testing::TestWithParam<std::size_t> {
public:
  static message_kind kind() { return static_cast<message_kind>(GetParam()); }
};

TEST_P(every_kind, decodes_to_what_was_encoded) {
  EXPECT_TRUE(rc::check([] {
    const auto m = *any_message(kind());
    const auto wire = encode(regtest(), m);
    const auto events = events_of(wire);
    RC_ASSERT(only_message(events) == m);
    const auto& event = std::get<decoded_message>(events[0]);
    RC_ASSERT(event.trailing_bytes == 0u);
    RC_ASSERT(event.frame.kind == kind());
    RC_ASSERT(event.frame.command == command_of(m));
    RC_ASSERT(event.frame.payload_bytes == wire.size() - header_bytes);
  }));
}

TEST_P(every_kind, says_the_same_for_every_split_in_two) {
  EXPECT_TRUE(rc::check([] {
    const auto wire = encode(regtest(), *any_message(kind()));
    const auto whole = events_of(wire);
    RC_ASSERT(whole.size() == 1u);
    for (const auto cut : places_in(wire.size() + 1))
      RC_ASSERT(events_of(wire, {cut}) == whole);
  }));
}

TEST_P(every_kind, waits_for_more_after_every_strict_prefix) {
  EXPECT_TRUE(rc::check([] {
    const auto m = *any_message(kind());
    const auto wire = encode(regtest(), m);
    decoder in{{regtest().magic}};
    for (std::size_t i = 0; i + 1 < wire.size(); ++i) {
      RC_ASSERT(events_of(in, byte_view{wire}.subspan(i, 1)).empty());
      RC_ASSERT(in.in_progress()->received_bytes == i + 1);
      RC_ASSERT(in.in_progress()->offset == 0u);
    }
    RC_ASSERT(only_message(events_of(in, byte_view{wire}.last(1))) == m);
    RC_ASSERT(!in.in_progress());
  }));
}

TEST_P(every_kind, refuses_every_strict_prefix_of_its_payload_or_reads_another_message) {
  EXPECT_TRUE(rc::check([] {
    const auto m = *any_message(kind());
    bytes payload;
    append_payload(payload, m);
    for (const auto size : places_in(payload.size())) {
      const auto result = decode_payload(command_of(m), byte_view{payload}.first(size));
      if (result)
        RC_ASSERT(result->value != m);
      else
        RC_ASSERT(result.error().offset <= size);
    }
  }));
}

TEST_P(every_kind, survives_any_flipped_bit_of_its_payload) {
  EXPECT_TRUE(rc::check([] {
    const auto m = *any_message(kind());
    bytes payload;
    append_payload(payload, m);
    const auto bits = payload.size() * 8;
    // All bits of a short payload, some of a long one.
    constexpr std::size_t flips_max = 256;
    random_stream drawn{any_u64(), "bits"};
    for (std::size_t i = 0; i < std::min(bits, flips_max); ++i) {
      const auto bit = bits <= flips_max ? i : static_cast<std::size_t>(drawn.below(bits));
      payload[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
      // What is not refused is a message, which then means the same to the peer we send it to.
      if (const auto result = decode_payload(command_of(m), payload)) {
        bytes again;
        append_payload(again, result->value);
        const auto reread = decode_payload(command_of(m), again);
        RC_ASSERT(reread.has_value());
        auto value = result->value;
        if (auto addresses = std::get_if<msg::addrv2>(&value))
          addresses->skipped = {};
        if (auto addresses = std::get_if<msg::addr>(&value))
          addresses->skipped = {};
        RC_ASSERT(reread->value == value);
      }
      payload[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    }
  }));
}

TEST_P(every_kind, accepts_and_counts_what_trails_it_except_in_feature) {
  if (kind() == message_kind::unknown || kind() == message_kind::reject)
    GTEST_SKIP() << "ends where its payload does, so nothing can trail it";
  EXPECT_TRUE(rc::check([] {
    auto m = *any_message(kind());
    if (auto ping = std::get_if<msg::ping>(&m))
      ping->nonce = 7;
    if (auto version = std::get_if<msg::version>(&m)) {
      version->sender.emplace();
      version->user_agent.emplace();
      version->start_height = 1;
      version->relay = false;
    }
    bytes payload;
    append_payload(payload, m);
    const auto end = payload.size();
    const auto extra = between<std::size_t>(1, 40);
    const auto tail = some_bytes(extra);
    payload.insert(payload.end(), tail.begin(), tail.end());
    const auto result = decode_payload(command_of(m), payload);
    if (kind() == message_kind::feature) {
      RC_ASSERT(result.error() == (payload_error{wire_error::feature_trailing_bytes, end}));
    } else {
      RC_ASSERT(result.has_value());
      RC_ASSERT(result->value == m);
      RC_ASSERT(result->trailing_bytes == extra);
    }
  }));
}

TEST_P(every_kind, is_an_archivable_value) {
  EXPECT_TRUE(rc::check([] {
    const auto m = *any_message(kind());
    message again;
    RC_ASSERT(from_archive(to_archive(m), again));
    RC_ASSERT(again == m);
  }));
}

INSTANTIATE_TEST_SUITE_P(message, every_kind, testing::Range<std::size_t>(0, message_kind_count),
                         [](const auto& tested) {
                           return std::string{name_of(static_cast<message_kind>(tested.param))};
                         });

TEST(decoder, says_the_same_of_a_stream_however_it_is_split) {
  EXPECT_TRUE(rc::check([] {
    const auto stream = some_stream();
    RC_ASSERT(events_of(stream, some_cuts(stream.size())) == events_of(stream));
  }));
}

TEST(decoder, survives_a_flipped_bit_anywhere_in_a_message) {
  EXPECT_TRUE(rc::check([] {
    const auto m = *any_message();
    auto wire = encode(regtest(), m);
    const auto bit = between<std::size_t>(0, wire.size() * 8 - 1);
    wire[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    for (const auto& event : events_of(wire))
      // The checksum covers the payload, not the command: that may turn into another.
      if (std::holds_alternative<decoded_message>(event))
        RC_ASSERT(bit / 8 >= command_offset && bit / 8 < length_offset);
  }));
}

TEST(decoder, survives_noise_and_says_the_same_of_it_however_it_is_split) {
  EXPECT_TRUE(rc::check([] {
    auto noise = up_to(300);
    const auto& magic = regtest().magic;
    if (between(0, 1) == 1)
      noise.insert(noise.begin(), magic.begin(), magic.end());
    RC_ASSERT(events_of(noise, some_cuts(noise.size())) == events_of(noise));
  }));
}

TEST(decoder, continues_from_its_archive_as_if_nothing_had_happened) {
  EXPECT_TRUE(rc::check([] {
    const auto stream = some_stream();
    const auto cut = between<std::size_t>(0, stream.size());
    decoder_options options{regtest().magic};
    options.wanted = message_set{any_u64()};
    decoder original{options};
    events_of(original, byte_view{stream}.first(cut));
    decoder restored;
    RC_ASSERT(from_archive(to_archive(original), restored));
    RC_ASSERT(restored == original);
    RC_ASSERT(events_of(restored, byte_view{stream}.subspan(cut)) ==
              events_of(original, byte_view{stream}.subspan(cut)));
    RC_ASSERT(to_archive(restored) == to_archive(original));
  }));
}

TEST(decoder, refuses_a_damaged_archive_or_goes_on_safely_with_it) {
  EXPECT_TRUE(rc::check([] {
    const auto stream = some_stream();
    const auto cut = between<std::size_t>(0, stream.size());
    decoder original{{regtest().magic}};
    events_of(original, byte_view{stream}.first(cut));
    auto archive = to_archive(original);
    archive[between<std::size_t>(0, archive.size() - 1)] ^=
        static_cast<std::uint8_t>(1 << between(0, 7));
    decoder restored;
    if (from_archive(archive, restored))
      events_of(restored, byte_view{stream}.subspan(cut));
  }));
}

TEST(decoder, holds_nothing_between_messages_and_no_more_than_came_within_one) {
  const auto wire = encode(regtest(), msg::unknown_message{"big", bytes(100'000, 7)});
  decoder in{{regtest().magic}};
  for (std::size_t i = 0; i + 1 < wire.size(); ++i) {
    ASSERT_TRUE(events_of(in, byte_view{wire}.subspan(i, 1)).empty());
    const auto payload_received = i < header_bytes ? 0 : i + 1 - header_bytes;
    ASSERT_LE(in.held_bytes(), payload_received == 0
                                   ? 0
                                   : std::max(decoder::first_held_bytes, 2 * payload_received));
  }
  EXPECT_EQ(events_of(in, byte_view{wire}.last(1)).size(), 1u);
  EXPECT_EQ(in.held_bytes(), 0u);
}

TEST(decoder, passes_over_what_is_not_wanted_without_holding_it) {
  EXPECT_TRUE(rc::check([] {
    const auto m = *any_message();
    const auto wire = encode(regtest(), m);
    decoder_options options{regtest().magic};
    options.wanted.reset(static_cast<std::size_t>(kind_of(m)));
    decoder in{options};
    auto cuts = some_cuts(wire.size() - 1);
    std::size_t begin = 0;
    for (auto cut : cuts) {
      RC_ASSERT(events_of(in, byte_view{wire}.subspan(begin, cut - begin)).empty());
      RC_ASSERT(in.held_bytes() == 0u);
      begin = cut;
    }
    const auto events = events_of(in, byte_view{wire}.subspan(begin));
    RC_ASSERT(events.size() == 1u);
    const auto& skipped = std::get<skipped_message>(events[0]);
    RC_ASSERT(skipped.frame.command == command_of(m));
    RC_ASSERT(skipped.frame.payload_bytes == wire.size() - header_bytes);
  }));
}

TEST(decoder, judges_the_number_of_elements_of_what_it_passes_over) {
  const std::vector<msg::inventory_item> most(50'000);
  const std::vector<msg::inventory_item> more(50'001);
  struct expected {
    message m;
    std::optional<wire_error> error;
  };
  const expected cases[] = {
      {msg::inv{most}, std::nullopt},
      {msg::inv{more}, wire_error::too_many_items},
      {msg::getdata{more}, wire_error::too_many_items},
      {msg::notfound{more}, wire_error::too_many_items},
      {msg::headers{std::vector<msg::block_header>(2000)}, std::nullopt},
      {msg::headers{std::vector<msg::block_header>(2001)}, wire_error::too_many_headers},
      {msg::block{{}, std::vector<msg::tx>(60'000)}, std::nullopt},
  };
  for (const auto& tested : cases) {
    const auto wire = encode(regtest(), tested.m);
    for (const auto& cuts : {std::vector<std::size_t>{}, {24}, {25, 26, 28}, {27, 1000}}) {
      decoder in{{.magic = regtest().magic, .wanted = {}}};
      const auto events = events_of(in, wire, cuts);
      ASSERT_EQ(events.size(), 1u);
      if (!tested.error) {
        EXPECT_TRUE(std::holds_alternative<skipped_message>(events[0])) << command_of(tested.m);
        continue;
      }
      const auto refusal = only_refusal(events);
      EXPECT_EQ(refusal.error, *tested.error);
      EXPECT_EQ(refusal.consequence, wire_consequence::misbehaved);
      EXPECT_EQ(refusal.offset, header_bytes);
      EXPECT_EQ(in.held_bytes(), 0u);
    }
  }
}

TEST(decoder, leaves_a_number_of_items_alone_that_the_payload_cannot_hold) {
  // Core would fail to read these, and drop them, before it counts.
  bytes wire;
  append_raw_message(wire, regtest().magic, "inv", bytes{0xfd, 0xff, 0xff, 1, 2});
  append_raw_message(wire, regtest().magic, "inv", bytes{0xfe, 0xff});
  append_raw_message(wire, regtest().magic, "headers", bytes{0xfe, 0xd1, 0x07, 0, 0});
  decoder in{{.magic = regtest().magic, .wanted = {}}};
  for (const auto& event : events_of(in, wire))
    EXPECT_TRUE(std::holds_alternative<skipped_message>(event));
}

TEST(decoder, verifies_what_it_skips_unless_told_not_to) {
  auto wire = encode(regtest(), msg::pong{1});
  wire.back() ^= 1;
  for (const bool verify : {true, false}) {
    decoder_options options{regtest().magic, {}, verify};
    decoder in{options};
    const auto events = events_of(in, wire, {30});
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(std::holds_alternative<refused_message>(events[0]), verify);
    EXPECT_EQ(std::holds_alternative<skipped_message>(events[0]), !verify);
  }
}

TEST(decoder, tells_when_a_message_began_and_how_far_it_is) {
  auto wire = encode(regtest(), msg::verack{});
  append_message(wire, regtest().magic, msg::pong{1});
  decoder in{{regtest().magic}};
  EXPECT_FALSE(in.in_progress());
  EXPECT_EQ(events_of(in, byte_view{wire}.first(25)).size(), 1u);
  EXPECT_EQ(in.in_progress(), (message_progress{24, 1, std::nullopt, message_kind::unknown}));
  EXPECT_EQ(events_of(in, byte_view{wire}.subspan(25, 24)).size(), 0u);
  EXPECT_EQ(in.in_progress(), (message_progress{24, 25, 32, message_kind::pong}));
  EXPECT_EQ(events_of(in, byte_view{wire}.subspan(49)).size(), 1u);
  EXPECT_FALSE(in.in_progress());
  EXPECT_EQ(in.offset(), wire.size());
}

TEST(decoder, loses_the_framing_at_the_first_byte_of_a_wrong_magic) {
  auto wire = encode(regtest(), msg::verack{});
  for (std::size_t i = 0; i != 4; ++i) {
    auto broken = wire;
    append_message(broken, regtest().magic, msg::verack{});
    broken[wire.size() + i] ^= 0x20;
    decoder in{{regtest().magic}};
    const auto events = events_of(in, broken);
    ASSERT_EQ(events.size(), 2u);
    const auto refusal = std::get<refused_message>(events[1]);
    EXPECT_EQ(refusal.error, wire_error::wrong_magic);
    EXPECT_EQ(refusal.consequence, wire_consequence::lost_framing);
    EXPECT_EQ(refusal.offset, wire.size() + i);
    EXPECT_EQ(refusal.frame.offset, wire.size());
    EXPECT_TRUE(in.lost());
    EXPECT_TRUE(events_of(in, wire).empty()) << "nothing can be believed after that";
    EXPECT_FALSE(in.in_progress());
  }
}

TEST(decoder, refuses_an_oversize_payload_from_its_header_alone) {
  for (const std::uint32_t length : {max_payload_bytes, max_payload_bytes + 1, UINT32_MAX}) {
    auto wire = encode(regtest(), msg::verack{});
    for (std::size_t i = 0; i != 4; ++i)
      wire[length_offset + i] = static_cast<std::uint8_t>(length >> (8 * i));
    decoder in{{regtest().magic}};
    const auto events = events_of(in, wire);
    EXPECT_EQ(in.held_bytes(), 0u);
    if (length == max_payload_bytes) {
      EXPECT_TRUE(events.empty());
      continue;
    }
    const auto refusal = only_refusal(events);
    EXPECT_EQ(refusal.error, wire_error::oversize_payload);
    EXPECT_EQ(refusal.consequence, wire_consequence::lost_framing);
    EXPECT_EQ(refusal.offset, length_offset);
    EXPECT_EQ(refusal.frame.command, "verack");
    EXPECT_EQ(refusal.frame.payload_bytes, length);
  }
}

TEST(decoder, drops_a_message_with_a_bad_checksum_and_goes_on) {
  auto wire = encode(regtest(), msg::ping{1});
  wire[header_bytes] ^= 1;
  append_message(wire, regtest().magic, msg::ping{2});
  const auto events = events_of(wire);
  ASSERT_EQ(events.size(), 2u);
  const auto refusal = std::get<refused_message>(events[0]);
  EXPECT_EQ(refusal.error, wire_error::bad_checksum);
  EXPECT_EQ(refusal.consequence, wire_consequence::drop_message);
  EXPECT_EQ(refusal.offset, checksum_offset);
  EXPECT_EQ(std::get<decoded_message>(events[1]).value, message{msg::ping{2}});
}

TEST(decoder, drops_a_message_with_a_malformed_command_and_goes_on) {
  struct broken_command {
    std::string_view text;
    std::size_t bad_at;
  };
  using namespace std::string_view_literals;
  for (const auto& [text, bad_at] : {broken_command{"addr\0x"sv, 5},
                                     {"ping\n"sv, 4},
                                     {"\x7f"sv, 0},
                                     {"\0\0\0\0\0\0\0\0\0\0\0x"sv, 11},
                                     {"elevenchars\x80"sv, 11}}) {
    bytes wire;
    append_raw_message(wire, regtest().magic, text, {});
    append_message(wire, regtest().magic, msg::verack{});
    const auto events = events_of(wire);
    ASSERT_EQ(events.size(), 2u);
    const auto refusal = std::get<refused_message>(events[0]);
    EXPECT_EQ(refusal.error, wire_error::malformed_command);
    EXPECT_EQ(refusal.consequence, wire_consequence::drop_message);
    EXPECT_EQ(refusal.offset, command_offset + bad_at);
    EXPECT_TRUE(std::holds_alternative<decoded_message>(events[1]));
  }
}

TEST(decoder, keeps_an_unknown_command_with_its_bytes) {
  const message m = msg::unknown_message{"tx2 {~}", {1, 2, 3}};
  EXPECT_EQ(only_message(events_of(encode(regtest(), m))), m);
  const message nameless = msg::unknown_message{"", {}};
  EXPECT_EQ(only_message(events_of(encode(regtest(), nameless))), nameless);
  const message placeholder = msg::unknown_message{"unknown", {9}};
  EXPECT_EQ(only_message(events_of(encode(regtest(), placeholder))), placeholder);
}

TEST(decoder, reads_addr_without_times_once_the_protocol_is_that_old) {
  msg::addr old;
  old.has_times = false;
  old.entries.push_back({ipv4_endpoint(0x01020304, 8333), 0, 1});
  const auto wire = encode(regtest(), old);
  EXPECT_EQ(wire.size(), header_bytes + 1 + 26);
  decoder in{{regtest().magic}};
  in.set_protocol_version(addr_time_version - 1);
  EXPECT_EQ(only_message(events_of(in, wire)), message{old});
  in.set_protocol_version(addr_time_version);
  EXPECT_EQ(only_refusal(events_of(in, wire)).error, wire_error::count_exceeds_payload);
}

} // namespace
} // namespace seedwalk::net
