#include "sim/scenario/shrink/story.hpp"

#include <fmt/format.h>

#include "net/base/stranger_text.hpp"

namespace seedwalk::sim {

namespace {

std::string counted(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

double seconds_in(net::steady_time time) {
  return static_cast<double>(time.count()) / 1e9;
}

} // namespace

std::string to_string(const scenario_size& size) {
  return fmt::format("{}, {}, {}, {} against fifo, {}", counted(size.nodes, "node"),
                     counted(size.faults, "fault"), counted(size.operations, "operation"),
                     counted(size.choices, "choice"), counted(size.lines, "line"));
}

std::string story_of(const shrink_result& result, const std::string& file, const std::string& from,
                     std::span<const std::string> events) {
  const auto& broken = result.broken;
  auto story = fmt::format("Broken: {}\nFound by: {} ({})\n", net::printable(broken.text, 1'000),
                           broken.oracle, net::printable(broken.place, 1'000));
  for (const auto& peer : broken.peers)
    story += fmt::format("Concerns: {}\n", net::to_string(peer));
  if (broken.step != 0)
    story += fmt::format("Noticed: after {:.6f} virtual s, in step {}{}{}\n",
                         seconds_in(broken.when), broken.step, broken.actor.empty() ? "" : ", by ",
                         net::printable(broken.actor, 200));
  story += fmt::format("The run ends after {:.3f} virtual s, {} steps of actors.\n"
                       "Again: seedwalk sim run {}\n\n",
                       seconds_in(result.virtual_after), result.steps_after, file);
  story += fmt::format("Shrunk from: {}\n  was {}; {:.1f} virtual s\n  is  {}; {:.1f} virtual s\n",
                       from, to_string(result.before), seconds_in(result.virtual_before),
                       to_string(result.after), seconds_in(result.virtual_after));
  story += fmt::format("In {}{}:", counted(result.runs, "run"),
                       result.is_whole ? "" : ", ended before all was tried");
  for (const auto& pass : result.passes)
    story += fmt::format(" {} {}/{}", pass.name, pass.steps, pass.runs);
  story += " (smaller/tried)\n";
  if (events.empty())
    return story;
  story += "\nThe last events:\n";
  for (const auto& line : events)
    story += fmt::format("  {}\n", net::printable(line, 300));
  return story;
}

} // namespace seedwalk::sim
