#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/base/random.hpp"
#include "sim/scenario/crawl_scenario.hpp"

// Makes a scenario of another one: takes something out, puts something in, moves it, changes its
// numbers, mixes two of them. What is new in kind comes from scenarios that are drawn
// (../swarm.hpp): a family that is added there can be mixed in with the others.

namespace seedwalk::sim {

/// A scenario that others are made of.
struct ancestor {
  const crawl_scenario& scenario;
  std::uint64_t steps = 0; ///< Of actors, in its run: moments are drawn among them.
  std::span<const departure> departures = {}; ///< What its run did against fifo, from the first on.
};

/// A scenario that was made of another one.
struct mutation {
  crawl_scenario scenario;
  std::string story; ///< "faults of the other, an operation moved"
};

/// Changes `of` in one to eight places, some of which may come from `donor`. Equal arguments and an
/// equal state of `draw` make equal mutations.
///
/// The result is what its file says, is a valid file, and is fair (see `made_fair`). Nothing:
/// twenty attempts came to no such scenario that differs from `of`; then the caller draws another.
std::optional<mutation> mutate(const ancestor& of, const ancestor& donor, net::random_stream& draw);

/// The scenario within what any run can be held to: no expectations but that nothing is violated,
/// or only what disks take that lie, decay or refuse; two days of virtual time, all oracles, a
/// bounded number of everything, crawls that end by themselves or by time, and a disk that was full
/// has room again before a crawler's patience ends.
crawl_scenario made_fair(crawl_scenario s);

/// What the edits are called, in the order of their table.
std::vector<std::string_view> edit_names();

} // namespace seedwalk::sim
