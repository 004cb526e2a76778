#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/runtime/draws.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/error.hpp"
#include "net/base/instant.hpp"
#include "sim/network/latency.hpp"

namespace seedwalk::sim {

/// The endpoints whose addresses begin with the same bits, on one port or on any.
struct endpoint_set {
  std::optional<net::network_id> network; ///< Nothing: everybody.
  std::array<std::uint8_t, 32> prefix{};
  std::uint32_t prefix_bits = 0;
  std::uint16_t port = 0; ///< 0: any.

  bool contains(const net::endpoint& peer) const;

  static endpoint_set everybody() { return {}; }
  static endpoint_set only(const net::endpoint& peer);
  /// All ports of the addresses that share the first `bits` bits of `peer`'s.
  static endpoint_set subnet(const net::endpoint& peer, std::uint32_t bits);
  friend bool operator==(const endpoint_set&, const endpoint_set&) = default;
};

/// What may go wrong with a connection. `from` and `to` are those of the rule.
namespace fault {

/// Nothing: what matches is exempt from the rules that follow.
struct pass {
  friend bool operator==(const pass&, const pass&) = default;
};

/// A dial is answered with `reason`: at once if that is our own doing (no ports, no descriptors),
/// else after the time that an answer takes.
struct fail_dial {
  net::error reason = net::error::refused;
  friend bool operator==(const fail_dial&, const fail_dial&) = default;
};

/// Packets vanish. With the rule for one direction only this is a one-way partition. A dial is not
/// answered. What is sent on an open connection arrives when the rule's window has ended, as TCP
/// sends again what was lost; if it never ends, the sender gives up after
/// `transport_options::give_up`.
struct drop {
  friend bool operator==(const drop&, const drop&) = default;
};

/// A dial succeeds, and behind it is nobody: what is sent is never read, nothing ever comes.
struct silence {
  friend bool operator==(const silence&, const silence&) = default;
};

/// What is sent takes longer.
struct delay {
  latency extra;
  friend bool operator==(const delay&, const delay&) = default;
};

/// At most `segment_bytes` arrive every `interval`: a slow drip.
struct drip {
  std::uint32_t segment_bytes = 1;
  std::chrono::nanoseconds interval{std::chrono::seconds{1}};
  friend bool operator==(const drip&, const drip&) = default;
};

/// Both sides get a reset once `after_bytes` bytes of this direction are on their way.
struct reset {
  std::uint64_t after_bytes = 0;
  friend bool operator==(const reset&, const reset&) = default;
};

/// Both sides get a reset this long after the dial.
struct reset_after {
  std::chrono::nanoseconds age{0};
  friend bool operator==(const reset_after&, const reset_after&) = default;
};

/// This direction ends in order after so many bytes; what the sender sends more is lost.
struct truncate {
  std::uint64_t after_bytes = 0;
  friend bool operator==(const truncate&, const truncate&) = default;
};

/// The byte at this offset of this direction arrives changed.
struct corrupt {
  std::uint64_t offset = 0;
  std::uint8_t mask = 0x01; ///< Bits to flip.
  friend bool operator==(const corrupt&, const corrupt&) = default;
};

} // namespace fault

using fault_action =
    std::variant<fault::pass, fault::fail_dial, fault::drop, fault::silence, fault::delay,
                 fault::drip, fault::reset, fault::reset_after, fault::truncate, fault::corrupt>;

/// One line of a world's misfortunes: when, on which connections, how often, what.
struct fault_rule {
  std::string name; ///< Also the key of its draws: keep it when other rules come or go.
  net::steady_time since{0};
  net::steady_time until = net::steady_time::max();
  /// Who sends. A rule about dials looks at the dialler here.
  endpoint_set from = endpoint_set::everybody();
  endpoint_set to = endpoint_set::everybody();
  bool both_directions = false; ///< The other direction too.
  /// Drawn once for each connection: it is hit `hit` times in `of`, and then whole.
  std::uint32_t hit = 1;
  std::uint32_t of = 1;
  fault_action action;
  friend bool operator==(const fault_rule&, const fault_rule&) = default;
};

/// What a question about faults is about: one direction of one connection.
struct fault_subject {
  net::endpoint from;
  net::endpoint to;
  std::uint64_t connection_key = 0; ///< Of (dialler, dialled, nth connection).
  bool is_unix = false;             ///< No wire carries it: no rule matches.
};

/// The rules of a world, in order: the first that matches and can say something decides.
class fault_rules {
public:
  fault_rules() = default;
  /// `draw` outlives the rules.
  fault_rules(const draws& draw, std::vector<fault_rule> rules);

  bool empty() const { return rules_.empty(); }

  /// What becomes of a dial at `now`: fail_dial, silence, or null. (Packets that vanish are
  /// `on_packet`'s.)
  const fault_rule* on_dial(const fault_subject& subject, net::steady_time now) const;

  /// What a connection carries from its beginning: reset_after, or null.
  const fault_rule* on_open(const fault_subject& subject, net::steady_time now) const;

  /// Whether a packet sent now is lost: drop, or null.
  const fault_rule* on_packet(const fault_subject& subject, net::steady_time now) const;

  /// What becomes of the bytes [begin, end) of a direction, sent now: delay, drip, reset, truncate,
  /// corrupt, or null. A rule about a place in the stream decides only what reaches that place.
  const fault_rule* on_bytes(const fault_subject& subject, net::steady_time now,
                             std::uint64_t begin, std::uint64_t end) const;

private:
  template <class Speaks>
  const fault_rule* first(const fault_subject& subject, net::steady_time now,
                          Speaks&& speaks) const;
  bool matches(const fault_rule& rule, const fault_subject& subject, net::steady_time now) const;

  const draws* draw_ = nullptr;
  std::vector<fault_rule> rules_;
};

} // namespace seedwalk::sim
