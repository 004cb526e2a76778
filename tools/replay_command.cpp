#include "tools/replay_command.hpp"

#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "actors/config/build_identity.hpp"
#include "net/base/whole_file.hpp"
#include "sim/record/image_file.hpp"
#include "sim/record/replay.hpp"
#include "sim/scenario/replayed_crawl.hpp"
#include "tools/command_line.hpp"
#include "tools/log_output.hpp"
#include "tools/option_values.hpp"
#include "tools/output_file.hpp"
#include "tools/recording_target.hpp"

namespace seedwalk::tools {

namespace {

constexpr auto examples = R"(seedwalk replay crawl.rec
seedwalk replay crawl.rec --json
seedwalk replay crawl.rec --log-level debug     # see what the recorded run did not log
seedwalk replay crawl.rec --image at.img --image-after 50000    # keep the moment after step 50000,
seedwalk replay crawl.rec --from at.img         # and go on from there, in seconds)";

double seconds_of(std::chrono::nanoseconds t) {
  return static_cast<double>(t.count()) / 1e9;
}

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

void print(std::ostream& out, const sim::replay_result& r,
           std::optional<std::uint64_t> image_step) {
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

/// What the options say of images.
struct image_options {
  std::string from;
  std::string to;
  std::optional<std::uint64_t> after;
};

/// Reads and prepares them. Empty, or one line for the operator.
std::string use_images(const image_options& wanted, sim::replay_options& options,
                       std::ostream& notes) {
  if (wanted.after && wanted.to.empty())
    return "--image-after goes with --image IMAGE";
  if (!wanted.from.empty()) {
    const auto contents = net::read_whole_file(wanted.from, {sim::image_bytes_max});
    if (!contents)
      return fmt::format("--from {} {}", wanted.from, contents.error().message);
    auto saved = sim::unpack_image(*contents);
    if (!saved)
      return fmt::format("--from {} {}", wanted.from, saved.error());
    if (saved->build != actors::build_identity())
      notes << fmt::format("note: image made by {}, this is {}\n", saved->build,
                           actors::build_identity());
    options.from = std::move(saved->image);
  }
  if (wanted.to.empty())
    return {};
  options.image_after_step = wanted.after.value_or(1);
  return problem_with_image(wanted.to);
}

} // namespace

exit_code run_replay(invocation& invoked) {
  command_line line{
      "replay",
      "Runs a recorded crawl again, without network and database, and compares every step.",
      examples};
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
  if (const auto code = line.parse(invoked))
    return *code;
  if (until)
    options.until_step = *until;
  if (auto problem = use_images(images, options, invoked.terminal.err); !problem.empty())
    return line.refuse(invoked, problem);
  std::unique_ptr<actors::queued_log_sink> lines;
  std::optional<actors::log_options> logging;
  if (!level.empty()) {
    const auto wanted = actors::log_level_named(level);
    if (!wanted)
      return line.refuse(
          invoked,
          fmt::format("--log-level {}: must be trace, debug, info, warning or error", level));
    logging.emplace();
    logging->level = *wanted;
    lines = std::make_unique<actors::queued_log_sink>(*logging, log_to(invoked.terminal));
  }
  sim::crawl_replayer_options replayer;
  replayer.lines = lines.get();
  if (logging)
    replayer.level = logging->level;
  replayer.other_build = [&](const std::string& build) {
    invoked.terminal.err << fmt::format("note: recorded by {}, this is {}\n", build,
                                        actors::build_identity());
  };
  std::unique_ptr<output_file> image_file;
  if (!images.to.empty()) {
    auto file = output_file::create("--image", images.to);
    if (!file)
      return line.refuse(invoked, file.error());
    image_file = std::move(*file);
  }
  std::optional<std::uint64_t> image_step;
  options.on_image = [&](sim::process_image image) {
    image_step = image.steps;
    const auto packed = sim::pack_image({actors::build_identity(), std::move(image)});
    image_file->stream() << net::as_text(packed);
    image_file->finish();
  };
  const auto result = sim::replay(file, sim::crawl_replayer(std::move(replayer)), options);
  if (lines)
    finish_log(*lines, invoked.terminal);
  if (!result) {
    invoked.terminal.err << fmt::format("seedwalk replay: {}\n", result.error().message);
    return result.error().fault == sim::recording_fault::unreadable ? exit_code::usage
                                                                    : exit_code::damaged;
  }
  if (as_json_document)
    invoked.terminal.out << as_json(*result, image_step) << '\n';
  else
    print(invoked.terminal.out, *result, image_step);
  const auto code = conclude(invoked.terminal, file, *result);
  if (code != exit_code::done || !image_file || image_step)
    return code;
  invoked.terminal.err << fmt::format(
      "seedwalk replay: --image {} is empty: from step {} to the end, {}, no step left all actors "
      "without a message\n",
      images.to, options.image_after_step, result->steps);
  return exit_code::usage;
}

} // namespace seedwalk::tools
