#include "tools/replayed_run.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <variant>

#include <fmt/format.h>
#include <unistd.h>

#include "sim/record/process_recording.hpp"
#include "sim/record/replay.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/replayed_crawl.hpp"

namespace seedwalk::tools {

namespace {

bool kills_a_process(const sim::planned_operation& one) {
  return std::holds_alternative<sim::operation::crash>(one.action) ||
         std::holds_alternative<sim::operation::stop>(one.action);
}

/// What is wrong with a replay; nothing: it is equal.
std::optional<sweep_failure>
look_at(const tl::expected<sim::replay_result, sim::recording_error>& replayed) {
  if (!replayed)
    return sweep_failure{"replay", "a recording that does not begin", replayed.error().message, 0};
  if (replayed->verified && replayed->complete)
    return std::nullopt;
  if (const auto& found = replayed->first_difference)
    return sweep_failure{"replay", "a step that differs: " + found->message,
                         fmt::format("a replay differs at step {}, in which {} takes {}",
                                     found->step, found->actor, found->message),
                         found->step};
  return sweep_failure{"replay", "a recording that is not whole",
                       fmt::format("a replay ends behind step {}", replayed->steps),
                       replayed->steps};
}

} // namespace

seed_result run_and_replay(const sim::crawl_scenario& s, const std::string& folder) {
  if (std::ranges::any_of(s.operations, kills_a_process))
    return result_of(sim::run_crawl(s));
  sim::crawl_world world{sim::with_profile(s)};
  auto& crawler = world.crawler();
  const auto path = fmt::format("{}/{}.sdwk", folder, ::getpid());
  auto recording =
      sim::process_recording::begin(path, crawler.inside(), crawler.recording_header());
  if (!recording) {
    auto result = result_of(sim::run_crawl(s));
    result.failures.push_back(
        {"replay", "a recording that cannot be written", recording.error(), 0});
    return result;
  }
  bool was_run = false;
  auto result = result_of(sim::run_crawl(world, [&] {
    was_run = true;
    (*recording)->finish("the run is over");
  }));
  if (was_run) {
    const auto replayed = sim::replay(path, sim::crawl_replayer({}));
    if (const auto failure = look_at(replayed))
      result.failures.push_back(*failure);
  }
  recording->reset();
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return result;
}

} // namespace seedwalk::tools
