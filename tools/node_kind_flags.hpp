#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <tl/expected.hpp>

#include "sim/nodes/topology.hpp"

namespace seedwalk::tools {

/// `--kind NAME=PARTS`, for commands that make a network of nodes.
class node_kind_flags {
public:
  using shares = std::vector<std::pair<sim::node_kind, std::uint32_t>>;

  void declare(CLI::App& app);

  /// What was asked for; `unless_given` if nothing was. The error is one line.
  tl::expected<shares, std::string> read(const shares& unless_given) const;

  /// The arguments as they were given, for a command that repeats this one.
  const std::vector<std::string>& given() const { return texts_; }

private:
  std::vector<std::string> texts_;
};

/// Kinds that make most endings of a visit happen, with the honest in the majority. On loopback
/// every address answers or refuses; a simulated world has addresses that do not answer at all,
/// too.
node_kind_flags::shares mixed_kinds(bool simulated);

} // namespace seedwalk::tools
