#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/instant.hpp"

namespace seedwalk::sim {

/// A promise that a run did not keep.
struct broken_promise {
  /// Who found it: "referee", "actor", "pool", "expect.good" ...
  std::string oracle = {};
  /// Which rule, outcome or kind of actor. No seed, time, address or number of peers is in it, nor
  /// in `oracle`: what is equal in both is taken for one bug.
  std::string place = {};
  std::string text = {};                 ///< What is promised, and what was found: for a person.
  std::vector<net::endpoint> peers = {}; ///< That it is about.
  std::string actor = {};                ///< Whose step it was, or is about; empty if nobody's.
  std::uint64_t step = 0;                ///< Of the world, when it was noticed.
  net::steady_time when{0};              ///< The same; 0: the step alone says it.

  /// Whether both are taken for one bug.
  bool is_like(const broken_promise& other) const {
    return oracle == other.oracle && place == other.place;
  }

  friend bool operator==(const broken_promise&, const broken_promise&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const broken_promise& promise) {
  return out << promise.oracle << " (" << promise.place << "): " << promise.text;
}

} // namespace seedwalk::sim
