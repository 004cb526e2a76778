#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/chaos/corpus.hpp"
#include "sim/scenario/chaos/unseen_orders.hpp"
#include "sim/scenario/crawl_scenario.hpp"
#include "sim/scenario/shrink/trial.hpp"

namespace seedwalk::sim {

/// A scenario that is to be run next.
struct chaos_proposal {
  std::uint64_t number = 0; ///< Of all runs of the search, from 0.
  crawl_scenario scenario;
  std::string story; ///< How it was made: "drawn: --swarm --seed 7", "of run 3: a crash".
};

/// What became of a run.
struct chaos_result {
  const chaos_proposal& proposal;
  const trial& result;
};

/// What was learnt of one.
struct chaos_lesson {
  const chaos_proposal& proposal;
  const trial& result;
  const corpus::learned& learned;
};

/// How to search.
struct chaos_options {
  std::uint64_t seed = 1; ///< Every draw comes from it.
  /// So many entries a corpus has; 0: nothing is learnt, and every scenario is drawn anew.
  std::size_t corpus_max = 1'000;
  /// Families of the swarm that are never drawn.
  std::vector<std::string> without = {};
  /// What is to be so in every scenario. False: the scenario cannot be so, another one is drawn.
  std::function<bool(crawl_scenario&)> change = {};
  /// Hears of each run in the order of their numbers, once it and all before it have ended.
  std::function<void(const chaos_result&)> on_result = {};
  /// The same, once the corpus knows of it.
  std::function<void(const chaos_lesson&)> on_lesson = {};
};

/// A search for broken promises: draws scenarios, and makes others of those that reached something
/// that is new. The caller runs them, and tells what became of each.
///
/// The run with number n is made of what the first n - `lag` + 1 runs have taught, and of no
/// others, in the order of their numbers. So the same options make the same runs, no matter how
/// many are under way at once and in which order they end. Threads: one.
class chaos_search {
public:
  /// More runs than that are never under way.
  static constexpr std::uint64_t lag = 64;

  explicit chaos_search(chaos_options options);

  /// These are run first, as they are: an earlier search's corpus. Before the first proposal.
  void begin_with(std::vector<crawl_scenario> earlier);
  /// How many of those there are.
  std::uint64_t earlier() const { return earlier_.size(); }

  bool may_propose() const { return proposed_ < heard_ + lag; }
  /// Precondition: may_propose(). The reference is valid until the run is told of. Throws
  /// std::runtime_error where `options.change` leaves nothing that can run.
  const chaos_proposal& propose();

  /// What became of a run, in any order. One that broke a promise teaches nothing: what is made of
  /// it would break the same one.
  void tell(std::uint64_t number, trial result);

  /// Learns from all that was heard of: at the end.
  void finish();

  std::uint64_t proposed() const { return proposed_; }
  /// So many of the first runs have ended.
  std::uint64_t heard() const { return heard_; }
  const sim::corpus& corpus() const { return corpus_; }

private:
  /// A run that is under way, or was not learnt from yet.
  struct run {
    chaos_proposal proposal;
    std::optional<trial> result;
  };

  void learn_first();
  chaos_proposal make(std::uint64_t number);
  chaos_proposal make_once(std::uint64_t number, net::random_stream& draw);

  chaos_options options_;
  sim::corpus corpus_;
  unseen_orders unseen_; ///< For runs by `pairs`.
  std::vector<crawl_scenario> earlier_;
  std::uint64_t proposed_ = 0;
  std::uint64_t heard_ = 0;
  std::uint64_t learned_ = 0;
  std::deque<run> runs_; ///< From `learned_` on.
};

} // namespace seedwalk::sim
