#include "actors/runtime/strategies/walk.hpp"

#include <algorithm>
#include <utility>

#include "actors/runtime/draws.hpp"
#include "actors/runtime/strategies/exponential.hpp"

namespace seedwalk::sim {

namespace {

/// Each is as likely as another, and which it is changes little where some are not there.
std::optional<run_profile::target> draw_target(std::uint64_t seed, const run_profile& from) {
  const auto targets = from.targets();
  const auto first = std::min_element(targets.begin(), targets.end(), [&](auto& a, auto& b) {
    return drawn(seed, "surw target", a.name()) < drawn(seed, "surw target", b.name());
  });
  return first == targets.end() ? std::nullopt : std::optional{*first};
}

} // namespace

walk::walk(sim::strategy strategy, std::uint64_t seed, std::shared_ptr<const run_profile> profile)
    : strategy_(strategy), seed_(seed), profile_(std::move(profile)) {
  if (!profile_)
    return;
  if (strategy_ == strategy::urw)
    weights_ = profile_->led_to();
  else if ((aim_ = draw_target(seed_, *profile_)))
    weights_ = profile_->led_to(*aim_);
}

std::uint64_t walk::weight_of(const pending_event& one) const {
  if (strategy_ == strategy::urw)
    return weights_ ? std::max<std::uint64_t>(weights_->of(one), 1) : 1;
  return weights_ && !(one.is_step && one.source == aim_->source) ? weights_->of(one) : 0;
}

/// One more that the turn under way led to.
void walk::hand_on(const pending_event& to, std::uint64_t weight) {
  if (to.is_step && aim_->includes(to.source, to.type)) {
    chosen_ = heir_ = 0; // it has had what it was chosen for
    return;
  }
  heirs_weight_ += weight;
  if (weight != 0 && drawn(seed_, "surw heir", to.name) % heirs_weight_ < weight)
    heir_ = to.source;
}

void walk::on_pending(const pending_event& one) {
  const auto weight = weight_of(one);
  if (chosen_ != 0 && one.cause == chosen_)
    hand_on(one, weight);
  if (weight == 0 || !pending_.emplace(one.name, weight).second)
    return;
  auto& source = sources_[one.source];
  source.weight += weight;
  source.last_arrival = one.name;
  if (source.is_candidate)
    changed_.push_back(one.source);
}

void walk::forget(const candidate& one) {
  const auto known = pending_.find(one.name);
  if (known == pending_.end())
    return;
  auto& source = sources_[one.source];
  source.weight -= known->second;
  if (source.is_candidate)
    changed_.push_back(one.source);
  pending_.erase(known);
}

rank_value walk::rank(const candidate& one) {
  auto& source = sources_[one.source];
  source.is_candidate = true;
  if (source.weight == 0)
    return {rank_in_race(one.name)};
  if (one.source == heir_)
    return {0, true};
  const auto bits = drawn(seed_, "walk", name_from("weighed", one.name, source.last_arrival));
  return {exponential_time(bits, source.weight), true};
}

void walk::on_left(const candidate& one) {
  sources_[one.source].is_candidate = false;
}

void walk::on_taken(const candidate& one) {
  on_left(one);
  const auto source = sources_.find(one.source);
  const auto was_chosen = source->second.weight != 0;
  forget(one);
  if (strategy_ == strategy::surw && was_chosen) {
    // What waits behind it goes on, unless what it leads to does.
    chosen_ = one.name;
    heirs_weight_ = source->second.weight;
    heir_ = heirs_weight_ != 0 ? one.source : 0;
  }
  if (source->second.weight == 0)
    sources_.erase(source);
}

std::uint64_t walk::rank_in_race(std::uint64_t name) const {
  return drawn(seed_, "walk priority", name);
}

} // namespace seedwalk::sim
