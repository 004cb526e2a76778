#include "sim/scenario/explain/traced_run.hpp"

#include <limits>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/scenario/crawl_trace.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/trace/trace_file.hpp"

namespace seedwalk::sim {

namespace {

/// Runs a world, and counts what is drawn in some of its steps.
class drawing_run final : private draw_listener {
public:
  drawing_run(crawl_world& world, step_range heard) : world_(world), heard_(heard) {}

  /// To its end, or up to a step. Precondition: it was started.
  void run(std::uint64_t steps_max) {
    auto& draw = world_.inner().events().draw();
    world_.run([&] {
      const auto steps = world_.inner().steps();
      draw.listen(steps >= heard_.behind && steps < heard_.last ? this : nullptr);
      return steps < steps_max;
    });
    draw.listen(nullptr);
  }

  std::map<std::string, std::uint64_t> drawn;

private:
  void on_draw(std::string_view purpose, std::uint64_t, std::uint64_t) override {
    ++drawn[std::string{purpose}];
  }

  crawl_world& world_;
  const step_range heard_;
};

traced_run traced(crawl_trace& by, const crawl_verdict& verdict, drawing_run& run) {
  by.finish(verdict);
  std::ostringstream file;
  by.write(file);
  auto read = parse_trace(file.view());
  if (!read)
    throw std::runtime_error("the trace of a run cannot be read: it " + read.error());
  return {std::move(*read), verdict.probes, std::move(run.drawn)};
}

} // namespace

traced_run run_traced(const crawl_scenario& s, std::string again, step_range heard) {
  crawl_world world{with_profile(s)};
  crawl_trace by{world, std::move(again)};
  drawing_run run{world, heard};
  crawl_verdict verdict;
  if (world.start()) {
    run.run(std::numeric_limits<std::uint64_t>::max());
    verdict = world.judge();
  }
  return traced(by, verdict, run);
}

traced_run run_traced_up_to(const crawl_scenario& s, std::string again, std::uint64_t steps,
                            const broken_promise& broken, step_range heard) {
  crawl_world world{with_profile(s)};
  crawl_trace by{world, std::move(again)};
  drawing_run run{world, heard};
  if (world.start())
    run.run(steps);
  crawl_verdict verdict;
  verdict.seed = s.seed;
  verdict.steps = world.inner().steps();
  verdict.virtual_time = world.now();
  verdict.hash = world.inner().hash();
  verdict.probes = world.probes();
  verdict.broken = {broken};
  return traced(by, verdict, run);
}

std::set<std::string> message_pairs(const trace& of) {
  std::set<std::string> pairs;
  std::vector<std::uint32_t> last(of.lanes.size()); // Texts; 0: none yet.
  std::set<std::uint64_t> seen;                     // By numbers, which costs no text.
  std::vector<std::uint32_t> kinds;                 // Of lanes: the first of that kind.
  for (std::uint32_t lane = 0; lane != of.lanes.size(); ++lane) {
    std::uint32_t first = 0;
    while (of.lanes[first].type != of.lanes[lane].type)
      ++first;
    kinds.push_back(first);
  }
  for (const auto& e : of.entries) {
    if (e.kind != trace_kind::step)
      continue;
    const auto before = std::exchange(last[e.lane], e.text);
    const auto key = (std::uint64_t{kinds[e.lane]} << 40) ^ (std::uint64_t{before} << 20) ^ e.text;
    if (before == 0 || seen.size() == pairs_max || !seen.insert(key).second)
      continue;
    pairs.insert(
        fmt::format("{}: {}, then {}", of.lanes[e.lane].type, of.texts[before], of.texts[e.text]));
  }
  return pairs;
}

} // namespace seedwalk::sim
