#include "net/base/probe.hpp"

#include <algorithm>

namespace seedwalk::net {

namespace {

constexpr std::array<std::string_view, probe_count> all_names = {
    "writing_stalls",
    "inbound_over_capacity",
    "inbound_turned_away",
    "duplicate_connection",
    "agent_banned",
    "peer_banned",
    "banned_put_off",
    "excluded_forgotten",
    "spare_dialled",
    "peer_reconnected",
    "reconnects_used_up",
    "dial_given_back",
    "brake_lifted",
    "outage_began",
    "outage_probed",
    "outage_ended",
    "nobody_reached",
    "clock_set_back",
    "clock_set_forward",
    "clock_doubted",
    "clock_believed_again",
    "times_mended",
    "clock_set_during_visit",
    "census_resumed",
    "seeds_asked_again",
    "seeds_in_vain",
    "name_given_up",
    "route_found",
    "reload_refused",
    "reload_applied",
    "stopped_late",
    "batch_cut",
    "write_retried",
    "write_recovered",
    "write_given_up",
    "announcement_crowded_out",
    "database_full",
    "endpoint_evicted",
    "maybe_full",
    "dormant_woken",
    "endpoint_forgotten",
    "met_ourselves",
    "framing_lost",
    "oversize_announced",
    "message_refused",
    "version_refused",
    "message_stalled",
    "ping_unanswered",
    "lost_with_all",
    "spoke_out_of_turn",
};

} // namespace

namespace inside {
constinit thread_local probe_counts* probes = nullptr;
} // namespace inside

std::span<const std::string_view> probe_names() {
  return all_names;
}

std::optional<probe> probe_named(std::string_view name) {
  const auto found = std::ranges::find(all_names, name);
  if (found == all_names.end())
    return std::nullopt;
  return static_cast<probe>(found - all_names.begin());
}

std::map<std::string, std::uint64_t> probe_counts::by_name() const {
  std::map<std::string, std::uint64_t> named;
  for (std::size_t i = 0; i != of.size(); ++i)
    if (of[i] != 0)
      named.emplace(all_names[i], of[i]);
  return named;
}

} // namespace seedwalk::net
