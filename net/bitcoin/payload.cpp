#include "net/bitcoin/payload.hpp"

#include <utility>

#include "net/bitcoin/addr_payload.hpp"
#include "net/bitcoin/block_fields.hpp"
#include "net/bitcoin/handshake_fields.hpp"
#include "net/bitcoin/inventory_fields.hpp"

namespace seedwalk::net {

namespace {

using namespace detail;

template <class T>
void read(wire_reader& in, T& x, std::int32_t version) {
  if constexpr (std::is_same_v<T, msg::addr>) {
    read_addr(in, x, version >= addr_time_version);
  } else if constexpr (std::is_same_v<T, msg::addrv2>) {
    read_addrv2(in, x);
  } else if constexpr (!std::is_empty_v<T>) {
    field_reader io{in};
    fields(io, x);
  }
}

template <class T>
void append(bytes& out, const T& x) {
  if constexpr (std::is_same_v<T, msg::addr>) {
    append_addr(out, x);
  } else if constexpr (std::is_same_v<T, msg::addrv2>) {
    append_addrv2(out, x);
  } else if constexpr (std::is_same_v<T, msg::unknown_message>) {
    out.insert(out.end(), x.payload.begin(), x.payload.end());
  } else if constexpr (!std::is_empty_v<T>) {
    wire_writer writer{out};
    field_writer io{writer};
    fields(io, x);
  }
}

template <class T>
tl::expected<decoded_payload, payload_error> decode_as(byte_view payload, std::int32_t version) {
  wire_reader in{payload};
  decoded_payload result{message{std::in_place_type<T>}};
  read(in, std::get<T>(result.value), version);
  if (!in.ok())
    return tl::unexpected(payload_error{in.error(), in.error_offset()});
  if (std::is_same_v<T, msg::feature> && in.left() != 0)
    return tl::unexpected(payload_error{wire_error::feature_trailing_bytes, in.offset()});
  result.trailing_bytes = in.left();
  return result;
}

using decode_function = tl::expected<decoded_payload, payload_error> (*)(byte_view, std::int32_t);

/// One function a kind, in the order of `message`.
template <std::size_t... I>
constexpr std::array<decode_function, sizeof...(I)> decode_table(std::index_sequence<I...>) {
  return {decode_as<std::variant_alternative_t<I, message>>...};
}

} // namespace

tl::expected<decoded_payload, payload_error>
decode_payload(std::string_view command, byte_view payload, std::int32_t version) {
  static constexpr auto functions =
      decode_table(std::make_index_sequence<message_kind_count - 1>{});
  const auto kind = kind_of(command);
  if (kind != message_kind::unknown)
    return functions[static_cast<std::size_t>(kind)](payload, version);
  return decoded_payload{
      msg::unknown_message{std::string{command}, bytes(payload.begin(), payload.end())}};
}

std::optional<payload_error> judge_lead(message_kind kind, byte_view lead,
                                        std::size_t payload_bytes) {
  wire_reader in{lead};
  const auto count = in.size();
  if (!in.ok())
    return std::nullopt;
  switch (kind) {
  case message_kind::inv:
  case message_kind::getdata:
  case message_kind::notfound:
    if (count > items_max && count <= (payload_bytes - in.offset()) / item_bytes)
      return payload_error{wire_error::too_many_items, 0};
    return std::nullopt;
  case message_kind::headers:
    if (count > headers_max)
      return payload_error{wire_error::too_many_headers, 0};
    return std::nullopt;
  default:
    return std::nullopt;
  }
}

void append_payload(bytes& out, const message& m) {
  std::visit([&](const auto& x) { append(out, x); }, m);
}

} // namespace seedwalk::net
