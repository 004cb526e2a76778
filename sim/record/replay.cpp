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
    owner = step.owner;
    actor = step.actor; // the process keeps both texts until its next step
    message = step.message;
  }

  net::owner owner;
  std::string_view actor;
  std::string_view message;
};

/// A replay under way. Each `on` returns false where the replay ends.
class replayer {
public:
  replayer(const recording_reader& reader, const replay_options& options)
      : options_(options), world_(reader.header().world_options()),
        process_(world_, {.name = reader.header().process, .wall_steps = {}}),
        network_(process_, no_network_) {}

  replay_result run(recording_reader& reader, const replay_builder& build) {
    world_.listen(last_);
    parts_.add_number(
        "network", [this] { return network_.last_asked(); },
        [this](std::uint64_t last) {
          no_network_.resume(last);
          network_.resume(last);
        });
    const auto* from = options_.from ? &*options_.from : nullptr;
    if (from != nullptr)
      process_.restore(*from);
    const auto kept = build({process_, network_, doors_, parts_, reader.header(), from});
    auto going_on = (from == nullptr || skip_to(reader)) && world_.steps() < options_.until_step;
    while (going_on) {
      const auto next = reader.next();
      going_on = std::visit([this](const auto& entry) { return on(entry); }, next);
    }
    result_.hash = world_.hash();
    result_.steps = world_.steps();
    result_.recorded = world_.now().steady;
    result_.verified = !result_.first_difference && !result_.damage;
    result_.wall = clock_.now().steady;
    world_.ignore(last_);
    process_.kill();
    return std::move(result_);
  }

private:
  /// Passes over what the recording has of the time before the image.
  bool skip_to(recording_reader& reader) {
    std::uint64_t steps = 0;
    std::optional<recorded_step> last;
    while (steps != world_.steps()) {
      const auto next = reader.next();
      if (const auto* step = std::get_if<recorded_step>(&next)) {
        last = *step;
        ++steps;
      } else if (std::holds_alternative<recording_end>(next) ||
                 std::holds_alternative<recording_cut>(next)) {
        return damaged(fmt::format("the image was made after step {}, and the recording ends "
                                   "after step {}: it is of another run",
                                   world_.steps(), steps));
      } else if (const auto* problem = std::get_if<recording_error>(&next)) {
        return on(*problem);
      }
    }
    if (last && last->digest != process_.run_chain().digest16())
      return damaged(fmt::format("the image is of another run: after step {} the chain is {:04x} "
                                 "in the recording, and {:04x} in the image",
                                 steps, last->digest, process_.run_chain().digest16()));
    return true;
  }

  void make_image() {
    options_.on_image(process_.image(parts_));
    options_.image_after_step = UINT64_MAX;
  }

  bool on(const recorded_advance& entry) {
    if (entry.now.steady < world_.now().steady)
      return damaged("time goes back");
    world_.advance(entry.now);
    return true;
  }

  bool on(const recorded_completion& entry) {
    if (!doors_.has(entry.door))
      return damaged(fmt::format("a completion came through door {}, which is none", entry.door));
    if (!doors_.deliver(process_, entry))
      return damaged("a completion does not read as one of this program's");
    return true;
  }

  bool on(const recorded_timer& entry) {
    // One that is not there here would be a difference that the steps before it did not show.
    if (!world_.settings().fired_by_hand || !process_.fire(entry.timer))
      return damaged(fmt::format("timer {} fires, which does not run", entry.timer.value));
    return true;
  }

  bool on(const recorded_reseed& entry) {
    world_.reseed(entry.seed);
    return true;
  }

  bool on(const recorded_step& entry) {
    const auto ran = world_.step(entry.passed_over);
    const auto digest = process_.run_chain().digest16();
    if (ran && digest == entry.digest) {
      if (world_.steps() >= options_.image_after_step && world_.idle())
        make_image();
      return world_.steps() < options_.until_step;
    }
    if (ran)
      return differs(world_.steps(), entry.digest);
    last_.owner = net::nobody;
    last_.actor = last_.message = {};
    return differs(world_.steps() + 1, entry.digest);
  }

  bool on(const recording_end& recorded) {
    result_.complete = true;
    result_.reason = recorded.reason;
    // Sixteen bits may agree by chance, and effects of the last inputs come after the last step.
    if (recorded.hash != world_.hash())
      return differs(world_.steps(), static_cast<std::uint16_t>(recorded.hash >> 16));
    return false;
  }

  bool on(const recording_cut&) { return false; }

  bool on(const recording_error& problem) {
    result_.damage = problem;
    return false;
  }

  bool damaged(std::string text) {
    return on(recording_error{recording_fault::damaged, std::move(text)});
  }

  bool differs(std::uint64_t step, std::uint16_t recorded) {
    result_.first_difference = replay_difference{step,
                                                 recorded,
                                                 process_.run_chain().digest16(),
                                                 std::string{last_.actor},
                                                 std::string{last_.message},
                                                 process_.state_of(last_.owner)};
    return false;
  }

  replay_options options_;
  real_clock clock_;
  world world_;
  process process_;
  replayed_network no_network_;
  watched_network network_;
  replayed_doors doors_;
  image_parts parts_;
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
