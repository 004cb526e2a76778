#include "tools/trace_command.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <optional>
#include <ostream>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/trace/trace_diff.hpp"
#include "tools/command_line.hpp"
#include "tools/option_values.hpp"
#include "tools/output_file.hpp"
#include "tools/trace/chrome_trace.hpp"
#include "tools/trace/html_page.hpp"
#include "tools/trace/trace_json.hpp"
#include "tools/trace_input.hpp"

namespace seedwalk::tools {

namespace {

constexpr std::string_view trace_help =
    R"(Shows what happened in a run, from the file that `seedwalk sim run --trace` wrote.
Usage: seedwalk trace show|diff|export [OPTIONS] FILE

  show    entries as text or JSON lines, filtered
  diff    the first difference of two traces; ends with 1 if there is one, as diff does
  export  a page to look at (--html), or a file for Perfetto (--chrome)

Examples:
  seedwalk trace show run.trace --peer 127.1.0.7:18444
  seedwalk trace diff run.trace other.trace
  seedwalk trace export run.trace --html run.html
)";

constexpr auto trace_show_examples =
    R"(seedwalk trace show run.trace --actor crawler/manager --from 1.5 --until 2
seedwalk trace show run.trace --peer 127.1.0.7:18444
seedwalk trace show run.trace --kind broken
seedwalk trace show run.trace --kind received --json)";
constexpr auto diff_examples = "seedwalk trace diff run.trace other.trace";
constexpr auto export_examples = R"(seedwalk trace export run.trace --html run.html
seedwalk trace export run.trace --chrome run.json    # and open it at ui.perfetto.dev)";

exit_code say(const invocation& invoked, std::string_view command, const trace_problem& problem) {
  invoked.terminal.err << fmt::format("seedwalk trace {}: {}\n", command, problem.message);
  return problem.code;
}

/// Which entries of a trace.
struct trace_filter {
  std::string actor;
  std::string peer;
  std::string kind;
  std::chrono::nanoseconds from{0};
  std::chrono::nanoseconds until{std::chrono::nanoseconds::max()};

  void declare(CLI::App& app) {
    add_name(app, "--actor", actor, "of actors whose names have this in them")->type_name("TEXT");
    add_name(app, "--peer", peer,
             "of this node, and of actors with it in their names: 127.1.0.7:18444")
        ->type_name("ENDPOINT");
    constexpr std::chrono::hours longest{24 * 365 * 100};
    add_seconds(app, "--from", from, longest, "not before this virtual time");
    until = longest;
    add_seconds(app, "--until", until, longest, "nor after this");
    add_name(app, "--kind", kind,
             "step, node or broken; else a part of what happens, such as \"received\"")
        ->type_name("TEXT");
  }

  /// For each lane, whether it is wanted.
  std::vector<bool> lanes_of(const sim::trace& trace) const {
    std::vector<bool> result;
    for (const auto& lane : trace.lanes) {
      const bool is_actor = lane.kind == sim::trace_lane_kind::actor;
      result.push_back((actor.empty() || (is_actor && lane.name.find(actor) != lane.name.npos)) &&
                       (peer.empty() || is_of_peer(lane.name)));
    }
    return result;
  }

  /// Of 127.1.0.7:18444 are "127.1.0.7:18444" and "crawler/peer/127.1.0.7:18444#1", and none of
  /// 127.1.0.7:184440.
  bool is_of_peer(const std::string& lane) const {
    const auto at = lane.find(peer);
    if (at == lane.npos || (at != 0 && lane[at - 1] != '/'))
      return false;
    const auto behind = at + peer.size();
    return behind == lane.size() || lane[behind] == '#' || lane[behind] == ':' ||
           lane[behind] == '/';
  }

  bool wants(const sim::trace& trace, const sim::trace_entry& e) const {
    return e.at >= from && e.at <= until &&
           (kind.empty() || kind == sim::name_of(e.kind) ||
            trace.texts[e.text].find(kind) != std::string::npos);
  }
};

nlohmann::json run_as_json(const sim::trace& t) {
  nlohmann::json scenario = nlohmann::json::array();
  for (const auto& [name, value] : t.header.scenario)
    scenario.push_back({{"name", name}, {"value", value}});
  nlohmann::json faults = nlohmann::json::array();
  for (const auto& band : t.header.bands) {
    nlohmann::json fault{{"text", band.text}, {"since_ns", band.since.count()}};
    if (band.until != net::steady_time::max())
      fault["until_ns"] = band.until.count();
    faults.push_back(std::move(fault));
  }
  auto run = outcome_as_json(t);
  run["type"] = "run";
  run["seed"] = t.header.seed;
  run["scenario"] = std::move(scenario);
  run["faults"] = std::move(faults);
  return run;
}

nlohmann::json entry_as_json(const sim::trace& t, const sim::trace_entry& e, std::uint64_t number) {
  nlohmann::json result{
      {"type", "entry"},        {"number", number}, {"kind", sim::name_of(e.kind)},
      {"at_ns", e.at.count()},  {"step", e.step},   {"who", t.lane_of(e)},
      {"what", t.texts[e.text]}};
  if (e.detail != 0)
    result["detail"] = t.texts[e.detail];
  if (e.bytes != 0)
    result["bytes"] = e.bytes;
  if (e.cause != 0)
    result["cause"] = e.cause;
  return result;
}

