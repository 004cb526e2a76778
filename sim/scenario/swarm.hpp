#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::sim {

/// A whole scenario, drawn from a seed: what goes wrong, who is out there, how many crawlers there
/// are and how they are configured, what is done to them, and who goes next.
///
/// Swarm testing: each family of these is in or out by a coin, since a run with a little of
/// everything never meets what only much of one thing brings about. A family draws from a stream
/// that is keyed by its name, so that one more family leaves the draws of the others as they are.
///
/// It is a valid file, and promises what any such run keeps: that nothing is violated, that it
/// ends, and as much of the truth as what was drawn leaves to be found.
///
/// Families of `without` are out, whatever their coin says; the others are drawn as they would be.
crawl_scenario draw_swarm(std::uint64_t seed, const std::vector<std::string>& without = {});

/// The names of the families that are in, in the order in which they are drawn.
std::vector<std::string_view> swarm_families_of(std::uint64_t seed,
                                                const std::vector<std::string>& without = {});

/// All of them.
std::vector<std::string_view> swarm_families();

/// Names of families, with commas between. The error is one line.
tl::expected<std::vector<std::string>, std::string> parse_families(std::string_view text);

/// What a run may say of a drive that lies or decays (`expect.violations_allowed`): what is lost is
/// named, and is no failure of the program.
inline constexpr std::array<std::string_view, 7> said_of_losses = {
    "that were acknowledged are lost or older", "could not be started again",
    "the database cannot be read", "the database is damaged", "there are no records",
    // A batch that is lost and another behind it that is not.
    "in the due index", "counters say"};

/// What a run may say of a drive that refuses calls: a database may not open at once. The reason
/// begins with its path.
inline constexpr std::array<std::string_view, 2> said_of_refusals = {"could not be started again",
                                                                     "/db: "};

} // namespace seedwalk::sim
