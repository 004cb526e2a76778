#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <tl/expected.hpp>

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::tools {

/// The options of a simulated world that are about networks: on which nodes are, where the crawler
/// has a route to, and whether there is a proxy for onions.
class sim_network_flags {
public:
  void declare(CLI::App& app);

  /// Puts them into a scenario. The error is one line.
  tl::expected<void, std::string> apply(sim::crawl_scenario& s) const;

  /// The same options, for a command that does a run again; begins with a space unless empty.
  std::string again() const;

private:
  std::vector<std::string> networks_;
  std::vector<std::string> routes_;
  std::string proxy_;
};

} // namespace seedwalk::tools
