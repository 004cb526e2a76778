#include "sim/scenario/explain/traced_run.hpp"

#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/scenario/crawl_trace.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/trace/trace_file.hpp"

namespace seedwalk::sim {

namespace {

traced_run traced(crawl_trace& by, const crawl_verdict& verdict) {
  by.finish(verdict);
  std::ostringstream file;
  by.write(file);
  auto read = parse_trace(file.view());
  if (!read)
    throw std::runtime_error("the trace of a run cannot be read: it " + read.error());
  return {std::move(*read), verdict.probes};
}

} // namespace

traced_run run_traced(const crawl_scenario& s, std::string again) {
  crawl_world world{with_profile(s)};
  crawl_trace by{world, std::move(again)};
  const auto verdict = run_crawl(world);
  return traced(by, verdict);
}

traced_run run_traced_up_to(const crawl_scenario& s, std::string again, std::uint64_t steps,
                            const broken_promise& broken) {
  crawl_world world{with_profile(s)};
  crawl_trace by{world, std::move(again)};
  if (world.start())
    while (!world.over() && world.inner().steps() < steps && world.advance()) {
    }
  crawl_verdict verdict;
  verdict.seed = s.seed;
  verdict.steps = world.inner().steps();
  verdict.virtual_time = world.now();
  verdict.hash = world.inner().hash();
  verdict.probes = world.probes();
  verdict.broken = {broken};
  return traced(by, verdict);
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
    pairs.insert(fmt::format("{}: {}, then {}", of.lanes[e.lane].type, of.texts[before],
                             of.texts[e.text]));
  }
  return pairs;
}

} // namespace seedwalk::sim
