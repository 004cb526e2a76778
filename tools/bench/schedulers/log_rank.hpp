#pragma once

#include <cstdint>
#include <vector>

namespace seedwalk::bench {

/// The log-rank test of two groups of trials, each of which finds after so many schedules, or was
/// given up (censored) after `limit` of them; stratified: what is added up are the differences of
/// each kernel.
class log_rank {
public:
  /// One kernel. 0 in a group: the trial did not find.
  void add(const std::vector<std::uint32_t>& one, const std::vector<std::uint32_t>& other,
           std::uint32_t limit);

  /// Two-sided; 1 if there is nothing to tell them apart by.
  double p() const;

private:
  double difference_ = 0; ///< Finds of the first group, less those expected if both were alike.
  double variance_ = 0;
};

} // namespace seedwalk::bench
