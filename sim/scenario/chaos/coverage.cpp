#include "sim/scenario/chaos/coverage.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "actors/runtime/strategies/message_order.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/oracles/reference_model.hpp"

namespace seedwalk::sim {

void coverage::begin(crawl_world& of) {
  world_ = &of;
  model_ = dynamic_cast<reference_model*>(of.oracles().find("model"));
}

void coverage::on_crash(const watched_crawler& crawler) {
  std::erase_if(last_messages_,
                [&](const auto& known) { return known.first.first == crawler.nth; });
}

coverage::name_id coverage::id_of(std::string_view name) {
  const auto known = ids_.find(name);
  if (known != ids_.end())
    return known->second;
  names_.emplace_back(name);
  return ids_.emplace(name, static_cast<name_id>(names_.size() - 1)).first->second;
}

void coverage::on_step(const watched_crawler& of, const step_view& step, bool is_of_manager) {
  if (!step.kind.empty() && !step.message.empty()) {
    const auto message = id_of(without_namespace(step.message));
    const auto [last, is_first] =
        last_messages_.try_emplace({of.nth, step.owner}, id_of("its start"));
    pairs_.emplace(id_of(step.kind), std::exchange(last->second, message), message);
  }
  if (is_of_manager && model_ != nullptr)
    states_.insert(model_->coarse_state(of));
}

std::vector<feature> coverage::features() const {
  std::vector<feature> all;
  if (world_ != nullptr)
    for (const auto& [name, count] : world_->probes().by_name())
      all.push_back({feature_kind::probe, name});
  for (const auto& [kind, before, now] : pairs_)
    all.push_back({feature_kind::message_pair,
                   fmt::format("{}: {}, {}", names_[kind], names_[before], names_[now])});
  for (const auto state : states_)
    all.push_back({feature_kind::model_state, reference_model::told(state)});
  std::ranges::sort(all);
  return all;
}

} // namespace seedwalk::sim
