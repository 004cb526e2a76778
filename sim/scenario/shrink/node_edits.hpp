#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/scenario/crawl_scenario.hpp"
#include "sim/scenario/shrink/reduction.hpp"

// Fewer nodes. What is said of nodes that go, goes with them.

namespace seedwalk::sim {

/// The numbers of those that are there.
std::vector<std::uint32_t> nodes_left(const crawl_scenario& s);

/// As if there never had been more than so many: tables are drawn anew. For `with_simpler`.
scenario_choices fewer_nodes();

/// Single nodes, but seeds, for `without_parts`: the others keep their names, tables and draws.
scenario_parts single_nodes();

/// The same world with only the nodes that are left, each written out with its address, kind and
/// table: what was drawn is said. Nothing where none was taken out.
std::optional<crawl_scenario> written_out(const crawl_scenario& s);

} // namespace seedwalk::sim
