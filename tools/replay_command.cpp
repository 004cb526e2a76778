#include "tools/replay_command.hpp"

#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "actors/config/build_identity.hpp"
#include "actors/runtime/huge_pages.hpp"
#include "net/base/stranger_text.hpp"
#include "net/base/whole_file.hpp"
#include "sim/record/image_file.hpp"
#include "sim/record/replay.hpp"
#include "sim/scenario/replayed_crawl.hpp"
#include "tools/command_line.hpp"
#include "tools/image_target.hpp"
#include "tools/live_crawl.hpp"
#include "tools/log_output.hpp"
#include "tools/option_values.hpp"
#include "tools/seconds.hpp"
#include "tools/sim_scenario_flags.hpp"
#include "tools/trace_target.hpp"

namespace seedwalk::tools {

namespace {

constexpr auto replay_examples = R"(seedwalk replay crawl.rec
seedwalk replay crawl.rec --json
seedwalk replay crawl.rec --trace crawl.trace   # for `seedwalk trace`: every step of every actor
seedwalk replay crawl.rec --log-level debug     # see what the recorded run did not log
seedwalk replay crawl.rec --image at.img --image-after 50000    # keep the moment after step 50000,
seedwalk replay crawl.rec --from at.img         # and go on from there, in seconds)";

std::string as_json(const sim::replay_result& r, std::optional<std::uint64_t> image_step) {
  nlohmann::json report{{"hash", fmt::format("{:016x}", r.hash)},
                        {"steps", r.steps},
                        {"verified", r.verified},
                        {"complete", r.complete},
                        {"wall_s", seconds_of(r.wall)},
                        {"recorded_s", seconds_of(r.recorded)}};
  if (image_step)
    report["image_step"] = *image_step;
  if (r.first_difference)
    report["first_difference"] = {{"step", r.first_difference->step},
                                  {"recorded", r.first_difference->recorded},
                                  {"replayed", r.first_difference->replayed},
                                  {"actor", r.first_difference->actor},
                                  {"message", r.first_difference->message}};
  if (r.first_difference && !r.first_difference->state.empty())
    report["first_difference"]["state"] = nlohmann::json::parse(r.first_difference->state);
  if (r.damage) {
    report["last_good_step"] = r.steps;
    report["damage"] = r.damage->message;
  }
  return report.dump(2);
}

void print(std::ostream& out, const sim::replay_result& r, std::optional<std::uint64_t> image_step,
           const trace_target& trace) {
  out << fmt::format("{} steps in {:.2f} s (recorded: {:.2f} s), hash {:016x}\n", r.steps,
                     seconds_of(r.wall), seconds_of(r.recorded), r.hash);
  if (r.verified && r.complete)
    out << "equal at every step\n";
  else if (r.verified)
    out << "equal at every step, up to where the recording was cut off\n";
  else if (r.first_difference && !r.first_difference->state.empty())
    out << "--json has all that the actor knows after the step that differs\n";
  if (image_step)
    out << fmt::format("image made after step {}\n", *image_step);
  out << trace.told();
}

exit_code conclude(console& terminal, const std::string& file, const sim::replay_result& r) {
  if (const auto& d = r.first_difference) {
    terminal.err << fmt::format(
        "seedwalk replay: {}: step {} differs: recorded {:04x}, replayed {:04x}, {}\n", file,
        d->step, d->recorded, d->replayed,
        d->actor.empty() ? std::string{"no actor had anything to do"}
                         : fmt::format("{} took {}", d->actor, d->message));
    return exit_code::runs_differ;
  }
  if (r.damage) {
    terminal.err << fmt::format("seedwalk replay: {}; the last good step is {}\n",
                                r.damage->message, r.steps);
    return exit_code::damaged;
  }
  return exit_code::done;
}

exit_code say(const invocation& invoked, const start_error& problem) {
  invoked.terminal.err << fmt::format("seedwalk replay: {}\n", problem.message);
  return problem.code;
}

/// What the options say of images.
struct image_options {
  std::string from;
  std::string to;
  std::optional<std::uint64_t> after;
};

/// Reads the image to go on from. The error is what to exit with, and one line.
tl::expected<sim::process_image, start_error> read_image(const std::string& path,
                                                         std::ostream& notes) {
  const auto contents = net::read_whole_file(path, {sim::image_bytes_max});
  if (!contents)
    return tl::unexpected(
        start_error{exit_code::usage, fmt::format("--from {} {}", path, contents.error().message)});
  auto saved = sim::unpack_image(*contents);
  if (!saved)
    return tl::unexpected(
        start_error{exit_code::damaged, fmt::format("--from {} {}", path, saved.error())});
  if (saved->build != actors::build_identity())
    notes << fmt::format("note: image made by {}, this is {}\n", net::printable(saved->build),
                         actors::build_identity());
  return std::move(saved->image);
}

/// What is to be done with images. The error is as of `read_image`.
tl::expected<std::unique_ptr<image_target>, start_error> use_images(const image_options& wanted,
                                                                    const std::string& recording,
                                                                    sim::replay_options& options,
                                                                    std::ostream& notes) {
  const auto refused = [](std::string problem) {
    return tl::unexpected(start_error{exit_code::usage, std::move(problem)});
  };
  if (wanted.after && wanted.to.empty())
    return refused("--image-after goes with --image IMAGE");
  if (!wanted.from.empty()) {
    auto image = read_image(wanted.from, notes);
    if (!image)
      return tl::unexpected(std::move(image.error()));
    if (options.until_step <= image->steps)
      return refused(fmt::format("--until {}: the image was made after step {}", options.until_step,
                                 image->steps));
    options.from = std::move(*image);
  }
  if (wanted.to.empty())
    return nullptr;
  options.image_after_step = wanted.after.value_or(1);
  auto target = image_target::create(wanted.to, recording);
  if (!target)
    return refused(std::move(target.error()));
  return std::move(*target);
}

/// Replays. What a file brings about that is not what this program wrote is an error of that file.
tl::expected<sim::replay_result, start_error> replay_file(const std::string& file,
                                                          const sim::replay_builder& build,
                                                          const sim::replay_options& options) {
  try {
    auto result = sim::replay(file, build, options);
    if (result)
      return std::move(*result);
    const bool unreadable = result.error().fault == sim::recording_fault::unreadable;
    return tl::unexpected(start_error{unreadable ? exit_code::usage : exit_code::damaged,
                                      std::move(result.error().message)});
  } catch (const sim::foreign_recording& e) {
    return tl::unexpected(start_error{exit_code::damaged, e.what()});
  }
}

/// Where the actors' lines go, and which; nowhere unless a level was given.
struct replay_log {
  std::unique_ptr<actors::queued_log_sink> lines;
  std::optional<actors::log_level> level;
};

/// The error is one line.
tl::expected<replay_log, std::string> log_at(const std::string& level, console& terminal) {
  replay_log result;
  if (level.empty())
    return result;
  result.level = actors::log_level_named(level);
  if (!result.level)
    return tl::unexpected(
        fmt::format("--log-level {}: must be trace, debug, info, warning or error", level));
  actors::log_options options;
  options.level = *result.level;
  result.lines = std::make_unique<actors::queued_log_sink>(options, log_to(terminal));
  return result;
}

/// What became of the image that was asked for: `done` if there is one, or none was asked for.
exit_code conclude_image(const invocation& invoked, std::optional<std::uint64_t> step,
                         const std::string& problem, std::uint64_t after, std::uint64_t end) {
  if (step && problem.empty())
    return exit_code::done;
  if (step)
    return say(invoked, {exit_code::failed, fmt::format("no image: {}", problem)});
  return say(invoked, {exit_code::usage,
                       fmt::format("no image: from step {} to the end, {}, no step left all actors "
                                   "without a message",
                                   after, end)});
}

} // namespace

exit_code run_replay(invocation& invoked) {
  command_line line{
      "replay",
      "Runs a recorded crawl again, without network and database, and compares every step.",
      replay_examples};
  std::string file;
  bool as_json_document = false;
  std::string level;
  sim::replay_options options;
  add_name(line.app(), "FILE", file, "what `crawl --record` wrote")->required();
  line.app().add_flag("--json", as_json_document, "print one JSON document");
  std::optional<std::uint64_t> until;
  add_number(line.app(), "--until", until, {1}, "stop after this step");
  image_options images;
  add_name(line.app(), "--from", images.from, "go on from the moment of this image")
      ->type_name("IMAGE");
  add_name(line.app(), "--image", images.to,
           "write an image of the first moment between two steps "
           "in which no actor has a message")
      ->type_name("IMAGE");
  add_number(line.app(), "--image-after", images.after, {1}, "not before this step");
  add_name(line.app(), "--log-level", level, "log at this level, whatever the recorded run did")
      ->type_name("trace|debug|info|warning|error");
  trace_target trace;
  trace.declare(line.app());
  if (const auto code = line.parse(invoked))
    return *code;
  if (until)
    options.until_step = *until;
  auto image = use_images(images, file, options, invoked.terminal.err);
  if (!image && image.error().code == exit_code::usage)
    return line.refuse(invoked, image.error().message);
  if (!image)
    return say(invoked, image.error());
  if (const auto opened = trace.open(); !opened)
    return line.refuse(invoked, opened.error());
  sim::use_huge_pages();
  auto log = log_at(level, invoked.terminal);
  if (!log)
    return line.refuse(invoked, log.error());
  sim::crawl_replayer_options replayer;
  replayer.lines = log->lines.get();
  replayer.level = log->level;
  replayer.other_build = [&](const std::string& build) {
    invoked.terminal.err << fmt::format("note: recorded by {}, this is {}\n", net::printable(build),
                                        actors::build_identity());
  };
  std::optional<std::uint64_t> image_step;
  std::string image_problem;
  options.on_image = [&](sim::process_image made) {
    image_step = made.steps;
    image_problem = (*image)->write(sim::pack_image({actors::build_identity(), std::move(made)}));
  };
  const auto build = trace.traced(sim::crawl_replayer(std::move(replayer)),
                                  fmt::format("seedwalk replay {}", shell_word(file)));
  const auto result = replay_file(file, build, options);
  if (log->lines)
    finish_log(*log->lines, invoked.terminal);
  trace.finish_replay();
  if (!result)
    return say(invoked, result.error());
  if (as_json_document)
    invoked.terminal.out << as_json(*result, image_step) << '\n';
  else
    print(invoked.terminal.out, *result, image_step, trace);
  const auto code = conclude(invoked.terminal, file, *result);
  if (code != exit_code::done || !*image)
    return code;
  return conclude_image(invoked, image_step, image_problem, options.image_after_step,
                        result->steps);
}

} // namespace seedwalk::tools
