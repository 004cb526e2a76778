#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "sim/scenario/broken_promise.hpp"
#include "sim/scenario/explain/explainer.hpp"
#include "sim/scenario/explain/named_rise.hpp"
#include "sim/scenario/explain/neighbour.hpp"

namespace seedwalk::tools {

/// All that `sim explain` says of a failure.
struct explain_report {
  std::string again; ///< The command that makes the failing run.
  sim::broken_promise broken;
  std::uint64_t steps = 0;   ///< Of the failing run.
  std::uint64_t noticed = 0; ///< The step at which the curve ends.
  sim::explanation explained;
  std::optional<sim::named_rise> named;    ///< Where the chance rose.
  std::optional<sim::neighbour> neighbour; ///< Of a world that always fails.
  std::optional<sim::parting> parting;     ///< Where its run parts from that one's.
  std::string again_redrawn;               ///< One future behind the rise; may be empty.
};

/// One sentence: when it became inevitable, and through what.
std::string sentence_of(const explain_report& report);

/// The document of `--json`, which the page has, too; sim/scenario/explain/README.md has its keys.
nlohmann::json as_json(const explain_report& report);

/// The same for a person. `unicode`: the curve is drawn in blocks, else in digits.
void print(std::ostream& out, const explain_report& report, bool unicode);

/// The chance at `width` places from the first step to the last, a character each: blocks, or "0"
/// to "9". What was not judged has the chance of the moment before it.
std::string curve_text(const std::vector<sim::curve_point>& curve, std::size_t width, bool unicode);

} // namespace seedwalk::tools
