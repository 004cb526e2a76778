#include "sim/scenario/chaos/search.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "net/base/bytes.hpp"
#include "sim/scenario/chaos/mutators.hpp"
#include "sim/scenario/swarm.hpp"

namespace seedwalk::sim {

namespace {

ancestor as_ancestor(const corpus_entry& one) {
  return {one.scenario, one.steps, one.departures};
}

} // namespace

chaos_search::chaos_search(chaos_options options)
    : options_(std::move(options)), corpus_(options_.corpus_max) {}

void chaos_search::begin_with(std::vector<crawl_scenario> earlier) {
  earlier_ = std::move(earlier);
}

const chaos_proposal& chaos_search::propose() {
  while (learned_ + lag <= proposed_)
    learn_first();
  runs_.push_back({make(proposed_), {}});
  ++proposed_;
  return runs_.back().proposal;
}

chaos_proposal chaos_search::make(std::uint64_t number) {
  constexpr int attempts_most = 100;
  const auto key = fmt::format("{}", number);
  net::random_stream draw{options_.seed, "chaos", net::as_bytes(key)};
  for (int attempt = 0; attempt != attempts_most; ++attempt) {
    auto made = make_once(number, draw);
    if (options_.change && !options_.change(made.scenario))
      continue;
    if (made.scenario.schedule == strategy::pairs && made.scenario.wanted.empty())
      made.scenario.wanted = unseen_.draw(draw);
    return made;
  }
  throw std::runtime_error("what is to be so in every scenario leaves none that can run");
}

chaos_proposal chaos_search::make_once(std::uint64_t number, net::random_stream& draw) {
  if (number < earlier_.size())
    return {number, earlier_[number], "of an earlier corpus"};
  // A quarter is drawn all the same: what nobody has reached yet may be nowhere near the corpus.
  const auto seed = draw.next();
  auto drawn = draw_swarm(seed, options_.without);
  auto drawn_story = fmt::format("drawn: --swarm --seed {}", seed);
  if (!options_.without.empty())
    drawn_story += fmt::format(" --without '{}'", fmt::join(options_.without, ","));
  if (corpus_.empty() || draw.chance(1, 4))
    return {number, std::move(drawn), drawn_story};
  const auto& parent = corpus_.pick(draw);
  const auto& entries = corpus_.entries();
  const bool is_mixed_with_known = draw.chance(1, 2);
  const auto donor = is_mixed_with_known ? as_ancestor(entries[draw.below(entries.size())])
                                         : ancestor{drawn, 0, {}};
  auto made = mutate(as_ancestor(parent), donor, draw);
  if (!made)
    return {number, std::move(drawn), drawn_story};
  return {number, std::move(made->scenario),
          fmt::format("of run {}: {}", parent.number, made->story)};
}

void chaos_search::tell(std::uint64_t number, trial result) {
  runs_.at(number - learned_).result = std::move(result);
  for (; heard_ != proposed_ && runs_[heard_ - learned_].result; ++heard_)
    if (const auto& ended = runs_[heard_ - learned_]; options_.on_result)
      options_.on_result({ended.proposal, *ended.result});
}

void chaos_search::learn_first() {
  auto& [proposal, result] = runs_.front();
  corpus::learned learned;
  unseen_.learn(result->features);
  if (result->broken.empty())
    learned = corpus_.learn({proposal.number,
                             proposal.scenario,
                             proposal.story,
                             result->steps,
                             0,
                             {},
                             std::move(result->departures)},
                            result->features);
  if (options_.on_lesson)
    options_.on_lesson({proposal, *result, learned});
  runs_.pop_front();
  ++learned_;
}

void chaos_search::finish() {
  while (learned_ != heard_)
    learn_first();
}

} // namespace seedwalk::sim
