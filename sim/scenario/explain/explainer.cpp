#include "sim/scenario/explain/explainer.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "actors/runtime/draws.hpp"

namespace seedwalk::sim {

namespace {

class explainer {
public:
  explainer(std::uint64_t last_step, const future_judge& judge, const explain_options& options)
      : last_step_(last_step), judge_(judge), options_(options) {}

  explanation run() {
    if (divide(0, last_step_, std::max(options_.moments, std::size_t{2}) - 1))
      look();
    conclude();
    return std::move(result_);
  }

private:
  using draws_at = std::map<std::uint64_t, std::vector<bool>>; ///< By step.

  struct neighbours {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    paired_difference difference;
  };

  curve_point point_at(std::uint64_t step) const {
    const auto& failed = drawn_.at(step);
    return {step, {failed.size(), static_cast<std::uint64_t>(std::ranges::count(failed, true))}};
  }

  /// Judges moments, at equal distances, that divide an interval into so many parts; false: over.
  bool divide(std::uint64_t from, std::uint64_t to, std::size_t parts) {
    std::vector<std::uint64_t> steps;
    const auto width = to - from;
    const auto count = std::min<std::uint64_t>(parts, width);
    // The product is not too large: no run has 2^48 steps.
    for (std::uint64_t i = 0; i != count; ++i)
      steps.push_back(from + width * i / count);
    steps.push_back(to);
    return draw(steps, options_.draws);
  }

  /// So many draws at each of these moments; false: they cannot be had.
  bool draw(const std::vector<std::uint64_t>& steps, std::size_t count) {
    std::vector<future> futures;
    for (const auto step : steps)
      for (auto nth = drawn_[step].size(); nth < count; ++nth)
        futures.push_back({step, seed_of_draw(options_.seed, nth)});
    if (futures.size() > options_.runs_max - std::min(result_.runs, options_.runs_max))
      return give_up();
    const auto failed = judge_(futures);
    if (failed.size() != futures.size())
      return give_up();
    result_.runs += failed.size();
    for (std::size_t i = 0; i != failed.size(); ++i)
      drawn_[futures[i].from_step].push_back(failed[i]);
    if (options_.progress)
      options_.progress({result_.runs, steps.front(), steps.back()});
    return true;
  }

  bool give_up() {
    result_.is_whole = false;
    std::erase_if(drawn_, [](const auto& one) { return one.second.empty(); });
    return false;
  }

  neighbours pair_of(draws_at::const_iterator before, draws_at::const_iterator after) const {
    return {before->first, after->first, compared(before->second, after->second)};
  }

  /// The largest rise of neighbours in an interval.
  neighbours largest_rise(std::uint64_t from, std::uint64_t to) const {
    auto one = drawn_.find(from);
    auto largest = pair_of(one, std::next(one));
    for (; one->first != to; ++one)
      if (const auto pair = pair_of(one, std::next(one));
          pair.difference.rise() > largest.difference.rise())
        largest = pair;
    return largest;
  }

  /// The largest rise of neighbours that is certain; nothing: none is, or no more can be drawn.
  std::optional<neighbours> certain_rise(std::uint64_t from, std::uint64_t to) {
    while (true) {
      const auto largest = largest_rise(from, to);
      const auto draws = largest.difference.pairs;
      if (largest.difference.is_rise())
        return largest;
      if (largest.difference.rise() < options_.least_rise || draws >= options_.draws_max ||
          !draw({largest.before, largest.after},
                std::min<std::size_t>(2 * draws, options_.draws_max)))
        return std::nullopt;
    }
  }

  void look() {
    if (point_at(0).counted.chance() > options_.always) {
      result_.found = finding::always;
      return;
    }
    auto from = std::uint64_t{0};
    auto to = last_step_;
    while (from != to) {
      const auto certain = certain_rise(from, to);
      if (!certain)
        break;
      result_.rise = {{certain->before, {}}, {certain->after, {}}, certain->difference};
      from = certain->before;
      to = certain->after;
      if (to - from == 1 || !divide(from, to, options_.parts))
        break;
    }
    if (result_.rise)
      result_.found = finding::jump;
    else if (result_.is_whole)
      result_.found = pair_of(drawn_.begin(), std::prev(drawn_.end())).difference.is_rise()
                          ? finding::gradual
                          : finding::flat;
  }

  void conclude() {
    for (const auto& [step, failed] : drawn_)
      result_.curve.push_back(point_at(step));
    for (auto one = result_.curve.rbegin();
         one != result_.curve.rend() && one->counted.chance() > options_.always; ++one)
      result_.inevitable_from = one->step;
    if (result_.rise)
      for (auto* end : {&result_.rise->before, &result_.rise->after})
        *end = point_at(end->step);
  }

  const std::uint64_t last_step_;
  const future_judge& judge_;
  const explain_options& options_;
  draws_at drawn_;
  explanation result_;
};

} // namespace

std::uint64_t seed_of_draw(std::uint64_t seed, std::size_t nth) {
  return drawn(seed, "future", nth);
}

explanation explain(std::uint64_t last_step, const future_judge& judge,
                    const explain_options& options) {
  return explainer{last_step, judge, options}.run();
}

} // namespace seedwalk::sim
