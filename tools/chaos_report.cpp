#include "tools/chaos_report.hpp"

#include <bit>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "net/base/probe.hpp"
#include "sim/scenario/shrink/story.hpp"
#include "tools/text_table.hpp"

namespace seedwalk::tools {

namespace {

double seconds_in(std::chrono::nanoseconds t) {
  return static_cast<double>(t.count()) / 1e9;
}

double a_second(double count, std::chrono::nanoseconds wall) {
  return count / (seconds_in(wall) + 1e-9);
}

nlohmann::json as_json(const sim::scenario_size& size) {
  return {{"nodes", size.nodes},
          {"faults", size.faults},
          {"operations", size.operations},
          {"choices", size.choices},
          {"lines", size.lines}};
}

nlohmann::json as_json(const chaos_failure& one) {
  nlohmann::json failure = {{"oracle", one.first.oracle}, {"place", one.first.place},
                            {"text", one.first.text},     {"step", one.first.step},
                            {"first_run", one.first_run}, {"story", one.story},
                            {"runs", one.runs},           {"was_known", one.was_known}};
  if (!one.file.empty())
    failure["scenario_file"] = one.file;
  if (one.shrunk)
    failure["shrunk"] = {{"executions", one.shrunk->runs},
                         {"is_whole", one.shrunk->is_whole},
                         {"fails_again", one.fails_again},
                         {"before", as_json(one.shrunk->before)},
                         {"after", as_json(one.shrunk->after)}};
  return failure;
}

} // namespace

void chaos_report::add(const sim::chaos_result& one) {
  ++runs_;
  virtual_time_ += one.result.virtual_time;
  broken_runs_ += one.result.broken.empty() ? 0 : 1;
  for (const auto& reached : one.result.features)
    if (reached.kind == sim::feature_kind::probe)
      ++probes_[reached.name];
}

void chaos_report::add(const sim::chaos_lesson& one, const sim::corpus& corpus,
                       std::chrono::nanoseconds wall) {
  for (const auto& reached : one.learned.gained)
    if (gains_.size() != gains_max)
      gains_.push_back({one.proposal.number, wall, reached});
  now_ = {one.proposal.number + 1, wall, corpus.reached(), corpus.entries().size()};
  if (std::has_single_bit(now_.runs))
    growth_.push_back(now_);
}

chaos_failure* chaos_report::add_failure(const sim::chaos_result& one,
                                         const sim::broken_promise& broken) {
  auto& known = failures_[{broken.oracle, broken.place}];
  if (known.runs++ != 0)
    return nullptr;
  known.first = broken;
  known.first_run = one.proposal.number;
  known.story = one.proposal.story;
  return &known;
}

std::vector<std::string> chaos_report::probes_missing() const {
  std::vector<std::string> missing;
  for (const auto name : net::probe_names())
    if (!probes_.contains(std::string{name}))
      missing.emplace_back(name);
  return missing;
}

std::string chaos_report::progress(std::chrono::nanoseconds wall) const {
  return fmt::format(
      "{:.0f} s: {} runs, {:.0f} a second, {} probes, {} pairs of messages, {} states, corpus {}; "
      "{} broken in {} ways",
      seconds_in(wall), runs_, a_second(static_cast<double>(runs_), wall), now_.reached[0],
      now_.reached[1], now_.reached[2], now_.entries, broken_runs_, failures_.size());
}

void chaos_report::print_text(std::ostream& out, const frame& around) const {
  const auto virtual_s = seconds_in(virtual_time_);
  out << fmt::format(
      "{}seed {}: {} runs in {:.1f} s, {:.1f} a second with {} job{}; {:.0f} virtual "
      "s, {:.0f} a second\n",
      around.was_interrupted ? "interrupted; " : "", around.seed, runs_, seconds_in(around.wall),
      a_second(static_cast<double>(runs_), around.wall), around.jobs, around.jobs == 1 ? "" : "s",
      virtual_s, a_second(virtual_s, around.wall));
  using align = text_table::align;
  text_table table({{"runs", align::right},
                    {"s", align::right},
                    {"probes", align::right},
                    {"pairs of messages", align::right},
                    {"states of the model", align::right},
                    {"corpus", align::right}});
  auto all = growth_;
  if (all.empty() || all.back().runs != now_.runs)
    all.push_back(now_);
  for (const auto& one : all)
    table.add({fmt::format("{}", one.runs), fmt::format("{:.1f}", seconds_in(one.wall)),
               fmt::format("{}", one.reached[0]), fmt::format("{}", one.reached[1]),
               fmt::format("{}", one.reached[2]), fmt::format("{}", one.entries)});
  table.print(out);
  const auto missing = probes_missing();
  out << fmt::format("probes: {} of {} reached{}{}\n", probes_.size(), net::probe_names().size(),
                     missing.empty() ? "" : "; not ", fmt::join(missing, ", "));
  out << fmt::format("failures: {} runs in {} ways\n", broken_runs_, failures_.size());
  for (const auto& [key, one] : failures_) {
    out << fmt::format("  {}, {}: {} run{}, first run {}{}: {}\n", one.first.oracle,
                       printable(one.first.place, 200), one.runs, one.runs == 1 ? "" : "s",
                       one.first_run, one.was_known ? ", known before" : "",
                       printable(one.first.text, 400));
    if (one.shrunk)
      out << fmt::format("    shrunk in {} runs{}: {}{}\n", one.shrunk->runs,
                         one.shrunk->is_whole ? "" : " (ended before all was tried)",
                         sim::to_string(one.shrunk->after),
                         one.fails_again ? "" : "; did not fail again");
    if (!one.file.empty())
      out << fmt::format("    again: seedwalk sim run {}\n", one.file);
  }
  out << fmt::format("again: {}\n", around.again);
}

void chaos_report::print_json(std::ostream& out, const frame& around) const {
  const auto growth_json = [](const growth& one) {
    return nlohmann::json{{"runs", one.runs},
                          {"s", seconds_in(one.wall)},
                          {"probes", one.reached[0]},
                          {"message_pairs", one.reached[1]},
                          {"model_states", one.reached[2]},
                          {"corpus", one.entries}};
  };
  auto growths = nlohmann::json::array();
  for (const auto& one : growth_)
    growths.push_back(growth_json(one));
  auto gains = nlohmann::json::array();
  for (const auto& one : gains_)
    gains.push_back({{"run", one.run},
                     {"s", seconds_in(one.wall)},
                     {"kind", sim::name_of(one.reached.kind)},
                     {"name", one.reached.name}});
  auto failures = nlohmann::json::array();
  for (const auto& [key, one] : failures_)
    failures.push_back(as_json(one));
  const auto virtual_s = seconds_in(virtual_time_);
  out << nlohmann::json{{"seed", around.seed},
                        {"jobs", around.jobs},
                        {"interrupted", around.was_interrupted},
                        {"again", around.again},
                        {"runs", runs_},
                        {"earlier_runs", around.earlier},
                        {"broken_runs", broken_runs_},
                        {"wall_s", seconds_in(around.wall)},
                        {"runs_per_s", a_second(static_cast<double>(runs_), around.wall)},
                        {"virtual_s", virtual_s},
                        {"virtual_s_per_s", a_second(virtual_s, around.wall)},
                        {"reached", growth_json(now_)},
                        {"probes", probes_},
                        {"probes_missing", probes_missing()},
                        {"failures", std::move(failures)},
                        {"growth", std::move(growths)},
                        {"gains", std::move(gains)}}
             .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
      << '\n';
}

} // namespace seedwalk::tools
