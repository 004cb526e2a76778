#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

namespace seedwalk::tools {

// Options that hold a value, for commands to declare. CLI11's own conversions wrap (-1 is 2^64-1),
// saturate, and take "nan", octal numbers and empty texts; so no command binds a variable of its
// own to an option that has a value. A value that is refused is a usage error that names the
// option, what was given, and what would do.

/// The numbers that an option takes, both included.
struct number_range {
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
};

namespace detail {
CLI::Option* add_number_option(CLI::App& app, const std::string& name, number_range range,
                               const std::string& help, std::optional<std::uint64_t> unless_given,
                               std::function<void(std::uint64_t)> take);
}

/// An option of one whole number: decimal digits, or hexadecimal ones behind "0x". No sign, no
/// space, no exponent. The help shows the range, and the value in `target` as the default.
template <std::integral T>
CLI::Option* add_number(CLI::App& app, const std::string& name, T& target, number_range range,
                        const std::string& help) {
  return detail::add_number_option(app, name, range, help, static_cast<std::uint64_t>(target),
                                   [&target](std::uint64_t x) { target = static_cast<T>(x); });
}

/// The same for a number that need not be given.
template <std::integral T>
CLI::Option* add_number(CLI::App& app, const std::string& name, std::optional<T>& target,
                        number_range range, const std::string& help) {
  return detail::add_number_option(app, name, range, help, std::nullopt,
                                   [&target](std::uint64_t x) { target = static_cast<T>(x); });
}

/// An option of seconds: digits, and up to nine more behind a point.
CLI::Option* add_seconds(CLI::App& app, const std::string& name, std::chrono::nanoseconds& target,
                         std::chrono::seconds longest, const std::string& help);

/// An option that names something: a file, a folder, a network, a host. An empty text names
/// nothing, and is what a shell makes of a variable that is not set: it is refused.
CLI::Option* add_name(CLI::App& app, const std::string& name, std::string& target,
                      const std::string& help);

} // namespace seedwalk::tools
