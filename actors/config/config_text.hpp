#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "actors/config/crawl_config.hpp"
#include "actors/config/log_options.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/bytes.hpp"

namespace seedwalk::actors {

// Values of a configuration as text: what a flag, a variable of the environment or a string in a
// file says. Whatever `print_` writes, `parse_` of the same name reads back as the same value.
// An error is half a sentence, to stand behind the name of the option.

/// A value, or what is wrong with the text: "is not a duration (30s, 5m, 24h, 7d)".
template <class T>
using parsed = tl::expected<T, std::string>;

/// What is wrong with a text, as a `parsed` of anything.
inline tl::unexpected<std::string> wrong(std::string text) {
  return tl::unexpected<std::string>(std::move(text));
}

/// "true" or "false"; "yes", "no", "1" and "0" too.
parsed<bool> parse_boolean(std::string_view text);

/// A decimal number, or a hexadecimal one behind "0x", from `min` to `max`: digits alone, no sign,
/// no space, no exponent.
parsed<std::uint64_t> parse_number(std::string_view text, std::uint64_t max, std::uint64_t min = 0);

/// Seconds with up to nine digits behind a point, at most `longest`.
parsed<std::chrono::nanoseconds> parse_seconds(std::string_view text, std::chrono::seconds longest);

/// The items of a list that is written as one text: "A,B" or "A, B". An item may be empty; the
/// caller that reads it says what is wrong with that.
std::vector<std::string> split_list(std::string_view text);

/// What was probably meant by an unknown name of a chain, to stand behind an error:
/// `, did you mean "main"?` for "mainnet". Empty if it resembles none.
std::string chain_meant(std::string_view name);

/// Numbers with units, added up: "30s", "1h30m", "250ms"; units are ms, s, m, h, d. "0" is 0. At
/// most ten years: longer is a slip.
parsed<std::chrono::milliseconds> parse_duration(std::string_view text);

/// In the largest unit that loses nothing: "90s", "36h", "7d"; 24 hours are "1d".
std::string print_duration(std::chrono::milliseconds d);

/// The same with us and ns, for simulated time.
parsed<std::chrono::nanoseconds> parse_fine_duration(std::string_view text);
std::string print_fine_duration(std::chrono::nanoseconds d);

/// Bytes: a number, with K, M or G behind it for powers of 1024.
parsed<std::uint64_t> parse_size(std::string_view text);
std::string print_size(std::uint64_t bytes);

/// An endpoint, or a subnet: "10.0.0.1:8333", "[2001:db8::1]:8333", "10.0.0.0/8", "2001:db8::/32".
/// An address alone is the subnet of all its ports.
parsed<address_rule> parse_address_rule(std::string_view text);
std::string print_address_rule(const address_rule& rule);

/// Hexadecimal digits, two a byte.
parsed<net::bytes> parse_hex(std::string_view text);
std::string print_hex(net::byte_view data);

/// The rules of a text with one a line, empty lines and `#` comments aside. Lines end in LF or
/// CRLF, the last one in neither if it likes; a UTF-8 byte order mark at the beginning is passed
/// over. What is no text is an error, as every line is that is no rule: people who asked not to be
/// visited must not be lost with it. The error names the line.
parsed<std::vector<address_rule>> parse_address_rules(std::string_view lines);

} // namespace seedwalk::actors
