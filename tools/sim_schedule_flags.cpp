#include "tools/sim_schedule_flags.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "net/base/whole_file.hpp"
#include "sim/scenario/file/value_texts.hpp"
#include "tools/option_values.hpp"

namespace seedwalk::tools {

namespace {

constexpr std::chrono::hours longest_time{1};

constexpr auto strategies_text = "fifo|uniform|pct[:D]|pctcp[:D]|pos|urw|surw|pairs|portfolio";

std::string seconds_text(std::chrono::nanoseconds time) {
  return fmt::format("{}.{:09}", time.count() / 1'000'000'000, time.count() % 1'000'000'000);
}

/// Seeds, each from a step on, in the order of their steps.
tl::expected<void, std::string> read_seeds(const char* option,
                                           const std::vector<std::string>& texts,
                                           std::vector<sim::crawl_scenario::another_seed>& seeds) {
  for (const auto& text : texts) {
    const auto read = sim::parse_reseed(text);
    if (!read)
      return tl::unexpected(fmt::format("{} {}: {}", option, text, read.error()));
    seeds.push_back(*read);
  }
  std::stable_sort(seeds.begin(), seeds.end(),
                   [](const auto& a, const auto& b) { return a.from_step < b.from_step; });
  return {};
}

} // namespace

void sim_schedule_flags::declare(CLI::App& app) {
  schedule_option_ = add_name(app, "--schedule", schedule_text_,
                              "who goes next; D is the depth of the bugs that are looked for, 3 "
                              "unless it is said")
                         ->type_name(strategies_text);
  add_seconds(app, "--ahead", ahead_, longest_time,
              "events due within so much from now compete with those that are due");
  add_seconds(app, "--behind", behind_, longest_time,
              "nobody who is due is passed over for longer");
  app.add_flag("--behind-unbounded", unbounded_, "anybody may be passed over, for ever");
  add_name(app, "--choices", choices_path_,
           "make the choices of this file again (from --choices-out); all else is fifo")
      ->type_name("FILE");
  add_name(
      app, "--then", then_text_,
      "from a step on draw instead: uniform:SEED, uniform:SEED@STEP, pct:D:SEED, fifo@STEP ...; "
      "without a step, behind the last of --choices")
      ->type_name("STRATEGY:SEED");
  app.add_option("--reseed", reseed_texts_,
                 "STEP:SEED: from this step on everything is drawn from another seed; repeatable");
  app.add_option("--redraw", redraw_texts_,
                 "STEP:SEED: from this step on the schedule, latencies and the moments of faults "
                 "are drawn anew, as by `sim explain`; the world stays; repeatable");
}

tl::expected<void, std::string> sim_schedule_flags::read() {
  const auto strategy = sim::strategy_text::parse(schedule_text_);
  if (!strategy)
    return tl::unexpected(fmt::format("--schedule {}: must be {}, with D from 1 to {}",
                                      schedule_text_, strategies_text,
                                      sim::strategy_text::depth_max));
  schedule_ = *strategy;
  if (!choices_path_.empty()) {
    if (schedule_option_->count() != 0)
      return tl::unexpected(
          std::string{"--choices and --schedule: choices are departures from fifo; leave one out"});
    const auto text = net::read_whole_file(choices_path_, {sim::choice_file::bytes_max});
    if (!text)
      return tl::unexpected(fmt::format("--choices {}: {}", choices_path_, text.error().message));
    auto parsed = sim::parse_choices(*text);
    if (!parsed)
      return tl::unexpected(fmt::format("--choices {}: {}", choices_path_, parsed.error()));
    choices_ = std::move(*parsed);
  }
  if (!then_text_.empty()) {
    const auto then = sim::parse_then(then_text_, choices_ ? choices_->last_step() + 1 : 0);
    if (!then)
      return tl::unexpected(fmt::format("--then {}: {}", then_text_, then.error()));
    then_ = *then;
  }
  if (auto read = read_seeds("--reseed", reseed_texts_, reseeds_); !read)
    return read;
  return read_seeds("--redraw", redraw_texts_, redraws_);
}

void sim_schedule_flags::apply(sim::crawl_scenario& s) const {
  s.schedule = choices_ ? sim::strategy::fifo : schedule_.strategy;
  s.order.depth = schedule_.depth;
  s.order.ahead = ahead_;
  s.order.behind = unbounded_ ? net::steady_time::max() : behind_;
  if (choices_)
    s.order.given = choices_->departures;
  s.then = then_;
  s.reseeds = reseeds_;
  s.redraws = redraws_;
}

std::string sim_schedule_flags::again() const {
  const sim_schedule_flags usual;
  std::string command;
  if (schedule_ != usual.schedule_)
    command += fmt::format(" --schedule {}", schedule_.to_string());
  if (ahead_ != usual.ahead_)
    command += fmt::format(" --ahead {}", seconds_text(ahead_));
  if (behind_ != usual.behind_)
    command += fmt::format(" --behind {}", seconds_text(behind_));
  if (unbounded_)
    command += " --behind-unbounded";
  if (!choices_path_.empty())
    command += fmt::format(" --choices {}", choices_path_);
  if (!then_text_.empty())
    command += fmt::format(" --then {}", then_text_);
  for (const auto& text : reseed_texts_)
    command += fmt::format(" --reseed {}", text);
  for (const auto& text : redraw_texts_)
    command += fmt::format(" --redraw {}", text);
  return command;
}

} // namespace seedwalk::tools
