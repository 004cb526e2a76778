#include "sim/scenario/chaos/corpus.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace seedwalk::sim {

corpus::learned corpus::learn(corpus_entry run, const std::vector<feature>& reached) {
  learned result;
  for (const auto& one : reached) {
    auto known = numbers_.find(one);
    if (known == numbers_.end()) {
      if (numbers_.size() == features_max)
        continue;
      known = numbers_.emplace(one, static_cast<std::uint32_t>(hits_.size())).first;
      hits_.push_back(0);
      ++reached_[static_cast<std::size_t>(one.kind)];
      result.gained.push_back(one);
    }
    ++hits_[known->second];
    run.features.push_back(known->second);
  }
  if (result.gained.empty() || entries_max_ == 0)
    return result;
  if (entries_.size() == entries_max_)
    result.evicted = evict();
  entries_.push_back(std::move(run));
  return result;
}

std::uint64_t corpus::weight_of(const corpus_entry& entry) const {
  constexpr std::uint64_t scale = 1'000'000;
  auto rarest = std::numeric_limits<std::uint64_t>::max() / scale;
  for (const auto number : entry.features)
    rarest = std::min(rarest, hits_[number]);
  return 1 + scale / (rarest * (1 + entry.picked));
}

std::optional<corpus_entry> corpus::evict() {
  const auto least =
      std::ranges::min_element(entries_, {}, [&](const auto& one) { return weight_of(one); });
  std::optional evicted{std::move(*least)};
  entries_.erase(least);
  return evicted;
}

const corpus_entry& corpus::pick(net::random_stream& draw) {
  std::vector<std::uint64_t> weights;
  std::uint64_t sum = 0;
  for (const auto& one : entries_)
    sum += weights.emplace_back(weight_of(one));
  auto left = draw.below(sum);
  std::size_t nth = 0;
  for (; left >= weights[nth]; ++nth)
    left -= weights[nth];
  ++entries_[nth].picked;
  return entries_[nth];
}

} // namespace seedwalk::sim
