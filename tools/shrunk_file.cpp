#include "tools/shrunk_file.hpp"

#include <vector>

#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/recent_events.hpp"
#include "sim/scenario/shrink/story.hpp"

namespace seedwalk::tools {

std::string text_of_shrunk(const sim::shrink_result& result, const std::string& file,
                           const std::string& from) {
  constexpr std::size_t told_events = 12;
  std::vector<std::string> events;
  // A run that ends its process would end this one.
  if (result.broken.oracle != "process")
    events = sim::last_events(result.smallest, result.broken.peers, told_events);
  return sim::write_scenario(result.smallest, sim::story_of(result, file, from, events));
}

} // namespace seedwalk::tools
