#include "sim/scenario/explain/neighbour.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "actors/runtime/draws.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"
#include "sim/scenario/explain/scenario_judge.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/shrink/node_edits.hpp"
#include "sim/scenario/shrink/tree_edits.hpp"
#include "sim/trace/trace_diff.hpp"

namespace seedwalk::sim {

namespace {

/// So many are run before it is looked whether one passes, whatever the number of jobs.
constexpr std::size_t worlds_at_once = 16;
constexpr std::size_t other_seeds = 8;
constexpr std::size_t told_lines = 12;

/// What says nothing of a world: what is promised of it, who watches, how long, and its draws.
bool is_of_the_world(std::string_view path) {
  constexpr std::string_view others[] = {"expect",   "oracles", "limit",       "seed",
                                         "schedule", "deep",    "nodes.count", "nodes.seeds"};
  return std::ranges::none_of(others, [&](auto one) { return path.starts_with(one); });
}

/// Every world that is nearly this one, the nearest first.
class nearby {
public:
  nearby(const crawl_scenario& s, std::size_t most) : world_(s), most_(most) {}

  std::vector<crawl_scenario> all(const std::vector<std::uint64_t>& draws) && {
    for (const auto seed : draws)
      add(with_future(world_, {0, seed}));
    add_without(parts_of(edit_kind::element));
    add_without(parts_of(edit_kind::key));
    add_without(parts_of(edit_kind::item));
    add_without(single_nodes());
    for (std::size_t i = 0; i != other_seeds; ++i) {
      auto other = world_;
      other.seed = mixed(world_.seed, i + 1);
      add(std::move(other));
    }
    return std::move(all_);
  }

private:
  static scenario_parts parts_of(edit_kind wanted) {
    return parts_in_file([wanted](edit_kind kind, std::string_view path) {
      return kind == wanted && is_of_the_world(path);
    });
  }

  void add(crawl_scenario s) {
    if (all_.size() != most_)
      all_.push_back(std::move(s));
  }

  void add_without(const scenario_parts& parts) {
    for (std::size_t i = 0, count = parts.count(world_); i != count && all_.size() != most_; ++i)
      if (auto fewer = parts.without(world_, i, i + 1))
        add(std::move(*fewer));
  }

  const crawl_scenario& world_;
  const std::size_t most_;
  std::vector<crawl_scenario> all_;
};

/// It was made to its end, and kept what is wanted.
bool keeps_promise(const trial& made, const broken_promise& wanted) {
  return made.steps != 0 && made.find(wanted) == nullptr &&
         std::ranges::none_of(made.broken, [](const auto& one) { return one.oracle == "process"; });
}

std::multiset<std::string> lines_of(const crawl_scenario& s) {
  std::multiset<std::string> lines;
  const auto text = write_scenario(s);
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (const auto line = rest.substr(0, end); !line.empty())
      lines.emplace(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

std::vector<std::string> difference_of(const crawl_scenario& fails, const crawl_scenario& passes) {
  std::vector<std::string> result;
  const auto only = [&](const char* sign, const auto& lines, const auto& others) {
    std::vector<std::string> alone;
    std::ranges::set_difference(lines, others, std::back_inserter(alone));
    for (auto& line : alone)
      if (result.size() != told_lines)
        result.push_back(sign + line);
  };
  const auto of_fails = lines_of(fails);
  const auto of_passes = lines_of(passes);
  only("- ", of_fails, of_passes);
  only("+ ", of_passes, of_fails);
  return result;
}

std::vector<std::string> only_in(const std::set<std::string>& names,
                                 const std::set<std::string>& others, std::size_t most) {
  std::vector<std::string> alone;
  std::ranges::set_difference(names, others, std::back_inserter(alone));
  alone.resize(std::min(alone.size(), most));
  return alone;
}

std::set<std::string> reached_names(const net::probe_counts& probes) {
  std::set<std::string> names;
  for (const auto& [name, count] : probes.by_name())
    names.insert(name);
  return names;
}

} // namespace

std::optional<neighbour> find_neighbour(const crawl_scenario& s, const broken_promise& wanted,
                                        const std::vector<std::uint64_t>& draws,
                                        trial_runner& runner, std::size_t runs_max) {
  const auto world = with_misfortunes(s);
  auto worlds = nearby{world, runs_max}.all(draws);
  for (std::size_t from = 0; from < worlds.size(); from += worlds_at_once) {
    const std::span some{worlds.data() + from, std::min(worlds_at_once, worlds.size() - from)};
    const auto trials = runner.run(some);
    for (std::size_t i = 0; i != some.size(); ++i)
      if (keeps_promise(trials[i], wanted))
        return neighbour{some[i], difference_of(world, some[i]), from + i + 1};
  }
  return std::nullopt;
}

parting part(const traced_run& fails, const traced_run& passes, std::size_t told_max) {
  parting result;
  const auto& failing = fails.happened;
  const auto& passing = passes.happened;
  if (const auto at = first_difference(failing, passing)) {
    if (const auto* e = failing.find(*at))
      result.fails = name_entry(failing, *e);
    if (const auto* e = passing.find(*at))
      result.passes = name_entry(passing, *e);
  }
  const auto probes_here = reached_names(fails.probes);
  const auto probes_there = reached_names(passes.probes);
  result.probes_here = only_in(probes_here, probes_there, told_max);
  result.probes_there = only_in(probes_there, probes_here, told_max);
  const auto pairs_here = message_pairs(failing);
  const auto pairs_there = message_pairs(passing);
  result.pairs_here = only_in(pairs_here, pairs_there, told_max);
  result.pairs_there = only_in(pairs_there, pairs_here, told_max);
  return result;
}

} // namespace seedwalk::sim
