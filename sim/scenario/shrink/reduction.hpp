#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::sim {

/// One pass over a scenario that makes it smaller, as a conversation: it proposes a candidate, and
/// is told whether that fails still. A value that can be copied: who wants to try candidates ahead
/// tells a copy what the answer may be.
class reduction {
public:
  virtual ~reduction() = default;

  /// The next candidate; nothing: the pass is over. Every call but the first follows an `answer`.
  virtual std::optional<crawl_scenario> next() = 0;

  /// The last candidate fails as the scenario did, and is the scenario from now on; or it does not.
  virtual void answer(bool fails) = 0;

  virtual std::unique_ptr<reduction> copy() const = 0;
};

/// Things that a scenario has and may do without.
struct scenario_parts {
  std::function<std::size_t(const crawl_scenario&)> count;
  /// The scenario without those from `begin` to `end`; nothing where that is none that can run.
  std::function<std::optional<crawl_scenario>(const crawl_scenario&, std::size_t begin,
                                              std::size_t end)>
      without;
};

/// Takes parts away: all of them, halves, quarters, ..., single ones, until no single one can go.
/// For k parts that matter of n it proposes some 2 k log2(n / k) candidates.
std::unique_ptr<reduction> without_parts(crawl_scenario s, scenario_parts parts);

/// Places of a scenario that may be simpler.
struct scenario_choices {
  /// What the scenario may be instead, the simplest first; nothing: there is no such place.
  std::function<std::optional<std::vector<crawl_scenario>>(const crawl_scenario&, std::size_t nth)>
      simpler;
  std::size_t times_max = 8; ///< More often one place is not made simpler.
};

/// Makes one place after the other as simple as it can be.
std::unique_ptr<reduction> with_simpler(crawl_scenario s, scenario_choices choices);

} // namespace seedwalk::sim
