#include "sim/scenario/shrink/shrinker.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "net/base/bytes.hpp"
#include "net/base/random.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/shrink/node_edits.hpp"
#include "sim/scenario/shrink/reduction.hpp"
#include "sim/scenario/shrink/tree_edits.hpp"

namespace seedwalk::sim {

namespace {

/// So many times as many candidates as can run at once are asked whether they have run.
constexpr std::size_t looked_ahead = 4;
/// More often all passes are not made again.
constexpr int rounds_max = 4;

bool is_fifo(const crawl_scenario& s) {
  return s.schedule == strategy::fifo && !s.then;
}

/// No choices at all: the simplest of schedules, which runs of it need not draw.
scenario_choices to_fifo() {
  scenario_choices choices;
  choices.simpler = [](const crawl_scenario& s,
                       std::size_t nth) -> std::optional<std::vector<crawl_scenario>> {
    if (nth != 0)
      return std::nullopt;
    if (is_fifo(s) && s.order.given.empty() && s.reseeds.empty() && s.redraws.empty())
      return std::vector<crawl_scenario>{};
    auto fifo = s;
    fifo.schedule = strategy::fifo;
    fifo.order.depth = crawl_scenario{}.order.depth;
    fifo.order.given.clear();
    fifo.wanted.clear();
    fifo.then.reset();
    auto seeded = fifo;
    fifo.reseeds.clear();
    fifo.redraws.clear();
    if (fifo == seeded)
      return std::vector{std::move(fifo)};
    return std::vector{std::move(fifo), std::move(seeded)};
  };
  return choices;
}

scenario_parts departures_made() {
  scenario_parts parts;
  parts.count = [](const crawl_scenario& s) { return s.order.given.size(); };
  parts.without = [](const crawl_scenario& s, std::size_t begin, std::size_t end) {
    auto fewer = s;
    auto& given = fewer.order.given;
    given.erase(given.begin() + static_cast<std::ptrdiff_t>(begin),
                given.begin() + static_cast<std::ptrdiff_t>(end));
    return std::optional{std::move(fewer)};
  };
  return parts;
}

/// What is true of a whole world: a smaller one breaks such an expectation by being small.
bool counts_nodes(const broken_promise& wanted) {
  constexpr std::string_view counted[] = {"expect.known",     "expect.good",
                                          "expect.addresses", "expect.visits_min",
                                          "expect.outcomes",  "expect.lasts"};
  return std::ranges::find(counted, wanted.oracle) != std::end(counted);
}

/// Keys that are others' business, or whose usual value is the larger one.
bool is_plain_key(std::string_view path) {
  constexpr std::string_view special[] = {"seed",
                                          "limit",
                                          "nodes.count",
                                          "nodes.seeds",
                                          "nodes.without",
                                          "schedule.strategy",
                                          "schedule.choices",
                                          "nodes.addresses_a_node"};
  return std::ranges::find(special, path) == std::end(special);
}

bool is_item(edit_kind kind, std::string_view path) {
  return kind == edit_kind::item && is_plain_key(path);
}

bool is_value(edit_kind kind, std::string_view path) {
  if (kind == edit_kind::item)
    return path == "model.steps";
  constexpr std::string_view roots[] = {"fault.", "operation.", "network.", "crawler.disk.",
                                        "name."};
  return std::ranges::any_of(roots, [&](auto root) { return path.starts_with(root); }) &&
         path != "fault.name" && path != "operation.file";
}

class shrinker {
public:
  shrinker(const broken_promise& wanted, trial_runner& runner, const shrink_options& options)
      : wanted_(wanted), runner_(runner), options_(options) {}

