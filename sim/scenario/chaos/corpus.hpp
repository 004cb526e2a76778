#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "net/base/random.hpp"
#include "sim/scenario/chaos/feature.hpp"
#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::sim {

/// A scenario that reached something first.
struct corpus_entry {
  std::uint64_t number = 0; ///< Of its run.
  crawl_scenario scenario;
  std::string story;                      ///< How it was made.
  std::uint64_t steps = 0;                ///< Of actors, in its run.
  std::uint64_t picked = 0;               ///< So often another one was made of it.
  std::vector<std::uint32_t> features;    ///< All that its run reached, by number.
  std::vector<departure> departures = {}; ///< The first that its run made against fifo.
};

/// Scenarios worth making others of, and how often each feature was reached so far.
///
/// Bounded: of more than `entries_max` the one goes that is least likely to be picked; what it
/// reached counts as reached all the same. More than `features_max` features are not told apart
/// from those before them. Everything in it follows from what it was told, in that order.
class corpus {
public:
  static constexpr std::size_t features_max = 100'000;

  explicit corpus(std::size_t entries_max) : entries_max_(entries_max) {}

  /// What became of a run that was told of.
  struct learned {
    std::vector<feature> gained; ///< What no run before has reached.
    std::optional<corpus_entry> evicted;
  };
  /// A run has reached all of these. It becomes an entry if one of them is new.
  learned learn(corpus_entry run, const std::vector<feature>& reached);

  /// One to make others of: the rarer the rarest thing that it reaches, and the less often it was
  /// picked, the likelier. Precondition: not empty. The reference is valid until the next `learn`.
  const corpus_entry& pick(net::random_stream& draw);

  bool empty() const { return entries_.empty(); }
  const std::vector<corpus_entry>& entries() const { return entries_; }
  /// How many features of each kind were reached.
  const std::array<std::uint64_t, feature_kind_count>& reached() const { return reached_; }

private:
  std::uint64_t weight_of(const corpus_entry& entry) const;
  std::optional<corpus_entry> evict();

  std::size_t entries_max_;
  std::vector<corpus_entry> entries_; ///< In the order of their runs.
  std::map<feature, std::uint32_t> numbers_;
  std::vector<std::uint64_t> hits_; ///< By a feature's number: how many runs reached it.
  std::array<std::uint64_t, feature_kind_count> reached_{};
};

} // namespace seedwalk::sim
