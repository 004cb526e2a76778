#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "actors/crawl/storage_messages.hpp"
#include "sim/disk/memory_env.hpp"
#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::test {

/// Keeps whose visits the program was told are durable: by its own messages, not by what the disk
/// or the door says.
class told_visits final : public sim::world_listener {
public:
  explicit told_visits(sim::world& of) : world_(of) { world_.listen(*this); }
  ~told_visits() override { world_.ignore(*this); }

  void before_step(const sim::step_view& step) override {
    if (const auto* m = step.message_as<actors::save_operations>())
      for (const auto& one : m->operations)
        if (const auto* visit = std::get_if<store::record_visit>(&one))
          asked_[m->token].push_back(visit->peer);
    if (const auto* m = step.message_as<actors::operations_saved>())
      for (const auto token : m->tokens)
        if (const auto found = asked_.find(token); found != asked_.end())
          told_.insert(found->second.begin(), found->second.end());
  }

  const std::set<net::endpoint>& told() const { return told_; }

private:
  sim::world& world_;
  std::map<std::uint64_t, std::vector<net::endpoint>> asked_;
  std::set<net::endpoint> told_;
};

/// Where a crawl is to be crashed.
struct crash_point {
  std::uint64_t call = 0;
  sim::call_progress progress;
  sim::loss_model loss;
};

inline std::string text_of(const crash_point& p) {
  return fmt::format("call {}, part {}, bytes {}, names {}", p.call,
                     static_cast<int>(p.progress.done), static_cast<int>(p.loss.unsynced),
                     static_cast<int>(p.loss.uncommitted));
}

/// All places in a call at which it matters whether a crash finds it there.
inline std::vector<sim::call_progress> places_in(const sim::disk::entry& call) {
  using part = sim::call_progress::part;
  std::vector<sim::call_progress> all = {{part::nothing}, {part::all}};
  if (call.grown > 1)
    all.insert(all.end(), {{part::first_byte}, {part::all_but_one_byte}});
  if (sim::disk::bytes_of({part::page_border}, call) != 0)
    all.push_back({part::page_border});
  return all;
}

/// All of a crawl: each call that changes the disk, each place in it, each way to lose what was
/// not durable.
inline std::vector<crash_point> crash_points_of(const sim::crawl_scenario& s) {
  std::vector<crash_point> all;
  sim::crawl_world world{s};
  world.disk().on_change([&](std::uint64_t nth, const sim::disk::entry& call) {
    for (const auto& place : places_in(call))
      for (int bytes = 0; bytes != 4; ++bytes)
        for (int names = 0; names != 3; ++names)
          all.push_back({nth,
                         place,
                         {static_cast<sim::loss_model::bytes>(bytes),
                          static_cast<sim::loss_model::names>(names), nth}});
  });
  sim::run_crawl(world);
  return all;
}

/// What became of a crawl that was crashed once.
struct crashed_crawl {
  bool was_crashed = false;          ///< It was not over before.
  std::size_t told = 0;              ///< Visits of which it was told, before the crash.
  std::vector<net::endpoint> lost;   ///< Of them, those that the disk did not have behind it.
  bool does_open = true;             ///< The database, behind the crash.
  std::vector<std::string> problems; ///< Of the database at the end, by the checker.
  sim::crawl_verdict verdict;
};

/// Whose visits of `told` a disk does not have; nothing: its database does not open.
inline std::optional<std::vector<net::endpoint>>
missing_on(const sim::disk& left, const std::string& path, const std::set<net::endpoint>& told) {
  const auto files = left.copy();
  sim::memory_env env{*files};
  auto o = sim::storage::small_database();
  o.disk.env = &env;
  o.disk.settle = [&env] { env.run_background(); };
  store::database database{path, o};
  if (!database.open())
    return std::nullopt;
  std::vector<net::endpoint> missing;
  for (const auto& peer : told) {
    const auto answer = database.answer(store::get_query{peer});
    if (!answer || !std::get<store::get_answer>(*answer).record ||
        !std::get<store::get_answer>(*answer).record->last)
      missing.push_back(peer);
  }
  return missing;
}

/// Runs a crawl that is crashed at a point to its end.
inline crashed_crawl crash_and_finish(sim::crawl_scenario s, const crash_point& at) {
  sim::planned_operation crash{{}, {}, sim::operation::crash{at.loss, std::chrono::seconds{1}}};
  crash.at_disk_call = at.call;
  crash.progress = at.progress;
  s.operations = {crash};
  crashed_crawl result;
  sim::crawl_world world{s};
  const auto started = world.start();
  if (!started) {
    result.verdict.violations.push_back(
        world.found("database", "the start", started.error().message));
    return result;
  }
  {
    const told_visits visits{world.inner()};
    while (!world.over() && world.crawler().is_up() && world.advance()) {
    }
    result.was_crashed = !world.crawler().is_up();
    result.told = visits.told().size();
    if (result.was_crashed) {
      const auto missing = missing_on(world.disk().on(), world.disk().path(), visits.told());
      result.does_open = missing.has_value();
      result.lost = missing.value_or(std::vector<net::endpoint>{});
    }
  }
  world.run();
  result.verdict = world.judge();
  if (!world.disk().is_open())
    return result;
  const auto checked = world.disk().database().check();
  result.problems = checked ? checked->problems : std::vector{checked.error().message};
  return result;
}

} // namespace seedwalk::test
