#include "actors/config/config_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "net/address/address_text.hpp"
#include "net/base/closest_name.hpp"
#include "net/base/stranger_text.hpp"
#include "net/bitcoin/chain_params.hpp"

namespace seedwalk::actors {

namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t longest_duration_s = 3'652ull * 86'400;

struct duration_unit {
  std::string_view name;
  std::uint64_t ns;
};

/// The largest first, as printing tries them.
constexpr std::array<duration_unit, 7> duration_units = {{{"d", 86'400'000'000'000},
                                                          {"h", 3'600'000'000'000},
                                                          {"m", 60'000'000'000},
                                                          {"s", 1'000'000'000},
                                                          {"ms", 1'000'000},
                                                          {"us", 1'000},
                                                          {"ns", 1}}};

/// Takes the digits that `text` begins with; false if there are none or they are too many.
bool take_digits(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{})
    return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

/// Numbers with units, added up; `example` is said of a text that is no such thing.
parsed<std::chrono::nanoseconds>
parse_units(std::string_view text, std::span<const duration_unit> units, const char* example) {
  if (text == "0")
    return std::chrono::nanoseconds{0};
  if (text.empty())
    return wrong(example);
  constexpr std::uint64_t longest = longest_duration_s * 1'000'000'000;
  std::uint64_t total = 0;
  while (!text.empty()) {
    std::uint64_t number = 0;
    if (!take_digits(text, number))
      return wrong(example);
    const auto letters = std::min(text.find_first_of("0123456789"), text.size());
    const auto unit = std::ranges::find(units, text.substr(0, letters), &duration_unit::name);
    if (unit == units.end())
      return wrong(example);
    if (number > longest / unit->ns)
      return wrong("is longer than ten years");
    total += number * unit->ns;
    if (total > longest)
      return wrong("is longer than ten years");
    text.remove_prefix(letters);
  }
  return std::chrono::nanoseconds{static_cast<std::int64_t>(total)};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// A port that no text can mean: an address without one parses as an endpoint with it.
constexpr std::uint16_t some_port = 1;

} // namespace

parsed<bool> parse_boolean(std::string_view text) {
  if (text == "true" || text == "yes" || text == "1")
    return true;
  if (text == "false" || text == "no" || text == "0")
    return false;
  return wrong("must be true or false");
}

parsed<std::uint64_t> parse_number(std::string_view text, std::uint64_t max, std::uint64_t min) {
  std::uint64_t number = 0;
  const bool hexadecimal = text.starts_with("0x");
  const auto digits = hexadecimal ? text.substr(2) : text;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc{} || end != digits.data() + digits.size() || number > max || number < min)
    return wrong(fmt::format("must be a whole number from {} to {}", min, max));
  return number;
}

parsed<std::chrono::nanoseconds> parse_seconds(std::string_view text,
                                               std::chrono::seconds longest) {
  const auto bad = [longest] {
    return wrong(
        fmt::format("must be a number of seconds from 0 to {}, such as 2 or 0.5", longest.count()));
  };
  constexpr std::size_t digits_of_nanoseconds = 9;
  const auto point = std::min(text.find('.'), text.size());
  const auto whole =
      parse_number(text.substr(0, point), static_cast<std::uint64_t>(longest.count()));
  auto fraction = std::string{text.substr(std::min(point + 1, text.size()))};
  const bool has_fraction = point != text.size();
  if (!whole || text.starts_with("0x") || fraction.size() > digits_of_nanoseconds ||
      has_fraction == fraction.empty())
    return bad();
  fraction.resize(digits_of_nanoseconds, '0');
  std::uint64_t behind = 0;
  const auto [end, error] =
      std::from_chars(fraction.data(), fraction.data() + fraction.size(), behind);
  const auto seconds = std::chrono::seconds{static_cast<std::int64_t>(*whole)};
  const auto total = seconds + std::chrono::nanoseconds{static_cast<std::int64_t>(behind)};
  if (error != std::errc{} || end != fraction.data() + fraction.size() || total > longest)
    return bad();
  return total;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  for (;;) {
    const auto comma = std::min(text.find(','), text.size());
    items.emplace_back(trimmed(text.substr(0, comma)));
    if (comma == text.size())
      return items;
    text.remove_prefix(comma + 1);
  }
}

std::string chain_meant(std::string_view name) {
  // What other programs and other times call them.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> other_names = {
      {{"mainnet", "main"},
       {"livenet", "main"},
       {"bitcoin", "main"},
       {"btc", "main"},
       {"testnet", "testnet3"},
       {"test", "testnet3"},
       {"regression", "regtest"},
       {"simnet", "regtest"},
       {"local", "regtest"}}};
  std::string lower{name.substr(0, std::min<std::size_t>(name.size(), 64))};
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const auto& [other, option] : other_names)
    if (lower == other)
      return fmt::format(", did you mean \"{}\"?", option);
  std::vector<std::string_view> names;
  for (const auto& chain : net::known_chains())
    names.push_back(chain.name);
  return net::did_you_mean(lower, names);
}

parsed<std::chrono::nanoseconds> parse_fine_duration(std::string_view text) {
  return parse_units(text, duration_units, "must be a duration such as 50us, 250ms, 30s, 5m or 7d");
}

std::string print_fine_duration(std::chrono::nanoseconds d) {
  const auto ns = static_cast<std::uint64_t>(d.count());
  if (ns == 0)
    return "0s";
  const auto unit =
      std::ranges::find_if(duration_units, [ns](const duration_unit& u) { return ns % u.ns == 0; });
  return fmt::format("{}{}", ns / unit->ns, unit->name);
}

parsed<milliseconds> parse_duration(std::string_view text) {
  constexpr auto milliseconds_and_up = std::span{duration_units}.first<5>();
  const auto time = parse_units(text, milliseconds_and_up,
                                "must be a duration such as 250ms, 30s, 5m, 24h or 7d");
  if (!time)
    return wrong(time.error());
  return std::chrono::duration_cast<milliseconds>(*time);
}

std::string print_duration(milliseconds d) {
  return print_fine_duration(d);
}

parsed<std::uint64_t> parse_size(std::string_view text) {
  constexpr auto example = "must be a size in bytes such as 65536, 64K, 10M or 1G";
  std::uint64_t number = 0;
  if (!take_digits(text, number))
    return wrong(example);
  constexpr std::string_view units = "KMG";
  unsigned shift = 0;
  if (!text.empty()) {
    const auto unit = units.find(text.front());
    if (text.size() != 1 || unit == std::string_view::npos)
      return wrong(example);
    shift = 10 * static_cast<unsigned>(unit + 1);
  }
  constexpr std::uint64_t largest = 1ull << 50;
  if (number > largest >> shift)
    return wrong("is larger than a million G");
  return number << shift;
}

std::string print_size(std::uint64_t bytes) {
  constexpr std::string_view units = "GMK";
  for (std::size_t i = 0; i != units.size(); ++i) {
    const auto unit = 1ull << (30 - 10 * i);
    if (bytes != 0 && bytes % unit == 0)
      return fmt::format("{}{}", bytes / unit, units[i]);
  }
  return fmt::format("{}", bytes);
}

parsed<address_rule> parse_address_rule(std::string_view text) {
  const auto slash = text.rfind('/');
  const auto bare = text.substr(0, slash);
  const auto peer = net::parse_endpoint(bare, some_port);
  if (!peer)
    return wrong("must be an endpoint, an address or a subnet such as 10.0.0.0/8: " +
                 peer.error().message);
  const auto whole = static_cast<std::uint16_t>(net::address_size(peer->network) * 8);
  if (slash == std::string_view::npos) {
    const bool has_port = net::parse_endpoint(bare).has_value();
    if (has_port)
      return *peer;
    return store::subnet_of(*peer, whole);
  }
  // An address of I2P is an endpoint, too.
  if (net::parse_endpoint(bare).has_value() &&
      (peer->network != net::network_id::i2p || bare.find(':') != std::string_view::npos))
    return wrong("must not have both a port and a prefix length");
  const auto bits = parse_number(text.substr(slash + 1), whole);
  if (!bits)
    return wrong("has a prefix length that " + bits.error());
  const auto subnet = store::subnet_of(*peer, static_cast<std::uint16_t>(*bits));
  if (subnet.address != peer->address)
    return wrong("has bits behind its prefix length: " + print_address_rule(subnet) +
                 " is probably meant");
  return subnet;
}

std::string print_address_rule(const address_rule& rule) {
  if (const auto* peer = std::get_if<net::endpoint>(&rule))
    return net::to_string(*peer);
  const auto& subnet = std::get<store::subnet>(rule);
  const net::endpoint base{subnet.network, subnet.address, some_port};
  auto text = net::to_string(base);
  // What stands around an address when a port follows it.
  text.resize(text.rfind(':'));
  if (text.starts_with('['))
    text = text.substr(1, text.size() - 2);
  return fmt::format("{}/{}", text, subnet.bits);
}

parsed<net::bytes> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0)
    return wrong("must have an even number of hexadecimal digits");
  net::bytes data;
  for (std::size_t i = 0; i != text.size(); i += 2) {
    std::uint8_t byte = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (error != std::errc{} || end != text.data() + i + 2)
      return wrong("must be hexadecimal digits");
    data.push_back(byte);
  }
  return data;
}

std::string print_hex(net::byte_view data) {
  return fmt::format("{:02x}", fmt::join(data, ""));
}

parsed<std::vector<address_rule>> parse_address_rules(std::string_view lines) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  // A line that is no rule is quoted as far as it tells what it is.
  constexpr std::size_t quoted_bytes = 60;
  if (lines.starts_with(byte_order_mark))
    lines.remove_prefix(byte_order_mark.size());
  std::vector<address_rule> rules;
  for (std::size_t number = 1; !lines.empty(); ++number) {
    const auto end = std::min(lines.find('\n'), lines.size());
    if (lines.substr(0, end).find('\0') != std::string_view::npos)
      return wrong(fmt::format("line {} holds a byte of zero: this is no file of text, or one in "
                               "UTF-16, which must be UTF-8",
                               number));
    const auto line = trimmed(lines.substr(0, std::min(lines.find('#'), end)));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty())
      continue;
    const auto rule = parse_address_rule(line);
    if (!rule)
      return wrong(fmt::format("line {}: \"{}\" {}", number, net::printable(line, quoted_bytes),
                               net::printable(rule.error())));
    rules.push_back(*rule);
  }
  return rules;
}

} // namespace seedwalk::actors
