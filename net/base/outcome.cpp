#include "net/base/outcome.hpp"

#include <algorithm>
#include <array>

namespace seedwalk::net {

namespace {

constexpr std::array<std::string_view, outcome_count> outcome_names = {
    "complete",
    "refused",
    "unreachable",
    "connect_timeout",
    "reset",
    "closed_before_version",
    "closed_before_verack",
    "closed_after_handshake",
    "handshake_timeout",
    "message_timeout",
    "ping_timeout",
    "wrong_magic",
    "oversize",
    "malformed",
    "misbehaved",
    "obsolete",
    "self",
    "banned",
    "services_missing",
    "no_addresses",
    "local_failure",
    "cancelled",
    "internal_error",
    "duplicate",
};
constexpr std::array<std::string_view, 5> stage_names = {"dialling", "connected", "version",
                                                         "verack", "addresses"};
constexpr std::array<std::string_view, 5> answer_names = {"not_asked", "none", "complete",
                                                          "partial", "malformed"};
constexpr std::array<std::string_view, collection_end_count> end_names = {
    "unknown", "pong", "quiet", "no_answer", "hard_end", "cut_off"};

template <std::size_t N, class Enum>
std::string_view lookup(const std::array<std::string_view, N>& names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : "unknown";
}

} // namespace

std::string_view name_of(outcome o) {
  return lookup(outcome_names, o);
}
std::string_view name_of(stage s) {
  return lookup(stage_names, s);
}
std::string_view name_of(addr_answer a) {
  return lookup(answer_names, a);
}
std::string_view name_of(collection_end e) {
  return lookup(end_names, e);
}

std::optional<outcome> outcome_named(std::string_view name) {
  const auto i = std::find(outcome_names.begin(), outcome_names.end(), name);
  if (i == outcome_names.end())
    return std::nullopt;
  return static_cast<outcome>(i - outcome_names.begin());
}

} // namespace seedwalk::net
