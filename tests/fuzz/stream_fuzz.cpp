// The decoder on a stream of messages and noise: what it says depends on no split, and survives
// being captured and restored anywhere.

#include <vector>

#include "net/base/archive.hpp"
#include "net/bitcoin/decoder.hpp"
#include "tests/fuzz/fuzz_input.hpp"

using namespace seedwalk;
using namespace seedwalk::net;

namespace {

constexpr magic_bytes magic = {0xfa, 0xbf, 0xb5, 0xda};

void feed(decoder& in, byte_view piece, std::vector<decoder_event>& events) {
  for (;;) {
    auto event = in.next(piece);
    if (std::holds_alternative<need_more>(event))
      break;
    events.push_back(std::move(event));
  }
  test::require(piece.empty(), "all is used up");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::fuzz_input input{data, size};
  const auto wanted = input.u8();
  std::vector<std::size_t> pieces(input.u8() % 8);
  for (auto& piece : pieces)
    piece = input.u8();
  bytes stream;
  while (!input.empty()) {
    if (const auto choice = input.u8(); choice % 4 != 0) {
      input.append_message(stream, magic);
    } else {
      const auto noise = input.take(choice / 4);
      stream.insert(stream.end(), noise.begin(), noise.end());
    }
  }

  decoder_options options{magic};
  if (wanted % 2 == 1)
    options.wanted = message_set{std::uint64_t{0x5555555555} * wanted};
  decoder whole{options};
  std::vector<decoder_event> expected;
  feed(whole, stream, expected);

  decoder split{options};
  std::vector<decoder_event> events;
  byte_view left = stream;
  for (std::size_t i = 0; !left.empty(); ++i) {
    const auto piece = pieces.empty() ? 1 : std::max<std::size_t>(pieces[i % pieces.size()], 1);
    feed(split, left.first(std::min(piece, left.size())), events);
    left = left.subspan(std::min(piece, left.size()));
    if (i % 32 != 0)
      continue;
    decoder restored;
    test::require(from_archive(to_archive(split), restored), "what was captured can be restored");
    test::require(restored == split, "and is the same");
    split = std::move(restored);
  }
  test::require(events == expected, "no split can be told from another");
  test::require(split.offset() == stream.size(), "every byte was counted");
  return 0;
}
