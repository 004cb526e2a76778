#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace seedwalk::net {

/// A rare place in actors, sessions or the store: a branch that few runs take, and that a search of
/// many seeds is worth little without. Each has a scenario file that reaches it.
enum class probe : std::uint8_t {
  // the connection manager
  writing_stalls,         ///< Dialling pauses, for nothing can be written.
  inbound_over_capacity,  ///< Somebody is told politely that there is no room.
  inbound_turned_away,    ///< Somebody is not even told that.
  duplicate_connection,   ///< Two connections with one peer: one of them goes.
  agent_banned,           ///< By what it calls itself, in its version.
  peer_banned,            ///< For misbehaviour.
  banned_put_off,         ///< Due, and banned.
  excluded_forgotten,     ///< Due, and never to be dialled.
  spare_dialled,          ///< In the place of a peer to hold that was lost.
  peer_reconnected,       ///< A peer to hold is dialled again.
  reconnects_used_up,     ///< It was lost too often.
  dial_given_back,        ///< It never began: this machine had nothing to dial with.
  brake_lifted,           ///< After such a shortage all slots are used again.
  outage_began,           ///< Those who were good are away all at once.
  outage_probed,          ///< One of them is tried.
  outage_ended,           ///< And answers.
  nobody_reached,         ///< Every dial fails by this machine's own doing.
  clock_set_back,         ///< The wall clock, by an operator.
  clock_set_forward,      ///< The same.
  clock_doubted,          ///< Peers say that our clock is wrong.
  clock_believed_again,   ///< And that it is right.
  times_mended,           ///< Records had times that had not come yet.
  clock_set_during_visit, ///< When it began is counted back from its end.
  // the crawler
  census_resumed,    ///< An open census is gone on with.
  seeds_asked_again, ///< No DNS seed gave an address.
  seeds_in_vain,     ///< Nor did they ever.
  name_given_up,     ///< A name to start at leads nowhere.
  route_found,       ///< This machine got a route while it crawled.
  reload_refused,    ///< A file that says something impossible.
  reload_applied,    ///< Another configuration holds.
  stopped_late,      ///< Visits did not end in time, and are dropped.
  // the DB writer
  batch_cut,       ///< More waits than goes into one batch.
  write_retried,   ///< A batch that failed is written again.
  write_recovered, ///< All that failed is written.
  write_given_up,  ///< Nothing more will be.
  // the store
  announcement_crowded_out, ///< One address has too many endpoints already.
  database_full,            ///< A new endpoint has no place.
  endpoint_evicted,         ///< Another one makes room for it.
  maybe_full,               ///< It hung up before its version: tried again soon.
  dormant_woken,            ///< A new source tells of one that was given up.
  endpoint_forgotten,       ///< Nobody tells of it, and it does not answer.
  // sessions
  met_ourselves,      ///< The peer that we dialled is this crawler.
  framing_lost,       ///< Bytes that are no message.
  oversize_announced, ///< A message longer than any may be.
  message_refused,    ///< One that breaks its form, or the rules.
  version_refused,    ///< Too old, unwelcome or without what is required.
  message_stalled,    ///< It began, and did not come to its end.
  ping_unanswered,    ///< A probe, or a connection that stays, fell silent.
  lost_with_all,      ///< It left when all that was asked for was in: complete.
  spoke_out_of_turn,  ///< Negotiation after the handshake.
};

inline constexpr std::size_t probe_count = static_cast<std::size_t>(probe::spoke_out_of_turn) + 1;

/// All names, by their number: "writing_stalls".
std::span<const std::string_view> probe_names();
inline std::string_view name_of(probe p) {
  return probe_names()[static_cast<std::size_t>(p)];
}
std::optional<probe> probe_named(std::string_view name);

/// How often each was reached.
struct probe_counts {
  std::array<std::uint64_t, probe_count> of{};

  std::uint64_t operator[](probe p) const { return of[static_cast<std::size_t>(p)]; }
  /// Those that were reached.
  std::map<std::string, std::uint64_t> by_name() const;
  friend bool operator==(const probe_counts&, const probe_counts&) = default;
};

namespace inside {
/// Written by `listening_to_probes` alone. Nobody decides anything by it: nothing that runs can see
/// whether somebody counts, or what was counted.
extern constinit thread_local probe_counts* probes;
} // namespace inside

/// While it lives, what this thread reaches is counted. The innermost of several counts.
class listening_to_probes {
public:
  /// `into` outlives it.
  explicit listening_to_probes(probe_counts& into) : before_(inside::probes) {
    inside::probes = &into;
  }
  ~listening_to_probes() { inside::probes = before_; }
  listening_to_probes(const listening_to_probes&) = delete;
  listening_to_probes& operator=(const listening_to_probes&) = delete;

private:
  probe_counts* before_;
};

/// This place was reached. Where nobody counts it costs a load and a branch.
inline void reached(probe p) {
  if (inside::probes != nullptr)
    ++inside::probes->of[static_cast<std::size_t>(p)];
}

} // namespace seedwalk::net
