// The texts of addresses: what can be read is written in one way only, which reads as the same.

#include "net/address/address_text.hpp"
#include "net/address/endpoint.hpp"
#include "net/address/host_name.hpp"
#include "tests/fuzz/fuzz_input.hpp"

using namespace seedwalk;
using namespace seedwalk::net;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::fuzz_input input{data, size};
  const std::uint16_t default_port = input.u8() % 2 == 0 ? 8333 : 0;
  const auto text = as_text(input.rest());
  const auto read = parse_endpoint(text, default_port);
  if (!read) {
    test::require(!read.error().message.empty(), "a refusal says why");
  } else {
    const auto again = parse_endpoint(to_string(*read));
    test::require(again.has_value() && *again == *read, "what was read reads the same");
    netgroup(*read);
    test::require(read->network != network_id::torv2, "a Tor v2 name is none any more");
  }
  if (const auto address = parse_ipv6(text))
    test::require(parse_ipv6(ipv6_text(*address)) == address, "IPv6 text is canonical");
  if (const auto address = parse_onion(text))
    test::require(parse_onion(onion_text(*address)) == address, "so are Tor v3 names");
  for (const std::size_t bytes_wanted : {10, 32})
    if (const auto raw = parse_base32(text, bytes_wanted))
      test::require(parse_base32(base32_text(*raw), bytes_wanted) == raw, "and base32");
  return 0;
}
