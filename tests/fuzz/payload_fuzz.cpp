// Each message's payload: what is accepted means the same to the peer it is sent on to, and what is
// refused is refused within it.

#include "net/bitcoin/payload.hpp"
#include "tests/fuzz/fuzz_input.hpp"

using namespace seedwalk;
using namespace seedwalk::net;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::fuzz_input input{data, size};
  const auto choice = input.u8();
  const auto kind = static_cast<message_kind>(choice % message_kind_count);
  const auto version = choice < 128 ? protocol_version : addr_time_version - 1;
  const auto payload = input.rest();
  const auto lead = payload.first(std::min(payload.size(), lead_bytes));
  const auto judged = judge_lead(kind, lead, payload.size());
  const auto result = decode_payload(name_of(kind), payload, version);
  test::require(!judged || !result, "what is refused by its number is refused when read, too");
  if (!result) {
    test::require(result.error().offset <= payload.size(), "the offset lies in the payload");
    return 0;
  }
  test::require(result->trailing_bytes <= payload.size(), "what trails was there");
  bytes again;
  append_payload(again, result->value);
  const auto reread = decode_payload(name_of(kind), again, version);
  test::require(reread.has_value(), "what was accepted is accepted again");
  auto value = result->value;
  if (auto addresses = std::get_if<msg::addr>(&value))
    addresses->skipped = {};
  if (auto addresses = std::get_if<msg::addrv2>(&value))
    addresses->skipped = {};
  test::require(reread->value == value, "and says the same");
  return 0;
}
