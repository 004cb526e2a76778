#include "actors/config/log_options.hpp"

#include <algorithm>
#include <array>

namespace seedwalk::actors {

namespace {

constexpr std::array<std::string_view, 5> level_names = {"trace", "debug", "info", "warning",
                                                         "error"};
constexpr std::array<std::string_view, 2> format_names = {"logfmt", "json"};

template <class Enum, std::size_t N>
std::optional<Enum> named(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto i = std::ranges::find(names, name);
  if (i == names.end())
    return std::nullopt;
  return static_cast<Enum>(i - names.begin());
}

} // namespace

std::string_view name_of(log_level level) {
  return level_names.at(static_cast<std::size_t>(level));
}

std::optional<log_level> log_level_named(std::string_view name) {
  return named<log_level>(level_names, name);
}

std::string_view name_of(log_format format) {
  return format_names.at(static_cast<std::size_t>(format));
}

std::optional<log_format> log_format_named(std::string_view name) {
  return named<log_format>(format_names, name);
}

} // namespace seedwalk::actors