  std::optional<shrink_result> run(const crawl_scenario& s) {
    if (!begin(with_misfortunes(s)))
      return std::nullopt;
    pass("schedule", with_simpler(current_, to_fifo()));
    for (int round = 0; round != rounds_max && !is_over_; ++round) {
      const auto before = write_scenario(current_);
      reduce_world();
      if (write_scenario(current_) == before)
        break;
    }
    reduce_schedule();
    finish();
    return std::move(result_);
  }

private:
  bool begin(crawl_scenario s) {
    current_ = std::move(s);
    const auto first = run_with_departures();
    const auto* found = first.find(wanted_);
    if (found == nullptr)
      return false;
    remember(current_, true);
    result_.before = size_of(current_);
    result_.before.choices = first.departures.size();
    result_.virtual_before = first.virtual_time;
    result_.steps_before = first.steps;
    return true;
  }

  void reduce_world() {
    if (!counts_nodes(wanted_)) {
      pass("nodes", with_simpler(current_, fewer_nodes()));
      pass("nodes", without_parts(current_, single_nodes()));
    }
    pass("faults", elements("fault"));
    pass("operations", elements("operation"));
    pass("tables", without_parts(current_, parts_in_file([](edit_kind kind, std::string_view) {
                                   return kind == edit_kind::element;
                                 })));
    pass("keys", without_parts(current_, parts_in_file([](edit_kind kind, std::string_view path) {
                                 return kind == edit_kind::key && is_plain_key(path);
                               })));
    write_nodes_out();
    pass("entries", without_parts(current_, parts_in_file(is_item)));
    pass("values", with_simpler(current_, texts_in_file(is_value)));
  }

  std::unique_ptr<reduction> elements(std::string_view list) {
    return without_parts(current_, parts_in_file([list](edit_kind kind, std::string_view path) {
                           return kind == edit_kind::element && path == list;
                         }));
  }

  /// Few nodes of many are said one by one, if that fails as well, and what need not be said of
  /// them goes again.
  void write_nodes_out() {
    pass("nodes",
         with_simpler(current_, {[](const crawl_scenario& s,
                                    std::size_t nth) -> std::optional<std::vector<crawl_scenario>> {
                        if (nth != 0)
                          return std::nullopt;
                        std::vector<crawl_scenario> all;
                        if (auto written = written_out(s))
                          all.push_back(std::move(*written));
                        return all;
                      }}));
    pass("links", without_parts(current_, parts_in_file([](edit_kind kind, std::string_view path) {
                                  return (kind == edit_kind::key || kind == edit_kind::item) &&
                                         path == "node.knows";
                                })));
    pass("keys", without_parts(current_, parts_in_file([](edit_kind kind, std::string_view path) {
                                 return kind == edit_kind::key && path.starts_with("node.");
                               })));
  }

  /// What the schedule decided becomes departures from fifo, of which few matter.
  void reduce_schedule() {
    if (is_over_ || (is_fifo(current_) && current_.order.given.empty()))
      return;
    if (!is_fifo(current_)) {
      const auto made = run_with_departures();
      auto given = current_;
      given.schedule = strategy::fifo;
      given.order.depth = crawl_scenario{}.order.depth;
      given.then.reset();
      given.wanted.clear();
      given.order.given = made.departures;
      bool is_offered = false;
      pass("schedule", with_simpler(current_, {[&](const crawl_scenario&, std::size_t nth)
                                                   -> std::optional<std::vector<crawl_scenario>> {
                                      if (nth != 0)
                                        return std::nullopt;
                                      if (std::exchange(is_offered, true))
                                        return std::vector<crawl_scenario>{};
                                      return std::vector{given};
                                    }}));
    }
    pass("schedule", without_parts(current_, departures_made()));
  }

  void finish() {
    const auto last = run_with_departures();
    if (const auto* found = last.find(wanted_))
      result_.broken = *found;
    result_.virtual_after = last.virtual_time;
    result_.steps_after = last.steps;
    result_.is_whole = !is_over_;
    result_.after = size_of(current_);
    result_.after.choices = last.departures.size();
    result_.runs_ahead = runs_made_ - result_.runs;
    result_.smallest = std::move(current_);
  }

