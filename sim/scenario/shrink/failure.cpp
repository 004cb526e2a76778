#include "sim/scenario/shrink/failure.hpp"

#include <algorithm>

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim {

namespace {

/// Without what differs from run to run: each word that has a digit is "*".
std::string place_of(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    result += word.find_first_of("0123456789") == std::string_view::npos ? word : "*";
    text.remove_prefix(word.size());
    if (!text.empty()) {
      result += ' ';
      text.remove_prefix(1);
    }
  }
  return result;
}

} // namespace

const failure* trial::find(const failure& wanted) const {
  const auto found =
      std::ranges::find_if(failures, [&](const auto& one) { return one.is_like(wanted); });
  return found == failures.end() ? nullptr : &*found;
}

trial run_trial(const crawl_scenario& s) {
  crawl_world world{with_profile(s)};
  const auto verdict = run_crawl(world);
  trial result;
  for (const auto& promise : verdict.broken)
    result.failures.push_back({"run", place_of(promise.text), promise.text, promise.peers});
  result.steps = verdict.steps;
  result.virtual_time = verdict.virtual_time;
  if (s.order.keeps_departures)
    result.departures = world.inner().events().departures();
  return result;
}

} // namespace seedwalk::sim
