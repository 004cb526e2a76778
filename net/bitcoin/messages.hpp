#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "net/bitcoin/messages_addr.hpp"
#include "net/bitcoin/messages_block.hpp"
#include "net/bitcoin/messages_filter.hpp"
#include "net/bitcoin/messages_handshake.hpp"
#include "net/bitcoin/messages_inventory.hpp"

namespace seedwalk::net {

namespace msg {

/// A message whose command we do not know: kept as it came, never an error.
struct unknown_message {
  std::string command; ///< At most 12 printable ASCII characters.
  bytes payload;

  friend bool operator==(const unknown_message&, const unknown_message&) = default;

  SEEDWALK_INSPECT(unknown_message, command, payload)
};

} // namespace msg

/// Which message: the index of its type in `message`. Append only, before `unknown`.
enum class message_kind : std::uint8_t {
  version,
  verack,
  wtxidrelay,
  sendaddrv2,
  feature,
  sendtxrcncl,
  sendheaders,
  sendcmpct,
  feefilter,
  ping,
  pong,
  reject,
  alert,
  getaddr,
  addr,
  addrv2,
  inv,
  getdata,
  notfound,
  getblocks,
  getheaders,
  headers,
  mempool,
  tx,
  block,
  merkleblock,
  cmpctblock,
  getblocktxn,
  blocktxn,
  filterload,
  filteradd,
  filterclear,
  getcfilters,
  cfilter,
  getcfheaders,
  cfheaders,
  getcfcheckpt,
  cfcheckpt,
  unknown,
};

inline constexpr std::size_t message_kind_count = 39;

/// Any message of the protocol, as a value.
using message =
    std::variant<msg::version, msg::verack, msg::wtxidrelay, msg::sendaddrv2, msg::feature,
                 msg::sendtxrcncl, msg::sendheaders, msg::sendcmpct, msg::feefilter, msg::ping,
                 msg::pong, msg::reject, msg::alert, msg::getaddr, msg::addr, msg::addrv2, msg::inv,
                 msg::getdata, msg::notfound, msg::getblocks, msg::getheaders, msg::headers,
                 msg::mempool, msg::tx, msg::block, msg::merkleblock, msg::cmpctblock,
                 msg::getblocktxn, msg::blocktxn, msg::filterload, msg::filteradd, msg::filterclear,
                 msg::getcfilters, msg::cfilter, msg::getcfheaders, msg::cfheaders,
                 msg::getcfcheckpt, msg::cfcheckpt, msg::unknown_message>;

static_assert(std::variant_size_v<message> == message_kind_count);
static_assert(static_cast<std::size_t>(message_kind::unknown) == message_kind_count - 1);

/// A set of kinds, indexed by their number.
using message_set = std::bitset<message_kind_count>;

inline message_kind kind_of(const message& m) {
  return static_cast<message_kind>(m.index());
}

/// The kind that a command names on the wire; `unknown` if it names none.
message_kind kind_of(std::string_view command);

/// "version", "addrv2", ...: the command on the wire; "unknown" for `unknown`.
std::string_view name_of(message_kind kind);

/// The command that `m` is sent under: an unknown message's own.
std::string_view command_of(const message& m);

} // namespace seedwalk::net
