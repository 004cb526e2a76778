#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "store/census_record.hpp"

namespace seedwalk::actors {

/// Tells "they are gone" from "we are cut off", network by network.
///
/// An endpoint that worked within a day seldom fails. When many of them fail in a row it is our own
/// connection, proxy or firewall: the network has an outage from the first of these failures on.
/// Dialling there pauses, but for a probe now and then; the first dial that anybody answers, even
/// by refusing it, ends the interval.
///
/// A value: moments come in, decisions go out. Threads: one at a time.
class outage_detector {
public:
  /// So many dials in a row to endpoints that were good lately must fail.
  static constexpr std::uint32_t failures_in_a_row = 50;
  static constexpr std::chrono::seconds good_within = std::chrono::hours{24};
  static constexpr std::chrono::seconds probe_every{30};

  /// A dial to `network` ended. `answered`: somebody was there, if only to refuse. `was_good`: the
  /// endpoint had succeeded within `good_within`. Returns the interval if this ended it.
  std::optional<store::outage_interval> dialled(net::network_id network, bool answered,
                                                bool was_good, const net::instant& now);

  bool in_outage(net::network_id network) const { return of(network).in_outage; }
  bool any() const;

  /// When the next probe of a network in an outage is due; nothing if none has one.
  std::optional<net::steady_time> next_probe() const;

  /// A network in an outage whose probe is due at `now`, if there is one; its next is due
  /// `probe_every` later.
  std::optional<net::network_id> take_probe(net::steady_time now);

  friend bool operator==(const outage_detector&, const outage_detector&) = default;
  SEEDWALK_INSPECT(outage_detector, networks_)

private:
  struct network_state {
    std::uint32_t failures = 0; ///< In a row, of endpoints that were good lately.
    net::steady_time since{0};
    bool in_outage = false;
    net::steady_time probe_at{0};
    friend bool operator==(const network_state&, const network_state&) = default;
    SEEDWALK_INSPECT(network_state, failures, since, in_outage, probe_at)
  };

  const network_state& of(net::network_id network) const {
    return networks_.at(static_cast<std::size_t>(network));
  }

  std::array<network_state, 8> networks_{}; ///< By net::network_id.
};

} // namespace seedwalk::actors
