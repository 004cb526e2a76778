#include "tools/wire_json.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "actors/config/config_text.hpp"
#include "net/address/address_text.hpp"
#include "tools/wire_fields.hpp"

namespace seedwalk::tools {

namespace {

using namespace detail;
using net::bytes;
using net::hash256;
using net::network_id;

// Writing -----------------------------------------------------------------------------------------

/// How many bytes of UTF-8 (RFC 3629) the sequence that `text` begins with has; 0 for none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto first = byte(0);
  if (first < 0x80)
    return 1;
  const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
  // Longer than need be, half of a surrogate pair, or beyond the last character.
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) >= 0xa0) ||
      (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) >= 0x90))
    return 0;
  return length;
}

std::string as_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0)
      out += "\xef\xbf\xbd";
    else
      out += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

/// The address alone, in its network's notation.
std::string address_text(const net::endpoint& peer) {
  const auto used = peer.address_bytes();
  switch (peer.network) {
  case network_id::ipv4:
    return net::ipv4_text(used.first<4>());
  case network_id::ipv6:
  case network_id::cjdns:
  case network_id::yggdrasil:
    return net::ipv6_text(used.first<16>());
  case network_id::torv3:
    return net::onion_text(used.first<32>());
  case network_id::i2p:
    return net::base32_text(used) + ".b32.i2p";
  default:
    return actors::print_hex(used);
  }
}

class json_writer {
public:
  explicit json_writer(wire_json& out) : out_(out) { out_ = wire_json::object(); }

  template <class T>
  void operator()(const char* name, const T& x) {
    out_[name] = json_of(x);
  }
  template <class T>
  void operator()(const char* name, const std::optional<T>& x) {
    if (x)
      out_[name] = json_of(*x);
  }
  void operator()(const char* name, const msg::skipped_entries& x) {
    if (x.total() != 0)
      out_[name] = json_of(x);
  }

  void ipv6(const char* name, const std::array<std::uint8_t, 16>& x) {
    out_[name] = net::ipv6_text(x);
  }
  void endpoint(const net::endpoint& x) {
    out_["network"] = net::name_of(x.network);
    out_["address"] = address_text(x);
    out_["port"] = x.port;
  }
  void witness(const char* name, const msg::tx_input& x) {
    if (x.witness.empty())
      return;
    auto& items = out_[name] = wire_json::array();
    for (const auto item : msg::witness_items(x))
      items.push_back(actors::print_hex(item));
  }

private:
  template <class T>
  static wire_json json_of(const T& x) {
    if constexpr (std::is_arithmetic_v<T>) {
      return x;
    } else {
      wire_json object;
      json_writer io{object};
      describe(io, x);
      return object;
    }
  }
  static wire_json json_of(const std::string& x) { return as_utf8(x); }
  static wire_json json_of(const bytes& x) { return actors::print_hex(x); }
  static wire_json json_of(hash256 x) {
    std::reverse(x.begin(), x.end());
    return actors::print_hex(x);
  }
  static wire_json json_of(const net::msg::addr_list& xs) {
    return json_of(std::vector<net::msg::addr_entry>(xs.begin(), xs.end()));
  }
  template <class T>
  static wire_json json_of(const std::vector<T>& xs) {
    auto list = wire_json::array();
    for (const auto& x : xs)
      list.push_back(json_of(x));
    return list;
  }

  wire_json& out_;
};

// Reading -----------------------------------------------------------------------------------------

/// Of a field that cannot be read; caught in `message_of`, where the path to it is known.
struct bad_field {
  std::string path; ///< "entries.3.port"; empty for the fields as a whole.
  std::string message;
};

template <std::size_t N>
void take_array(const wire_json& in, std::array<std::uint8_t, N>& x, const char* text) {
  const auto raw = in.is_string() ? actors::parse_hex(in.get_ref<const std::string&>())
                                  : actors::parsed<bytes>{tl::make_unexpected(std::string{})};
  if (!raw || raw->size() != N)
    throw bad_field{{}, fmt::format("must be {} in {} hexadecimal digits", text, 2 * N)};
  std::copy(raw->begin(), raw->end(), x.begin());
}

bool parse_address(network_id network, const std::string& text, net::endpoint& x) {
  const auto keep = [&](const auto& address) {
    if (address)
      std::copy(address->begin(), address->end(), x.address.begin());
    return address.has_value();
  };
  switch (network) {
  case network_id::ipv4:
    if (const auto address = net::parse_ipv4(text)) {
      x = net::ipv4_endpoint(*address, 0);
      return true;
    }
    return false;
  case network_id::ipv6:
  case network_id::cjdns:
  case network_id::yggdrasil:
    return keep(net::parse_ipv6(text));
  case network_id::torv3:
    return keep(net::parse_onion(text));
  case network_id::i2p:
    return keep(net::parse_b32_i2p(text));
  default: {
    const auto raw = actors::parse_hex(text);
    return raw && raw->size() == net::address_size(network) && keep(raw);
  }
  }
}

class json_reader {
public:
  explicit json_reader(const wire_json& in) : in_(in) {
    if (!in.is_object())
      throw bad_field{{}, "must be an object"};
  }

  template <class T>
  void operator()(const char* name, T& x) {
    within(name, [&] { take(member(name), x); });
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& x) {
    if (in_.contains(name))
      (*this)(name, x.emplace());
  }
  void operator()(const char* name, msg::skipped_entries& x) {
    if (in_.contains(name))
      within(name, [&] { take(member(name), x); });
  }

