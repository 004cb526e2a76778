#include "tools/replay_command.hpp"

#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "actors/config/build_identity.hpp"
#include "sim/record/replay.hpp"
#include "sim/scenario/replayed_crawl.hpp"
#include "tools/command_line.hpp"
#include "tools/log_output.hpp"
#include "tools/option_values.hpp"

namespace seedwalk::tools {

namespace {

constexpr auto examples = R"(seedwalk replay crawl.rec
seedwalk replay crawl.rec --json
seedwalk replay crawl.rec --log-level debug     # see what the recorded run did not log)";

double seconds_of(std::chrono::nanoseconds t) {
  return static_cast<double>(t.count()) / 1e9;
}

std::string as_json(const sim::replay_result& r) {
  nlohmann::json report{{"hash", fmt::format("{:016x}", r.hash)},
                        {"steps", r.steps},
                        {"verified", r.verified},
                        {"complete", r.complete},
                        {"wall_s", seconds_of(r.wall)},
                        {"recorded_s", seconds_of(r.recorded)}};
  if (r.first_difference)
    report["first_difference"] = {{"step", r.first_difference->step},
                                  {"recorded", r.first_difference->recorded},
                                  {"replayed", r.first_difference->replayed},
                                  {"actor", r.first_difference->actor},
                                  {"message", r.first_difference->message}};
  if (r.damage) {
    report["last_good_step"] = r.steps;
    report["damage"] = r.damage->message;
  }
  return report.dump(2);
}

void print(std::ostream& out, const sim::replay_result& r) {
  out << fmt::format("{} steps in {:.2f} s (recorded: {:.2f} s), hash {:016x}\n", r.steps,
                     seconds_of(r.wall), seconds_of(r.recorded), r.hash);
  if (r.verified && r.complete)
    out << "equal at every step\n";
  else if (r.verified)
    out << "equal at every step, up to where the recording was cut off\n";
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
  add_name(line.app(), "--log-level", level, "log at this level, whatever the recorded run did")
      ->type_name("trace|debug|info|warning|error");
  if (const auto code = line.parse(invoked))
    return *code;
  if (until)
    options.until_step = *until;
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
  const auto result = sim::replay(file, sim::crawl_replayer(std::move(replayer)), options);
  if (lines)
    finish_log(*lines, invoked.terminal);
  if (!result) {
    invoked.terminal.err << fmt::format("seedwalk replay: {}\n", result.error().message);
    return result.error().fault == sim::recording_fault::unreadable ? exit_code::usage
                                                                    : exit_code::damaged;
  }
  if (as_json_document)
    invoked.terminal.out << as_json(*result) << '\n';
  else
    print(invoked.terminal.out, *result);
  return conclude(invoked.terminal, file, *result);
}

} // namespace seedwalk::tools
