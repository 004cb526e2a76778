// Oracles of redials and of connections' ends: each rule in a run that keeps it, and in one that
// does not.

#include <chrono>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario/oracles/liveness_oracle.hpp"
#include "sim/scenario/oracles/redial_oracle.hpp"
#include "tests/sim/scenario/distorting_oracle.hpp"

namespace seedwalk::sim {
namespace {

using testing::Contains;
using testing::IsEmpty;

/// A crawl that goes on for so long.
crawl_scenario long_crawl(std::chrono::seconds lasts, std::chrono::seconds interval) {
  auto s = plain_crawl(5, 12);
  auto& c = s.crawler.config;
  c.run.once = false;
  c.run.limit = lasts;
  c.schedule.live_interval = interval;
  c.schedule.backoff.fill(interval);
  return s;
}

TEST(redials, a_lost_peer_that_is_not_dialled_again_is_named) {
  auto s = long_crawl(std::chrono::seconds{60}, std::chrono::hours{1});
  s.nodes.shares = {{node_kind::honest, 1}, {node_kind::wrong_magic, 1}};
  s.crawler.config.run.hold = 12;
  distortion bug{"not_dialled_again", judged_by<redial_oracle>, ""};
  EXPECT_THAT(places_in(s, bug), IsEmpty());
  // Those who speak of another chain are not dialled again; the oracle hears that they were reset.
  bug.outcome = [](auto& judge, auto& c, auto o) {
    if (o.summary.outcome == net::outcome::wrong_magic) {
      o.summary.outcome = net::outcome::reset;
      o.summary.reached = net::stage::verack;
    }
    judge.on_outcome(c, o);
  };
  EXPECT_THAT(places_in(s, bug), Contains("a lost peer is not dialled again"));
}

TEST(redials, a_network_that_is_away_and_not_probed_is_named) {
  auto s = long_crawl(std::chrono::seconds{280}, std::chrono::seconds{5});
  fault_rule away;
  away.name = "our line";
  away.since = std::chrono::seconds{12};
  away.action = fault::fail_dial{net::error::host_unreachable};
  s.faults = {away};
  distortion bug{"not_probed", judged_by<redial_oracle>, ""};
  EXPECT_THAT(places_in(s, bug), IsEmpty());
  bug.call = [](auto&, auto&, auto&) {}; // No probe is heard.
  bug.step = [](auto& judge, auto& c, auto& step, bool of_manager) {
    if (step.message.ends_with("ask_progress"))
      judge.on_step(c, step, of_manager);
  };
  EXPECT_THAT(places_in(s, bug), Contains("a network that is away is not probed"));
}

TEST(liveness, names_a_connection_that_outlives_its_crawl) {
  auto s = plain_crawl(6, 10);
  s.nodes.shares = {{node_kind::honest, 3}, {node_kind::silent, 1}};
  s.crawlers = 2;
  s.operations.push_back({std::chrono::seconds{1}, 0, operation::stop{}});
  distortion bug{"outlives", judged_by<liveness_oracle>, ""};
  EXPECT_THAT(places_in(s, bug), IsEmpty());
  // One more connection of the crawler that is stopped, whose end is heard while the other goes on.
  constexpr net::connection_id extra{1'000'000};
  std::optional<watched_crawler> stopped;
  bug.call = [&](auto& judge, auto& c, auto& call) {
    judge.on_call(c, call);
    if (c.nth == 0 && !stopped) {
      stopped = c;
      judge.on_call(c, door_call::connect{extra, net::ipv4_endpoint(0x7f090909, 18444), {}});
    } else if (c.nth == 1 && c->inside().now().steady > std::chrono::seconds{20}) {
      judge.on_network_completion(*stopped, net::closed{extra});
    }
  };
  EXPECT_THAT(places_in(s, bug), Contains("a connection outlives its crawl"));
}

} // namespace
} // namespace seedwalk::sim
