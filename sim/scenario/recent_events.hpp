#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "actors/runtime/world.hpp"
#include "actors/runtime/world_listener.hpp"
#include "net/address/endpoint.hpp"
#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::sim {

/// The last events of a world that concern some peers, as lines for a person: when, which step,
/// which actor took which message, and what came from outside. Of no peers: the last events of all.
///
/// A peer is concerned where its endpoint is in the name of the actor or of the event's origin.
/// The world's schedule needs `keeps_departures`, or origins are numbers.
class recent_events final : public world_listener {
public:
  recent_events(world& of, std::span<const net::endpoint> peers, std::size_t lines_max);
  ~recent_events() override;
  recent_events(const recent_events&) = delete;
  recent_events& operator=(const recent_events&) = delete;

  std::vector<std::string> lines() const { return {lines_.begin(), lines_.end()}; }

private:
  void on_event(std::uint64_t event, std::uint64_t lane) override;
  void before_step(const step_view& step) override;
  bool concerns(std::string_view text) const;
  void note(std::string text);

  world& world_;
  std::vector<std::string> peers_;
  std::size_t lines_max_;
  std::deque<std::string> lines_;
};

/// The last events of the peers in the run of a scenario, which is made once more for it: runs of
/// equal scenarios are equal.
std::vector<std::string> last_events(crawl_scenario s, std::span<const net::endpoint> peers,
                                     std::size_t lines_max);

} // namespace seedwalk::sim
