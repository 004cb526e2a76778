#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "sim/record/process_recording.hpp"
#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::test {

/// A simulated crawl, one crawler of which is recorded, with images of its quiescent moments.
struct imaged_run {
  std::string problem; ///< Empty: it went well.
  std::vector<sim::process_image> images;
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
};

/// Runs a scenario to its end or its limit. An image is made at the first quiescent moment after
/// each of `after_steps` of the recorded crawler.
inline imaged_run run_with_images(const sim::crawl_scenario& s, const std::string& recording_file,
                                  const std::set<std::uint64_t>& after_steps, std::size_t nth = 0) {
  imaged_run result;
  sim::crawl_world world{s};
  auto& crawler = *world.crawlers().at(nth);
  auto recording =
      sim::process_recording::begin(recording_file, crawler.inside(), crawler.recording_header());
  if (!recording) {
    result.problem = recording.error();
    return result;
  }
  if (const auto started = world.start(); !started) {
    result.problem = started.error().message;
    return result;
  }
  auto next = after_steps.begin();
  while (!world.over() && world.now() <= s.limit) {
    const auto before = crawler.inside().steps();
    if (!world.advance())
      break;
    const auto steps = crawler.inside().steps();
    if (next == after_steps.end() || steps == before || steps < *next || !world.inner().idle())
      continue;
    result.images.push_back(crawler.image());
    while (next != after_steps.end() && *next <= steps)
      ++next;
  }
  (*recording)->finish("done");
  result.problem = (*recording)->failure();
  result.hash = crawler.inside().run_chain().value();
  result.steps = crawler.inside().steps();
  return result;
}

} // namespace seedwalk::test
