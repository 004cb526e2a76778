#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/scenario/chaos/search.hpp"
#include "sim/scenario/shrink/shrinker.hpp"

namespace seedwalk::tools {

/// A promise that runs of a search broke: equal in oracle and place is taken for one bug.
struct chaos_failure {
  sim::broken_promise first;
  std::uint64_t first_run = 0; ///< The number of the run that met it first.
  std::string story;           ///< How that run was made.
  std::uint64_t runs = 0;      ///< How many met it.
  std::string file;            ///< Its scenario; empty: none could be written.
  bool was_known = false;      ///< The file was there before.
  bool fails_again = true; ///< Of what was shrunk: it broke the same promise when it was run again.
  std::optional<sim::shrink_result> shrunk;
};

/// What a search has come to, for people and for programs.
class chaos_report {
public:
  /// More single gains are not kept: the growth says the rest.
  static constexpr std::size_t gains_max = 20'000;

  /// A run has ended.
  void add(const sim::chaos_result& one);
  /// The corpus knows of it, and is as it is.
  void add(const sim::chaos_lesson& one, const sim::corpus& corpus, std::chrono::nanoseconds wall);

  /// A failure of which no run has told before; null: there is one of that oracle and place.
  chaos_failure* add_failure(const sim::chaos_result& one, const sim::broken_promise& broken);

  std::uint64_t runs() const { return runs_; }
  std::uint64_t broken_runs() const { return broken_runs_; }
  const auto& failures() const { return failures_; }

  /// What the command knows besides.
  struct frame {
    std::uint64_t seed = 0;
    std::uint32_t jobs = 1;
    bool was_interrupted = false;
    std::chrono::nanoseconds wall{0};
    std::uint64_t earlier = 0; ///< Runs of an earlier corpus.
    std::string again;         ///< The command.
  };
  void print_text(std::ostream& out, const frame& around) const;
  void print_json(std::ostream& out, const frame& around) const;
  /// How far it is, in a line.
  std::string progress(std::chrono::nanoseconds wall) const;

private:
  /// How much was reached at some time.
  struct growth {
    std::uint64_t runs = 0;
    std::chrono::nanoseconds wall{0};
    std::array<std::uint64_t, sim::feature_kind_count> reached{};
    std::uint64_t entries = 0;
  };
  /// Something that a run reached first.
  struct gain {
    std::uint64_t run = 0;
    std::chrono::nanoseconds wall{0};
    sim::feature reached;
  };

  std::vector<std::string> probes_missing() const;

  std::uint64_t runs_ = 0;
  std::uint64_t broken_runs_ = 0;
  net::steady_time virtual_time_{0};
  std::map<std::string, std::uint64_t> probes_; ///< How many runs reached each.
  std::map<std::pair<std::string, std::string>, chaos_failure> failures_; ///< By oracle and place.
  growth now_;                 ///< Of the runs that were learnt from.
  std::vector<growth> growth_; ///< At runs 1, 2, 4, 8, ...
  std::vector<gain> gains_;
};

} // namespace seedwalk::tools
