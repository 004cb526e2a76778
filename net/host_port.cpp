#include "net/host_port.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "net/host_name.hpp"

namespace seedwalk::net {

namespace {

/// "1.2.3.999" is a mistyped address, and no host: no top-level domain is a number.
bool ends_in_a_number(std::string_view name) {
  const auto last = name.substr(name.rfind('.') + 1);
  return std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::string to_string(const host_port& x) {
  return fmt::format("{}:{}", x.host, x.port);
}

tl::expected<host_port, parse_error> parse_host_port(std::string_view text,
                                                     std::uint16_t default_port) {
  const auto colon = text.find(':');
  const auto host = text.substr(0, colon);
  if (!is_resolvable_name(host) || ends_in_a_number(host))
    return tl::unexpected(parse_error{fmt::format("\"{}\" is no host name", text)});
  host_port out{std::string{host}, default_port};
  if (colon == std::string_view::npos) {
    if (default_port == 0)
      return tl::unexpected(parse_error{fmt::format("\"{}\" lacks a port", text)});
    return out;
  }
  const auto port = text.substr(colon + 1);
  const auto read = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (port.empty() || read.ec != std::errc{} || read.ptr != port.data() + port.size() ||
      out.port == 0)
    return tl::unexpected(
        parse_error{fmt::format("\"{}\" has no valid port: a number from 1 to 65535", text)});
  return out;
}

} // namespace seedwalk::net
