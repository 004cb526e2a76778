#include "sim/record/replay.hpp"

#include <utility>

#include <fmt/format.h>

#include "actors/runtime/real_clock.hpp"
#include "sim/record/replayed_network.hpp"
#include "sim/record/watched_network.hpp"

namespace seedwalk::sim {

namespace {

/// Remembers who made the last step.
class last_step final : public world_listener {
public:
  void on_step(const step_view& step) override {
    actor = step.actor; // the process keeps both texts until its next step
    message = step.message;
  }

  std::string_view actor;
  std::string_view message;
};

/// A replay under way. Each `on` returns false where the replay ends.
class replayer {
public:
  replayer(const recording_reader& reader, const replay_options& options)
      : options_(options), world_(reader.header().world_options()),
        home_(world_, {.name = reader.header().process, .wall_steps = {}}),
        network_(home_, no_network_) {}

  replay_result run(recording_reader& reader, const replay_builder& build) {
    world_.listen(last_);
    const auto kept = build({home_, network_, doors_, reader.header()});
    auto going_on = world_.steps() < options_.until_step;
    while (going_on) {
      const auto next = reader.next();
      going_on = std::visit([this](const auto& what) { return on(what); }, next);
    }
    result_.hash = world_.hash();
    result_.steps = world_.steps();
    result_.recorded = world_.now().steady;
    result_.verified = !result_.first_difference && !result_.damage;
    result_.wall = clock_.now().steady;
    world_.ignore(last_);
    home_.kill();
    return std::move(result_);
  }

private:
  bool on(const recorded_advance& what) {
    if (what.now.steady < world_.now().steady)
      return damaged("time goes back");
    world_.advance(what.now);
    return true;
  }

  bool on(const recorded_completion& what) {
    if (!doors_.has(what.door))
      return damaged(fmt::format("a completion came through door {}, which is none", what.door));
    if (!doors_.deliver(home_, what))
      return damaged("a completion does not read as one of this program's");
    return true;
  }

  bool on(const recorded_timer& what) {
    // One that is not there here would be a difference that the steps before it did not show.
    if (!world_.settings().fired_by_hand || !home_.fire(what.timer))
      return damaged(fmt::format("timer {} fires, which does not run", what.timer.value));
    return true;
  }

  bool on(const recorded_reseed& what) {
    world_.reseed(what.seed);
    return true;
  }

  bool on(const recorded_step& what) {
    const auto ran = world_.step(what.passed_over);
    const auto digest = home_.run_chain().digest16();
    if (ran && digest == what.digest)
      return world_.steps() < options_.until_step;
    if (ran)
      return differs(world_.steps(), what.digest);
    last_.actor = last_.message = {};
    return differs(world_.steps() + 1, what.digest);
  }

  bool on(const recording_end& what) {
    result_.complete = true;
    result_.reason = what.reason;
    // Sixteen bits may agree by chance, and effects of the last inputs come after the last step.
    if (what.hash != world_.hash())
      return differs(world_.steps(), static_cast<std::uint16_t>(what.hash >> 16));
    return false;
  }

  bool on(const recording_cut&) { return false; }

  bool on(const recording_error& what) {
    result_.damage = what;
    return false;
  }

  bool damaged(std::string what) {
    return on(recording_error{recording_fault::damaged, std::move(what)});
  }

  bool differs(std::uint64_t step, std::uint16_t recorded) {
    result_.first_difference =
        replay_difference{step, recorded, home_.run_chain().digest16(), std::string{last_.actor},
                          std::string{last_.message}};
    return false;
  }

  const replay_options options_;
  real_clock clock_;
  world world_;
  process home_;
  replayed_network no_network_;
  watched_network network_;
  replayed_doors doors_;
  last_step last_;
  replay_result result_;
};

} // namespace

tl::expected<replay_result, recording_error>
replay(const std::string& path, const replay_builder& build, const replay_options& options) {
  auto reader = recording_reader::open(path);
  if (!reader)
    return tl::unexpected(std::move(reader.error()));
  replayer run{*reader, options};
  return run.run(*reader, build);
}

} // namespace seedwalk::sim
