#include "actors/config_text.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "net/address_text.hpp"

namespace seedwalk::actors {

namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t longest_duration_ms = 3'652ull * 86'400'000;

struct duration_unit {
  std::string_view name;
  std::uint64_t ms;
};

/// The largest first, as printing tries them.
constexpr std::array<duration_unit, 5> duration_units = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

tl::unexpected<std::string> wrong(std::string text) {
  return tl::unexpected<std::string>(std::move(text));
}

/// Takes the digits that `text` begins with; false if there are none or they are too many.
bool take_digits(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{})
    return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
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

parsed<std::uint64_t> parse_number(std::string_view text, std::uint64_t max) {
  std::uint64_t number = 0;
  const bool hexadecimal = text.starts_with("0x");
  const auto digits = hexadecimal ? text.substr(2) : text;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc{} || end != digits.data() + digits.size() || number > max)
    return wrong(fmt::format("must be a whole number from 0 to {}", max));
  return number;
}

parsed<milliseconds> parse_duration(std::string_view text) {
  if (text == "0")
    return milliseconds{0};
  constexpr auto example = "must be a duration such as 250ms, 30s, 5m, 24h or 7d";
  if (text.empty())
    return wrong(example);
  std::uint64_t total = 0;
  while (!text.empty()) {
    std::uint64_t number = 0;
    if (!take_digits(text, number))
      return wrong(example);
    const auto letters = std::min(text.find_first_of("0123456789"), text.size());
    const auto unit =
        std::ranges::find(duration_units, text.substr(0, letters), &duration_unit::name);
    if (unit == duration_units.end())
      return wrong(example);
    if (number > longest_duration_ms / unit->ms)
      return wrong("is longer than ten years");
    total += number * unit->ms;
    if (total > longest_duration_ms)
      return wrong("is longer than ten years");
    text.remove_prefix(letters);
  }
  return milliseconds{static_cast<std::int64_t>(total)};
}

std::string print_duration(milliseconds d) {
  const auto ms = static_cast<std::uint64_t>(d.count());
  if (ms == 0)
    return "0s";
  const auto unit =
      std::ranges::find_if(duration_units, [ms](const duration_unit& u) { return ms % u.ms == 0; });
  return fmt::format("{}{}", ms / unit->ms, unit->name);
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
  if (net::parse_endpoint(bare).has_value())
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
  std::vector<address_rule> rules;
  for (std::size_t number = 1; !lines.empty(); ++number) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const auto line = trimmed(lines.substr(0, std::min(lines.find('#'), end)));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty())
      continue;
    const auto rule = parse_address_rule(line);
    if (!rule)
      return wrong(fmt::format("line {}: \"{}\" {}", number, line, rule.error()));
    rules.push_back(*rule);
  }
  return rules;
}

} // namespace seedwalk::actors