  trial run_with_departures() {
    auto s = current_;
    s.order.keeps_departures = true;
    return std::move(runner_.run({&s, 1}).front());
  }

  void pass(std::string_view name, std::unique_ptr<reduction> of) {
    auto found = std::ranges::find(result_.passes, name, &pass_report::name);
    if (found == result_.passes.end())
      found = result_.passes.insert(found, pass_report{name, 0, 0});
    const auto nth = found - result_.passes.begin();
    while (!is_over_) {
      auto candidate = of->next();
      if (!candidate)
        return;
      const auto before = result_.runs;
      const auto fails = try_one(*candidate, *of);
      result_.passes[static_cast<std::size_t>(nth)].runs += result_.runs - before;
      if (!fails)
        return;
      of->answer(*fails);
      if (!*fails)
        continue;
      current_ = std::move(*candidate);
      ++result_.passes[static_cast<std::size_t>(nth)].steps;
      if (options_.progress)
        options_.progress({name, result_.runs, size_of(current_)});
    }
  }

  /// Nothing: the budget is used up.
  std::optional<bool> try_one(const crawl_scenario& candidate, const reduction& of) {
    const auto key = key_of(candidate);
    if (const auto known = known_.find(key); known != known_.end() && known->second.is_counted)
      return known->second.fails;
    if (result_.runs >= options_.runs_max || (options_.stop && options_.stop())) {
      is_over_ = true;
      return std::nullopt;
    }
    if (!known_.contains(key))
      run_ahead(candidate, of);
    auto& found = known_[key];
    // Runs that were broken off say nothing.
    if (options_.stop && options_.stop() && !found.fails) {
      is_over_ = true;
      return std::nullopt;
    }
    found.is_counted = true;
    ++result_.runs;
    return found.fails;
  }

  /// The candidate, and those that come next if none of them fails.
  void run_ahead(const crawl_scenario& candidate, const reduction& of) {
    std::vector<crawl_scenario> batch = {candidate};
    const auto next = of.copy();
    for (std::size_t i = 1; i < runner_.width() * looked_ahead; ++i) {
      if (batch.size() == runner_.width())
        break;
      next->answer(false);
      auto following = next->next();
      if (!following)
        break;
      if (!known_.contains(key_of(*following)))
        batch.push_back(std::move(*following));
    }
    const auto trials = runner_.run(batch);
    for (std::size_t i = 0; i != batch.size(); ++i)
      known_.emplace(key_of(batch[i]), trial_state{trials[i].find(wanted_) != nullptr, false});
    runs_made_ += batch.size();
  }

  static std::uint64_t key_of(const crawl_scenario& s) {
    const auto text = write_scenario(s);
    return net::keyed_hash(0, "scenario", net::as_bytes(text));
  }

  void remember(const crawl_scenario& s, bool fails) { known_[key_of(s)] = {fails, true}; }

  struct trial_state {
    bool fails = false;
    bool is_counted = false; ///< It was looked at.
  };

  const broken_promise& wanted_;
  trial_runner& runner_;
  const shrink_options& options_;
  crawl_scenario current_;
  shrink_result result_;
  bool is_over_ = false; ///< The budget is used up, or somebody ended it.
  std::uint64_t runs_made_ = 0;
  std::map<std::uint64_t, trial_state> known_; ///< By what a scenario's file has.
};

} // namespace

scenario_size size_of(const crawl_scenario& s) {
  const auto text = write_scenario(s);
  return {nodes_left(s).size(), s.faults.size() + s.drawn_faults,
          s.operations.size() + s.drawn_reloads, s.order.given.size(),
          static_cast<std::size_t>(std::ranges::count(text, '\n'))};
}

std::optional<shrink_result> shrink(const crawl_scenario& s, const broken_promise& wanted,
                                    trial_runner& runner, const shrink_options& options) {
  return shrinker{wanted, runner, options}.run(s);
}

} // namespace seedwalk::sim
