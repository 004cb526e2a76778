#include "actors/control/control_json.hpp"

#include <string>

#include <nlohmann/json.hpp>

#include "net/base/outcome.hpp"

namespace seedwalk::actors {

nlohmann::json to_json(const pool_snapshot& s) {
  nlohmann::json phases = nlohmann::json::object();
  for (std::size_t i = 0; i != s.by_phase.size(); ++i)
    phases[std::string{name_of(static_cast<pool_phase>(i))}] = s.by_phase[i];
  nlohmann::json directions = nlohmann::json::object();
  for (std::size_t i = 0; i != s.by_direction.size(); ++i)
    directions[std::string{net::name_of(static_cast<net::direction>(i))}] = s.by_direction[i];
  nlohmann::json outcomes = nlohmann::json::object();
  for (std::size_t i = 0; i != s.counters.outcomes.size(); ++i)
    if (s.counters.outcomes[i] > 0)
      outcomes[std::string{net::name_of(static_cast<net::outcome>(i))}] = s.counters.outcomes[i];
  nlohmann::json local = nlohmann::json::object();
  for (const auto& [reason, n] : s.counters.local_failures)
    local[std::string{net::name_of(reason)}] = n;
  return {{"type", "status"},
          {"tried", s.counters.tried},
          {"good", s.counters.good},
          {"failed", s.counters.failed},
          {"addresses", s.counters.addresses},
          {"peak_connections", s.counters.peak_connections},
          {"outcomes", std::move(outcomes)},
          {"local_failures", std::move(local)},
          {"connections", std::move(phases)},
          {"directions", std::move(directions)},
          {"outbound_slots", s.outbound_slots},
          {"inbound_slots", s.inbound_slots},
          {"held", s.held},
          {"waiting", s.waiting},
          {"reconnects", s.reconnects},
          {"bans", s.bans},
          {"bytes_in", s.bytes_in},
          {"bytes_out", s.bytes_out},
          {"messages_in", s.messages_in},
          {"memory_bytes", s.memory_bytes},
          {"visit_ms_mean", s.counters.tried > 0 ? s.visits_ms / s.counters.tried : 0},
          {"handshake_ms_mean", s.counters.good > 0 ? s.handshakes_ms / s.counters.good : 0},
          {"round_trip_us_mean", s.round_trips > 0 ? s.round_trips_us / s.round_trips : 0}};
}

nlohmann::json to_json(const net::endpoint& peer, const pool_entry& entry,
                       std::chrono::nanoseconds now) {
  return {{"type", "peer"},
          {"address", net::to_string(peer)},
          {"direction", std::string{net::name_of(entry.direction)}},
          {"state", std::string{name_of(entry.phase)}},
          {"hold", entry.hold},
          {"since", entry.started.count()},
          {"last_seen_s", static_cast<double>((now - entry.last_seen).count()) / 1e9},
          {"round_trip_us", entry.round_trip.count() / 1000},
          {"bytes_in", entry.bytes_in},
          {"bytes_out", entry.bytes_out},
          {"messages_in", entry.messages_in},
          {"user_agent", entry.user_agent}};
}

} // namespace seedwalk::actors