void print_head(std::ostream& out, const sim::trace& t) {
  out << fmt::format("again: {}\n", t.header.again);
  for (const auto& [name, value] : t.header.scenario)
    out << fmt::format("{}: {}\n", name, value);
  for (const auto& band : t.header.bands)
    out << fmt::format("fault: {}\n", band.text);
  if (t.dropped != 0)
    out << fmt::format("the first {} entries are gone: the trace was full\n", t.dropped);
}

/// An entry with its number, and what led to it.
std::string line_of(const sim::trace& t, const sim::trace_entry& e, std::uint64_t number) {
  auto result = fmt::format("#{} {}", number, sim::text_of(t, e));
  if (const auto* cause = t.find(e.cause))
    result += fmt::format(" <- #{} {}", e.cause, t.lane_of(*cause));
  return result;
}

exit_code show(invocation& invoked) {
  command_line line{"trace show", "Prints the entries of a trace, one a line.",
                    trace_show_examples};
  std::string file;
  trace_filter filter;
  bool as_json = false;
  add_name(line.app(), "FILE", file, "what `sim run --trace` wrote")->required();
  filter.declare(line.app());
  line.app().add_flag("--json", as_json, "JSON lines: the run, then an entry each");
  if (const auto code = line.parse(invoked))
    return *code;
  const auto trace = read_trace(file);
  if (!trace)
    return say(invoked, "show", trace.error());
  auto& out = invoked.terminal.out;
  if (as_json)
    out << run_as_json(*trace).dump() << '\n';
  else
    print_head(out, *trace);
  const auto lanes = filter.lanes_of(*trace);
  auto number = trace->dropped;
  for (const auto& e : trace->entries) {
    ++number;
    if (!lanes[e.lane] || !filter.wants(*trace, e))
      continue;
    out << (as_json ? entry_as_json(*trace, e, number).dump() : line_of(*trace, e, number)) << '\n';
  }
  return exit_code::done;
}

exit_code diff(invocation& invoked) {
  command_line line{"trace diff", "Names the first difference of two traces, and what is before.",
                    diff_examples};
  std::array<std::string, 2> files;
  add_name(line.app(), "A", files[0], "a trace")->required();
  add_name(line.app(), "B", files[1], "another one")->required();
  if (const auto code = line.parse(invoked))
    return *code;
  std::vector<sim::trace> both;
  for (const auto& file : files) {
    auto trace = read_trace(file);
    if (!trace)
      return say(invoked, "diff", trace.error());
    both.push_back(std::move(*trace));
  }
  const auto at = sim::first_difference(both[0], both[1]);
  if (!at)
    return exit_code::done;
  auto& out = invoked.terminal.out;
  constexpr std::uint64_t context = 5;
  for (auto number = *at - std::min(*at - 1, context); number != *at; ++number)
    if (const auto* e = both[0].find(number))
      out << "  " << line_of(both[0], *e, number) << '\n';
  for (std::size_t i = 0; i != both.size(); ++i) {
    const auto* e = both[i].find(*at);
    out << "-+"[i] << ' '
        << (e != nullptr ? line_of(both[i], *e, *at)
                         : fmt::format("#{} is not there: the end", *at))
        << '\n';
    if (e == nullptr)
      continue;
    if (const auto* cause = both[i].find(e->cause))
      out << fmt::format("{}   led to by {}\n", "-+"[i], line_of(both[i], *cause, e->cause));
  }
  return exit_code::failed;
}

exit_code export_trace(invocation& invoked) {
  command_line line{"trace export", "Makes something to look at of a trace.", export_examples};
  std::string file;
  std::string html;
  std::string chrome;
  add_name(line.app(), "FILE", file, "what `sim run --trace` wrote")->required();
  add_name(line.app(), "--html", html, "a page for any browser, which needs nothing else")
      ->type_name("OUT");
  add_name(line.app(), "--chrome", chrome,
           "Chrome's trace event format, for ui.perfetto.dev or chrome://tracing")
      ->type_name("OUT");
  if (const auto code = line.parse(invoked))
    return *code;
  if (html.empty() && chrome.empty())
    return line.refuse(invoked, "name what to make: --html OUT.html, or --chrome OUT.json");
  if (const auto problem =
          problem_with_files({{"FILE", file}}, {{"--html", html}, {"--chrome", chrome}});
      !problem.empty())
    return line.refuse(invoked, problem);
  const auto trace = read_trace(file);
  if (!trace)
    return say(invoked, "export", trace.error());
  for (const auto& [option, path, write] :
       {std::tuple{"--html", &html, &write_html}, std::tuple{"--chrome", &chrome, &write_chrome}}) {
    if (path->empty())
      continue;
    auto out = output_file::create(option, *path);
    if (!out)
      return line.refuse(invoked, out.error());
    write(*trace, (*out)->stream());
    (*out)->finish();
  }
  return exit_code::done;
}

} // namespace

exit_code run_trace(invocation& invoked) {
  constexpr std::array<std::string_view, 3> names = {"show", "diff", "export"};
  const auto chosen = choose_subcommand(invoked, "trace", names, trace_help);
  if (chosen.name == "show")
    return show(invoked);
  if (chosen.name == "diff")
    return diff(invoked);
  if (chosen.name == "export")
    return export_trace(invoked);
  return chosen.code;
}

} // namespace seedwalk::tools
