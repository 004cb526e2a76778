#include "tests/net/base/generators.hpp"

#include <set>
#include <vector>

#include "net/base/random.hpp"

namespace seedwalk::test {

std::uint64_t between_u64(std::uint64_t first, std::uint64_t last) {
  return *rc::gen::inRange<std::uint64_t>(first, last + 1);
}

std::uint64_t any_u64() {
  return *rc::gen::oneOf(rc::gen::element<std::uint64_t>(0, 1, 0xfc, 0xfd, 0xffff, 0x10000,
                                                         0xffffffff, 0x100000000, UINT64_MAX),
                         rc::gen::inRange<std::uint64_t>(0, 0x20000),
                         rc::gen::arbitrary<std::uint64_t>());
}
std::uint32_t any_u32() {
  return static_cast<std::uint32_t>(any_u64());
}

bytes some_bytes(std::size_t size) {
  net::random_stream stream{any_u64(), "bytes"};
  bytes result(size);
  for (auto& byte : result)
    byte = static_cast<std::uint8_t>(stream.next());
  return result;
}

bytes up_to(std::size_t most) {
  return some_bytes(between<std::size_t>(0, most));
}

std::string printable(std::size_t least, std::size_t most) {
  auto drawn = some_bytes(between(least, most));
  std::string text;
  for (auto byte : drawn)
    text += static_cast<char>(0x20 + byte % (0x7f - 0x20));
  return text;
}

endpoint endpoint_on(network_id network) {
  endpoint result;
  result.network = network;
  const auto drawn = some_bytes(net::address_size(network));
  std::copy(drawn.begin(), drawn.end(), result.address.begin());
  if (network == network_id::ipv6)
    result.address[0] = static_cast<std::uint8_t>(0x20 | (result.address[0] & 0x1f));
  if (network == network_id::cjdns)
    result.address[0] = 0xfc;
  if (network == network_id::yggdrasil)
    result.address[0] = static_cast<std::uint8_t>(0x02 | (result.address[0] & 1));
  result.port = network == network_id::i2p ? 0 : between<std::uint16_t>(1, 0xffff);
  return result;
}

endpoint kept_endpoint() {
  return endpoint_on(*rc::gen::element(network_id::ipv4, network_id::ipv6, network_id::torv3,
                                       network_id::i2p, network_id::cjdns));
}

void draw(net::msg::addr_entry& x) {
  x.time = any_u32();
  x.services = any_u64();
  x.peer = kept_endpoint();
}

namespace {

using test::draw;

template <class T>
void draw(std::vector<T>& xs, std::size_t most);

// Handshake ---------------------------------------------------------------------------------------

void draw(net::msg::version_address& x) {
  x.services = any_u64();
  draw(x.address);
  x.port = static_cast<std::uint16_t>(any_u32());
}

void draw(net::msg::version& x) {
  x.protocol = static_cast<std::int32_t>(any_u32());
  x.services = any_u64();
  x.time = static_cast<std::int64_t>(any_u64());
  draw(x.receiver);
  const auto parts = between(0, 4);
  if (parts > 0) {
    draw(x.sender.emplace().address);
    x.sender->nonce = any_u64();
  }
  if (parts > 1)
    x.user_agent = printable(0, 256);
  if (parts > 2)
    x.start_height = static_cast<std::int32_t>(any_u32());
  if (parts > 3)
    x.relay = between(0, 1) == 1;
}

void draw(net::msg::verack&) {}
void draw(net::msg::wtxidrelay&) {}
void draw(net::msg::sendaddrv2&) {}
void draw(net::msg::sendheaders&) {}
void draw(net::msg::getaddr&) {}
void draw(net::msg::mempool&) {}
void draw(net::msg::filterclear&) {}

void draw(net::msg::feature& x) {
  x.id = printable(4, 80);
  x.data = up_to(512);
}
void draw(net::msg::sendtxrcncl& x) {
  x.version = any_u32();
  x.salt = any_u64();
}
void draw(net::msg::sendcmpct& x) {
  x.announce = between(0, 1) == 1;
  x.version = any_u64();
}
void draw(net::msg::feefilter& x) {
  x.satoshis_per_kilobyte = static_cast<std::int64_t>(any_u64());
}
void draw(net::msg::ping& x) {
  if (between(0, 3) != 0)
    x.nonce = any_u64();
}
void draw(net::msg::pong& x) {
  x.nonce = any_u64();
}
void draw(net::msg::reject& x) {
  x.command = printable(0, 12);
  x.code = static_cast<std::uint8_t>(any_u32());
  x.reason = printable(0, 111);
  x.data = up_to(40);
}
void draw(net::msg::alert& x) {
  x.payload = up_to(300);
  x.signature = up_to(80);
}

// Addresses ---------------------------------------------------------------------------------------

void draw(net::msg::addrv2& x) {
  std::vector<net::msg::addr_entry> entries;
  draw(entries, 12);
  x.entries = {entries.begin(), entries.end()};
}
void draw(net::msg::addr& x) {
  std::vector<net::msg::addr_entry> entries;
  draw(entries, 12);
  for (auto& entry : entries)
    entry.peer = endpoint_on(*rc::gen::element(network_id::ipv4, network_id::ipv6));
  x.entries = {entries.begin(), entries.end()};
}

// Inventory ---------------------------------------------------------------------------------------

void draw(net::msg::inventory_item& x) {
  x.type = any_u32();
  draw(x.hash);
}
void draw(net::msg::inv& x) {
  draw(x.items, 8);
}
void draw(net::msg::getdata& x) {
  draw(x.items, 8);
}
void draw(net::msg::notfound& x) {
  draw(x.items, 8);
}
void draw(net::msg::getblocks& x) {
  x.version = any_u32();
  draw(x.locator, between(0, 9) == 0 ? 101 : 6);
  draw(x.stop);
}
void draw(net::msg::getheaders& x) {
  x.version = any_u32();
  draw(x.locator, between(0, 9) == 0 ? 101 : 6);
  draw(x.stop);
}
void draw(net::msg::block_header& x) {
  x.version = static_cast<std::int32_t>(any_u32());
  draw(x.previous);
  draw(x.merkle_root);
  x.time = any_u32();
  x.bits = any_u32();
  x.nonce = any_u32();
}
void draw(net::msg::headers& x) {
  draw(x.list, 8);
}

// Blocks and transactions -------------------------------------------------------------------------

void draw(net::msg::tx_output& x) {
  x.value = static_cast<std::int64_t>(any_u64());
  x.script = up_to(40);
}
void draw(net::msg::tx_input& x) {
  draw(x.previous);
  x.index = any_u32();
  x.script = up_to(40);
  x.sequence = any_u32();
}

/// One with inputs, or with nothing at all: see `net::msg::tx`.
void draw(net::msg::tx& x) {
  x.version = any_u32();
  draw(x.inputs, 4);
  if (!x.inputs.empty())
    draw(x.outputs, 4);
  if (between(0, 1) == 1) {
    for (auto& input : x.inputs) {
      std::vector<bytes> items(between<std::size_t>(0, 3));
      for (auto& item : items)
        item = up_to(300);
      input.witness = net::msg::witness_stack(items);
    }
  }
  x.lock_time = any_u32();
}
void draw(net::msg::block& x) {
  draw(x.header);
  draw(x.transactions, 4);
}
void draw(net::msg::merkleblock& x) {
  draw(x.header);
  x.total_transactions = any_u32();
  draw(x.hashes, 8);
  x.flags = up_to(8);
}

/// Ascending, without repetition.
std::vector<std::uint16_t> some_indexes(std::size_t most) {
  std::set<std::uint16_t> drawn;
  for (auto n = between<std::size_t>(0, most); n != 0; --n)
    drawn.insert(static_cast<std::uint16_t>(any_u32()));
  return {drawn.begin(), drawn.end()};
}
void draw(net::msg::cmpctblock& x) {
  draw(x.header);
  x.nonce = any_u64();
  for (auto n = between(0, 8); n != 0; --n)
    x.short_ids.push_back(any_u64() & 0xffffffffffff);
  for (auto index : some_indexes(3)) {
    auto& prefilled = x.prefilled.emplace_back();
    prefilled.index = index;
    draw(prefilled.transaction);
  }
}
void draw(net::msg::getblocktxn& x) {
  draw(x.block_hash);
  x.indexes = some_indexes(12);
}
void draw(net::msg::blocktxn& x) {
  draw(x.block_hash);
  draw(x.transactions, 3);
}

// Filters -----------------------------------------------------------------------------------------

void draw(net::msg::filterload& x) {
  x.filter = up_to(300);
  x.hash_functions = between<std::uint32_t>(0, 50);
  x.tweak = any_u32();
  x.flags = static_cast<std::uint8_t>(any_u32());
}
void draw(net::msg::filteradd& x) {
  x.data = up_to(520);
}
void draw(net::msg::getcfilters& x) {
  x.filter_type = static_cast<std::uint8_t>(any_u32());
  x.start_height = any_u32();
  draw(x.stop);
}
void draw(net::msg::cfilter& x) {
  x.filter_type = static_cast<std::uint8_t>(any_u32());
  draw(x.block_hash);
  x.filter = up_to(300);
}
void draw(net::msg::getcfheaders& x) {
  x.filter_type = static_cast<std::uint8_t>(any_u32());
  x.start_height = any_u32();
  draw(x.stop);
}
void draw(net::msg::cfheaders& x) {
  x.filter_type = static_cast<std::uint8_t>(any_u32());
  draw(x.stop);
  draw(x.previous_header);
  draw(x.filter_hashes, 8);
}
void draw(net::msg::getcfcheckpt& x) {
  x.filter_type = static_cast<std::uint8_t>(any_u32());
  draw(x.stop);
}
void draw(net::msg::cfcheckpt& x) {
  x.filter_type = static_cast<std::uint8_t>(any_u32());
  draw(x.stop);
  draw(x.filter_headers, 8);
}

void draw(net::msg::unknown_message& x) {
  do
    x.command = printable(1, 12);
  while (net::kind_of(x.command) != message_kind::unknown);
  x.payload = up_to(300);
}

template <class T>
void draw(std::vector<T>& xs, std::size_t most) {
  xs.resize(between<std::size_t>(0, most));
  for (auto& x : xs)
    draw(x);
}

// Any of them -------------------------------------------------------------------------------------

template <std::size_t I = 0>
message drawn_message(std::size_t index) {
  if constexpr (I + 1 < net::message_kind_count)
    if (index != I)
      return drawn_message<I + 1>(index);
  message result{std::in_place_index<I>};
  draw(std::get<I>(result));
  return result;
}

} // namespace

rc::Gen<message> any_message(message_kind kind) {
  return rc::gen::exec([kind] { return drawn_message(static_cast<std::size_t>(kind)); });
}

rc::Gen<message> any_message() {
  return rc::gen::exec(
      [] { return drawn_message(between<std::size_t>(0, net::message_kind_count - 1)); });
}

} // namespace seedwalk::test
