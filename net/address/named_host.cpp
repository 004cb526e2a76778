#include "net/address/named_host.hpp"

#include <algorithm>

#include "net/address/host_name.hpp"

namespace seedwalk::net {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

/// What the C library takes for a number in an address: 12, 0x0c.
bool is_number(std::string_view label) {
  if (label.starts_with("0x"))
    return std::ranges::all_of(label.substr(2), is_hex_digit);
  return !label.empty() && std::ranges::all_of(label, is_digit);
}

/// Why `name`, in lower case and without a final dot, is no host name; empty: it is one.
std::string_view problem_with(std::string_view name) {
  if (name.empty())
    return "names no host";
  if (name.size() > host_name_chars_max)
    return "is longer than the 253 characters of a host name";
  std::string_view label;
  for (auto rest = name;; rest.remove_prefix(label.size() + 1)) {
    label = rest.substr(0, rest.find('.'));
    if (label.empty())
      return "is neither an address nor a host name: a part between dots is empty";
    if (label.size() > host_label_chars_max)
      return "is neither an address nor a host name: a part between dots has more than 63 "
             "characters";
    if (!std::ranges::all_of(
            label, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-'; }))
      return "is neither an address nor a host name, which has only letters, digits, hyphens and "
             "dots";
    if (label.starts_with('-') || label.ends_with('-'))
      return "is neither an address nor a host name: a part between dots begins or ends with a "
             "hyphen";
    if (label.size() == rest.size())
      break;
  }
  if (is_number(label) || (label.size() != name.size() && is_digit(label.front())))
    return "is no address, nor a host name: the last part of one does not begin with a digit";
  // What is left of .onion and .i2p has not been read as an address.
  if (!is_resolvable_name(name))
    return "is no valid .onion or .i2p address, and such names are never asked of DNS";
  return {};
}

} // namespace

std::string to_string(const named_host& host) {
  return host.name + ':' + std::to_string(host.port);
}

tl::expected<endpoint_or_name, parse_error> parse_endpoint_or_name(std::string_view text,
                                                                   std::uint16_t default_port) {
  auto peer = parse_endpoint(text, default_port);
  if (peer)
    return endpoint_or_name{*peer};
  const auto colon = text.find(':');
  named_host host{std::string{text.substr(0, colon)}, default_port};
  std::ranges::transform(host.name, host.name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const bool only_an_address = text.find_first_of("[]") != std::string_view::npos ||
                               text.rfind(':') != colon || parse_endpoint(host.name, 1) ||
                               host.name.ends_with(".onion") || host.name.ends_with(".i2p");
  if (only_an_address)
    return tl::unexpected(peer.error());
  auto name = std::string_view{host.name};
  if (name.ends_with('.'))
    name.remove_suffix(1);
  if (const auto problem = problem_with(name); !problem.empty())
    return tl::unexpected(refusal(text, problem));
  if (colon != std::string_view::npos) {
    const auto port = parse_port(text.substr(colon + 1));
    if (!port)
      return tl::unexpected(refusal(text, port.error()));
    host.port = *port;
  }
  return endpoint_or_name{std::move(host)};
}

} // namespace seedwalk::net