  void ipv6(const char* name, std::array<std::uint8_t, 16>& x) {
    std::string text;
    (*this)(name, text);
    const auto address = net::parse_ipv6(text);
    if (!address)
      throw bad_field{name, "is not an IPv6 address"};
    x = *address;
  }
  void endpoint(net::endpoint& x) {
    std::string network;
    std::string address;
    std::uint16_t port = 0;
    (*this)("network", network);
    (*this)("address", address);
    (*this)("port", port);
    for (auto id = 1; id <= static_cast<int>(network_id::yggdrasil); ++id)
      if (net::name_of(static_cast<network_id>(id)) == network)
        x.network = static_cast<network_id>(id);
    if (net::name_of(x.network) != network)
      throw bad_field{"network", "is none of BIP155"};
    if (!parse_address(x.network, address, x))
      throw bad_field{"address", "is none of " + network};
    x.port = port;
  }
  void witness(const char* name, msg::tx_input& x) {
    if (!in_.contains(name))
      return;
    std::vector<bytes> items;
    (*this)(name, items);
    x.witness = msg::witness_stack(items);
  }

  /// To be called at the end: refuses members that nobody asked for, a typing error most likely.
  void finish() const {
    if (in_.size() == taken_.size())
      return;
    for (const auto& item : in_.items())
      if (std::find(taken_.begin(), taken_.end(), item.key()) == taken_.end())
        throw bad_field{as_utf8(item.key()), "is no field of it"};
  }

private:
  const wire_json& member(const char* name) {
    const auto found = in_.find(name);
    if (found == in_.end())
      throw bad_field{{}, "is missing"};
    taken_.emplace_back(name);
    return *found;
  }

  template <class Do>
  static void within(const std::string& name, Do&& act) {
    try {
      act();
    } catch (const bad_field& e) {
      throw bad_field{e.path.empty() ? name : name + "." + e.path, e.message};
    }
  }

  template <class T>
  static void take(const wire_json& in, T& x) {
    if constexpr (std::is_arithmetic_v<T>) {
      using limits = std::numeric_limits<T>;
      const bool fits =
          in.is_number_unsigned() ? in.get<std::uint64_t>() <= std::uint64_t{limits::max()}
          : in.is_number_integer()
              ? std::is_signed_v<T> && in.get<std::int64_t>() >= std::int64_t(limits::min())
              : false;
      if (!fits)
        throw bad_field{
            {}, fmt::format("must be a whole number from {} to {}", limits::min(), limits::max())};
      x = in.get<T>();
    } else {
      json_reader io{in};
      describe(io, x);
      io.finish();
    }
  }
  static void take(const wire_json& in, bool& x) {
    if (!in.is_boolean())
      throw bad_field{{}, "must be true or false"};
    x = in.get<bool>();
  }
  static void take(const wire_json& in, std::string& x) {
    if (!in.is_string())
      throw bad_field{{}, "must be a text"};
    x = in.get<std::string>();
  }
  static void take(const wire_json& in, bytes& x) {
    auto raw = in.is_string() ? actors::parse_hex(in.get_ref<const std::string&>())
                              : actors::parsed<bytes>{tl::make_unexpected(std::string{})};
    if (!raw)
      throw bad_field{{}, "must be bytes in hexadecimal digits"};
    x = std::move(*raw);
  }
  static void take(const wire_json& in, hash256& x) {
    take_array(in, x, "a hash");
    std::reverse(x.begin(), x.end());
  }
  static void take(const wire_json& in, net::msg::addr_list& xs) {
    std::vector<net::msg::addr_entry> entries;
    take(in, entries);
    xs = net::msg::addr_list(entries.begin(), entries.end());
  }
  template <class T>
  static void take(const wire_json& in, std::vector<T>& xs) {
    if (!in.is_array())
      throw bad_field{{}, "must be a list"};
    xs.reserve(in.size());
    for (std::size_t i = 0; i != in.size(); ++i)
      within(std::to_string(i), [&] { take(in[i], xs.emplace_back()); });
  }

  const wire_json& in_;
  std::vector<std::string_view> taken_;
};

/// The message of that kind with nothing in it yet.
template <std::size_t... I>
net::message empty_message(net::message_kind kind, std::index_sequence<I...>) {
  net::message result;
  ((static_cast<std::size_t>(kind) == I ? void(result.emplace<I>()) : void()), ...);
  return result;
}

} // namespace

wire_json fields_of(const net::message& m) {
  wire_json out;
  json_writer io{out};
  std::visit([&](const auto& x) { describe(io, x); }, m);
  return out;
}

tl::expected<net::message, std::string> message_of(std::string_view command,
                                                   const wire_json& fields) {
  auto result =
      empty_message(net::kind_of(command), std::make_index_sequence<net::message_kind_count>{});
  try {
    json_reader io{fields};
    std::visit([&](auto& x) { describe(io, x); }, result);
    io.finish();
  } catch (const bad_field& e) {
    return tl::make_unexpected(
        fmt::format("{} {}", e.path.empty() ? "fields" : "fields." + e.path, e.message));
  }
  if (auto unknown = std::get_if<msg::unknown_message>(&result))
    unknown->command = command;
  return result;
}

} // namespace seedwalk::tools
