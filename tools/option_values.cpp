#include "tools/option_values.hpp"

#include <utility>

#include <fmt/format.h>

#include "actors/config/config_text.hpp"

namespace seedwalk::tools {

namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& text,
                         const std::string& reason) {
  throw CLI::ValidationError(fmt::format("{} {}", name, text), reason);
}

std::string range_text(number_range range) {
  if (range.max == std::numeric_limits<std::uint64_t>::max())
    return range.min == 0 ? "N" : fmt::format("N from {}", range.min);
  return fmt::format("N from {} to {}", range.min, range.max);
}

/// "--seed" of "-s,--seed", as messages name it.
std::string long_name(const std::string& names) {
  return names.substr(names.rfind(',') + 1);
}

} // namespace

CLI::Option* detail::add_number_option(CLI::App& app, const std::string& name, number_range range,
                                       const std::string& help,
                                       std::optional<std::uint64_t> unless_given,
                                       std::function<void(std::uint64_t)> take) {
  auto* option = app.add_option_function<std::string>(
      name,
      [name = long_name(name), range, take = std::move(take)](const std::string& text) {
        const auto number = actors::parse_number(text, range.max, range.min);
        if (!number)
          refuse(name, text, number.error());
        take(*number);
      },
      help);
  option->type_name(range_text(range));
  if (unless_given)
    option->default_str(fmt::format("{}", *unless_given));
  return option;
}

CLI::Option* add_seconds(CLI::App& app, const std::string& name, std::chrono::nanoseconds& target,
                         std::chrono::seconds longest, const std::string& help) {
  auto* option = app.add_option_function<std::string>(
      name,
      [name = long_name(name), longest, &target](const std::string& text) {
        const auto seconds = actors::parse_seconds(text, longest);
        if (!seconds)
          refuse(name, text, seconds.error());
        target = *seconds;
      },
      help);
  option->type_name("SECONDS");
  option->default_str(fmt::format("{}", std::chrono::duration<double>(target).count()));
  return option;
}

CLI::Option* add_name(CLI::App& app, const std::string& name, std::string& target,
                      const std::string& help) {
  auto* option = app.add_option_function<std::string>(
      name,
      [name = long_name(name), &target](const std::string& text) {
        if (text.empty())
          refuse(name, "''", "is empty: it must name something");
        target = text;
      },
      help);
  if (!target.empty())
    option->default_str(target);
  return option;
}

} // namespace seedwalk::tools
