#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/random.hpp"
#include "sim/network/fault_rules.hpp"

namespace seedwalk::sim {

/// What drawn faults may do.
enum class fault_range : std::uint8_t {
  everything,
  /// But for changed bytes, which TCP's checksum mostly keeps from programs: for those that have no
  /// check of their own.
  intact_bytes,
};

/// A fault of a drawn kind that begins within three seconds and lasts for twenty at most. It hits a
/// third of the dials and connections to one of `victims`, or to anybody. `nth` names it.
/// Precondition: there are victims.
fault_rule draw_fault(net::random_stream& draw, std::uint32_t nth,
                      std::span<const net::endpoint> victims,
                      fault_range range = fault_range::everything);

} // namespace seedwalk::sim
