// Oracles: that they change nothing, that each of them names what breaks its rules, and that a
// crawl that does what it should is silent to all of them.

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/base/random.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/oracles/bounds_oracle.hpp"
#include "sim/scenario/oracles/crossing_oracle.hpp"
#include "sim/scenario/oracles/liveness_oracle.hpp"
#include "sim/scenario/oracles/outcome_oracle.hpp"
#include "sim/scenario/oracles/politeness_oracle.hpp"
#include "sim/scenario/oracles/pool_oracle.hpp"
#include "sim/scenario/oracles/reference_model.hpp"
#include "sim/scenario/oracles/request_oracle.hpp"
#include "sim/scenario/oracles/schedule_oracle.hpp"
#include "sim/scenario/oracles/score_oracle.hpp"
#include "sim/scenario/oracles/store_oracle.hpp"
#include "sim/scenario/oracles/visit_oracle.hpp"
#include "tests/sim/scenario/distorting_oracle.hpp"

namespace seedwalk::sim {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

/// A world in which much goes wrong, and nothing is done wrong.
crawl_scenario troubled_world(std::uint64_t seed) {
  auto s = plain_crawl(seed, 12);
  s.nodes.shares = {{node_kind::honest, 4}, {node_kind::silent, 1}, {node_kind::refused, 1},
                    {node_kind::full, 1},   {node_kind::absent, 1}, {node_kind::obsolete, 1}};
  s.drawn_faults = 2;
  s.crawlers = seed % 3 == 0 ? 2 : 1;
  if (seed % 2 == 0)
    s.operations.push_back({std::chrono::milliseconds{20 + seed}, 0, operation::crash{}});
  s.drawn_reloads = seed % 5 == 0 ? 2 : 0;
  return s;
}

TEST(oracles, change_nothing_and_have_nothing_to_say_of_a_crawl_that_keeps_its_promises) {
  for (std::uint64_t seed = 1; seed != 31; ++seed) {
    auto s = troubled_world(seed);
    const auto watched = run_crawl(s);
    s.oracles = {.all = false, .names = {}};
    const auto alone = run_crawl(s);
    EXPECT_EQ(watched.hash, alone.hash) << "seed " << seed;
    EXPECT_EQ(watched.steps, alone.steps) << "seed " << seed;
    EXPECT_THAT(watched.violations, IsEmpty()) << "seed " << seed;
  }
}

TEST(oracles, are_chosen_by_name) {
  EXPECT_TRUE(oracle_choice::parse("all")->has("pool"));
  EXPECT_FALSE(oracle_choice::parse("none")->has("pool"));
  const auto two = oracle_choice::parse("store,pool");
  ASSERT_TRUE(two);
  EXPECT_TRUE(two->has("pool"));
  EXPECT_FALSE(two->has("score"));
  EXPECT_EQ(two->to_string(), "store,pool");
  EXPECT_FALSE(oracle_choice::parse("pools"));
  EXPECT_EQ(oracle_names().size(), 13u);
}

TEST(oracles, are_content_where_a_part_of_the_nodes_is_broken_for_ever_and_the_rest_heals) {
  for (std::uint64_t seed = 1; seed != 11; ++seed) {
    auto s = plain_crawl(seed, 20);
    fault_rule broken;
    broken.name = "broken for ever";
    broken.both_directions = true;
    broken.hit = 1;
    broken.of = 3;
    broken.action = fault::silence{};
    auto healing = broken;
    healing.name = "heals";
    healing.until = std::chrono::seconds{30};
    healing.action = fault::drop{};
    s.faults = {broken, healing};
    const auto verdict = run_crawl(s);
    EXPECT_THAT(verdict.violations, IsEmpty()) << "seed " << seed;
    EXPECT_TRUE(verdict.summary.has_value());
  }
}

// Found by `sim chaos`. A reload makes the pace stricter, from 200 dials a second to one, and the
// manager has not heard of it when it dials twice: the politeness oracle held it to the new pace,
// by the newest settings that there were.
TEST(oracles, go_by_a_stricter_pace_once_who_dials_has_heard_of_it) {
  const auto s = parse_scenario(R"(
format = 1
seed = "9517085986931633153"
nodes.count = 1
nodes.seeds = 1
nodes.addresses_a_node = 6
schedule.strategy = "fifo"
crawler = [{}, {}]

[[operation]]
at = "0s"
crawler = "a"
does = "stop"
signal = "none"

[[operation]]
at_step = 42
does = "reload"
file = """
network = { name = "regtest", allow_unroutable = true }
start.dns = false
run = { once = true, for = "0s", hold = 0 }
limits = { max_outbound = 3, dials_per_second = 1 }
"""
)",
                                "a test");
  ASSERT_TRUE(s) << s.error();
  EXPECT_THAT(run_crawl(*s).violations, IsEmpty());
}

// The example of README.md.
class no_third_dial final : public oracle {
public:
  no_third_dial() : oracle("no_third_dial") {}
  void on_call(const watched_crawler&, const any_door_call& call) override {
    if (const auto* dial = std::get_if<door_call::connect>(&call); dial && ++dials_ > 2)
      broke("a third dial", "dialled " + net::to_string(dial->peer), {dial->peer});
  }

private:
  int dials_ = 0;
};

TEST(oracles, may_be_a_users_own) {
  crawl_world world{plain_crawl(1, 8)};
  world.oracles().add(std::make_unique<no_third_dial>());
  const auto verdict = run_crawl(world);
  ASSERT_EQ(verdict.violations.size(), 3u) << "more of one place are not kept";
  EXPECT_EQ(verdict.violations[0].oracle, "no_third_dial");
  EXPECT_EQ(verdict.violations[0].place, "a third dial");
  EXPECT_GT(verdict.violations[0].step, 0u);
  EXPECT_EQ(verdict.violations[0].peers.size(), 1u);
}

class weary_oracle final : public oracle {
public:
  weary_oracle() : oracle("weary_oracle") {}
  void on_step(const watched_crawler&, const step_view&, bool) override {
    if (++steps_ == 20)
      give_run_up();
  }

private:
  int steps_ = 0;
};

// `sim explain` went on with a run that `bounds` had given up, a timer that fires again and again:
// 477 s of a budget of
// 60. It had a loop of its own, and asked no oracle.
TEST(oracles, may_give_a_run_up) {
  for (const bool is_asked : {false, true}) {
    crawl_world world{plain_crawl(1, 8)};
    world.oracles().add(std::make_unique<weary_oracle>());
    ASSERT_TRUE(world.start());
    std::uint64_t asked = 0;
    if (is_asked)
      world.run([&] { return ++asked != 0; });
    else
      world.run();
    EXPECT_EQ(world.inner().steps(), 20u);
    EXPECT_EQ(asked != 0, is_asked);
  }
}

TEST(oracles, are_not_asked_beyond_what_is_wanted) {
  crawl_world world{plain_crawl(1, 8)};
  ASSERT_TRUE(world.start());
  world.run([&] { return world.inner().steps() < 30; });
  EXPECT_EQ(world.inner().steps(), 30u);
  EXPECT_FALSE(world.over());
}

const auto stranger = net::ipv4_endpoint(0x7f090909, 18444);

/// Dials are heard as `changed` makes them.
auto dials(std::function<void(door_call::connect&)> changed) {
  return [changed](oracle& judge, const watched_crawler& c, const any_door_call& call) {
    if (const auto* dial = std::get_if<door_call::connect>(&call)) {
      auto other = *dial;
      changed(other);
      judge.on_call(c, other);
    } else {
      judge.on_call(c, call);
    }
  };
}

/// Calls of a kind are heard twice.
template <class Call>
auto twice(std::function<bool(const Call&)> chosen = [](const Call&) { return true; }) {
  return [chosen](oracle& judge, const watched_crawler& c, const any_door_call& call) {
    judge.on_call(c, call);
    if (const auto* one = std::get_if<Call>(&call); one != nullptr && chosen(*one))
      judge.on_call(c, call);
  };
}

/// Beside what is acknowledged, this is.
auto also_durable(store::operation more) {
  return [more](oracle& judge, const watched_crawler& c, const store::batch& b,
                const store::batch_result& r) {
    judge.on_durable(c, b, r);
    store::batch_result result;
    result.results.emplace_back();
    judge.on_durable(c, store::batch{{more}, 0}, result);
  };
}

auto never_durable() {
  return [](oracle&, const watched_crawler&, const store::batch&, const store::batch_result&) {};
}

store::add_ban ban_of(const net::endpoint& peer) {
  store::add_ban ban;
  ban.ban.target = store::subnet_of(peer, 8);
  ban.ban.reason = "a test";
  return ban;
}

/// A ban without an end is made, and lifted though nobody asked.
void ban_and_lift(oracle& judge, const watched_crawler& c, const any_door_call& call) {
  judge.on_call(c, call);
  if (!std::holds_alternative<door_call::batch>(call))
    return;
  const auto ban = ban_of(net::ipv4_endpoint(0x09090909, 1));
  judge.on_call(c, door_call::batch{{}, store::batch{{ban, store::lift_ban{ban.ban.target}}, 0}});
}

/// All nodes are banned once something is written.
auto everybody_is_banned() {
  return [](oracle& judge, const watched_crawler& c, const any_door_call& call) {
    judge.on_call(c, call);
    if (std::holds_alternative<door_call::batch>(call))
      judge.on_call(c, door_call::batch{{}, store::batch{{ban_of(stranger)}, 0}});
  };
}

auto a_want_too_many() {
  return [](oracle& judge, const watched_crawler& c, const any_door_call& call) {
    judge.on_call(c, call);
    if (const auto* want = std::get_if<door_call::want>(&call))
      judge.on_call(c, door_call::want{want->id, net::network::max_allowance_bytes});
  };
}

auto a_batch_too_large() {
  return [](oracle& judge, const watched_crawler& c, const any_door_call& call) {
    judge.on_call(c, call);
    if (const auto* batch = std::get_if<door_call::batch>(&call)) {
      auto many = batch->contents;
      many.operations.resize(5'000);
      judge.on_call(c, door_call::batch{batch->id, many});
    }
  };
}

/// Visits are written as `changed` makes them.
auto written_visits(std::function<void(store::visit_record&)> changed) {
  return [changed](oracle& judge, const watched_crawler& c, const any_door_call& call) {
    const auto* batch = std::get_if<door_call::batch>(&call);
    if (batch == nullptr)
      return judge.on_call(c, call);
    auto other = batch->contents;
    for (auto& operation : other.operations)
      if (auto* visited = std::get_if<store::record_visit>(&operation))
        changed(visited->visit);
    judge.on_call(c, door_call::batch{batch->id, other});
  };
}

/// Beside each batch, this is written.
auto also_written(store::operation more) {
  return [more](oracle& judge, const watched_crawler& c, const any_door_call& call) {
    judge.on_call(c, call);
    if (std::holds_alternative<door_call::batch>(call))
      judge.on_call(c, door_call::batch{{}, store::batch{{more}, 0}});
  };
}

/// Records are found as `changed` makes them.
auto records(std::function<void(store::peer_record&)> changed) {
  return [changed](oracle& judge, const watched_crawler& c, const net::endpoint& peer,
                   store::peer_record record) {
    changed(record);
    judge.on_record(c, peer, record);
  };
}

store::update_census census(store::census_state state, std::size_t outages) {
  store::update_census update;
  update.number = 1;
  update.census.state = state;
  update.census.outages.resize(outages);
  return update;
}

/// Our version is heard with another time in it.
void say_another_time(oracle& judge, const watched_crawler& c, const any_door_call& call) {
  const auto* said = std::get_if<door_call::write>(&call);
  if (said == nullptr)
    return judge.on_call(c, call);
  net::bytes changed(said->data.begin(), said->data.end());
  if (time_of_version(changed))
    changed[net::header_bytes + 4 + 8] ^= 1;
  judge.on_call(c, door_call::write{said->id, changed});
}

/// What is announced is durable thousands of times.
void announce_again(oracle& judge, const watched_crawler& c, const store::batch& b,
                    const store::batch_result& r) {
  for (std::size_t i = 0; i != b.operations.size(); ++i) {
    const auto* told = std::get_if<store::record_announcements>(&b.operations[i]);
    for (int times = told == nullptr || !told->source ? 1 : 11'000; times != 0; --times)
      judge.on_durable(c, store::batch{{b.operations[i]}, 0}, store::batch_result{{r.results[i]}});
  }
}

void say_all_are_duplicates(oracle& judge, const watched_crawler& c, actors::peer_outcome o) {
  o.summary.outcome = net::outcome::duplicate;
  judge.on_outcome(c, o);
}

const std::string a_ban = R"({"command": "ban", "target": "127.9.9.9:18444", "reason": "a test"})";
const std::string a_status = R"({"command": "status"})";

const std::vector<distortion> distortions = {
    {"dial_to_a_stranger", judged_by<reference_model>,
     "a dial to somebody whom the database has not named",
     dials([](auto& dial) { dial.peer = stranger; })},
    {"second_dial", judged_by<reference_model>, "a second dial to one endpoint",
     twice<door_call::connect>()},
    {"banned", judged_by<reference_model>, "a dial to a banned endpoint", everybody_is_banned()},
    {"lifted_early", judged_by<reference_model>, "a ban is lifted before its end", ban_and_lift},
    {"not_told",
     judged_by<reference_model>,
     "the database names somebody of whom it was never told",
     {},
     {},
     never_durable()},
    {"not_told_at_all",
     judged_by<reference_model>,
     "the database knows somebody of whom it was never told",
     {},
     {},
     never_durable()},
    {"forgotten",
     judged_by<reference_model>,
     "the database has forgotten somebody",
     {},
     {},
     also_durable(store::dial_soon{{}, {stranger}})},
    {"forgotten_ban",
     judged_by<reference_model>,
     "the database has forgotten a ban",
     {},
     {},
     also_durable(ban_of(stranger))},
    {"lost_outcome",
     judged_by<pool_oracle>,
     "slots are not the live connections",
     {},
     [](auto&, auto&, auto&) {}},
    {"nobody_dialled", judged_by<pool_oracle>, "an outbound connection that nobody dialled",
     dials([](auto& dial) { dial.peer = stranger; })},
    {"no_outcome",
     judged_by<outcome_oracle>,
     "a visit without an outcome",
     {},
     [](auto&, auto&, auto&) {}},
    {"two_outcomes",
     judged_by<outcome_oracle>,
     "a second outcome",
     {},
     [](auto& judge, auto& c, auto& o) { judge.on_outcome(c, o), judge.on_outcome(c, o); }},
    {"visit_beside_another", judged_by<outcome_oracle>, "a visit beside another",
     twice<door_call::connect>()},
    {"wrong_outcome",
     judged_by<outcome_oracle>,
     "reset for complete",
     {},
     [](auto& judge, auto& c, auto o) {
       o.summary.outcome = net::outcome::reset;
       o.summary.blame = net::blame::peer;
       judge.on_outcome(c, o);
     }},
    {"endless_handshake",
     judged_by<outcome_oracle>,
     "a handshake beyond its time",
     {},
     [](auto& judge, auto& c, auto o) {
       o.summary.handshake = std::chrono::minutes{1};
       judge.on_outcome(c, o);
     }},
    {"answered_with_anothers_results",
     judged_by<store_oracle>,
     "results of other operations than were asked for",
     {},
     {},
     {},
     {},
     {},
     0,
     [](auto& judge, auto& c, auto& step) {
       judge.on_message(c, step);
       if (step.template message_as<actors::operations_saved>() != nullptr)
         judge.on_message(c, step); // What it has is of another request.
     }},
    {"lost_visits",
     judged_by<store_oracle>,
     "acknowledged visits are lost",
     {},
     {},
     [](auto& judge, auto& c, auto& b, auto& r) {
       judge.on_durable(c, b, r), judge.on_durable(c, b, r);
     }},
    {"visits_twice", judged_by<store_oracle>, "visits count twice", {}, {}, never_durable()},
    {"second_census", judged_by<store_oracle>, "a census that is open is not gone on with",
     [](auto& judge, auto& c, auto& call) {
       judge.on_call(c, call);
       if (std::holds_alternative<door_call::batch>(call))
         judge.on_call(c, door_call::batch{{}, store::batch{{store::open_census{}}, 0}});
     }},
    {"unknown_visit",
     judged_by<store_oracle>,
     "an acknowledged visit is to nobody who is known",
     {},
     {},
     also_durable(store::record_visit{stranger, {}})},
    {"old_record",
     judged_by<store_oracle>,
     "an acknowledged visit is not in its record",
     {},
     {},
     {},
     [](auto& judge, auto& c, auto& peer, auto record) {
       record.last_try -= std::chrono::seconds{100};
       judge.on_record(c, peer, record);
     }},
    {"getaddr_twice", judged_by<politeness_oracle>, "a second getaddr within its interval",
     twice<door_call::write>()},
    {"port_0", judged_by<politeness_oracle>, "a dial to port 0",
     dials([](auto& dial) { dial.peer.port = 0; })},
    {"subnet_pace",
     judged_by<politeness_oracle>,
     "dials to a subnet quicker than its pace",
     twice<door_call::connect>(),
     {},
     {},
     {},
     {},
     0x0b010001},
    {"subnet_slots",
     judged_by<politeness_oracle>,
     "too many connections to a subnet",
     [](auto& judge, auto& c, auto& call) {
       if (!std::holds_alternative<door_call::close>(call))
         judge.on_call(c, call), judge.on_call(c, call);
     },
     {},
     {},
     {},
     {},
     0x0b010001},
    {"pace",
     judged_by<politeness_oracle>,
     "dials quicker than the pace",
     [](auto& judge, auto& c, auto& call) {
       for (int i = 0; i != 50; ++i)
         judge.on_call(c, call);
     },
     {},
     {},
     {},
     {},
     0x0b010001},
    {"want", judged_by<bounds_oracle>, "more bytes wanted than a window has", a_want_too_many()},
    {"batch", judged_by<bounds_oracle>, "a batch beyond its bound", a_batch_too_large()},
    {"missed",
     judged_by<score_oracle>,
     "a good node is missed",
     {},
     {},
     {},
     [](auto& judge, auto& c, auto& peer, auto record) {
       record.last.reset();
       judge.on_record(c, peer, record);
     }},
    {"taken_for_good",
     judged_by<score_oracle>,
     "a node is taken for a good one",
     {},
     {},
     {},
     [](auto& judge, auto& c, auto& peer, auto record) {
       if (record.last)
         record.last->stage = net::stage::verack;
       judge.on_record(c, peer, record);
     }},
    {"another_version", judged_by<visit_oracle>,
     "a visit with a version that was not said: user agent", written_visits([](auto& visit) {
       if (visit.version)
         visit.version->user_agent += "!";
     })},
    {"no_version", judged_by<visit_oracle>, "a visit without the version that was said",
     written_visits([](auto& visit) { visit.version.reset(); })},
    {"feature", judged_by<visit_oracle>, "a visit with a feature that was not announced",
     written_visits([](auto& visit) {
       visit.features |= static_cast<std::uint32_t>(store::feature::feefilter);
     })},
    {"feature_lost", judged_by<visit_oracle>, "a visit without a feature that was negotiated",
     written_visits([](auto& visit) { visit.features = 0; })},
    {"verack_that_never_came", judged_by<visit_oracle>, "a visit with a verack that never came",
     written_visits([](auto& visit) { visit.stage = net::stage::verack; })},
    {"bytes", judged_by<visit_oracle>, "a visit with more bytes than came",
     written_visits([](auto& visit) { ++visit.bytes_in; })},
    {"transport", judged_by<visit_oracle>, "a visit by another transport",
     written_visits([](auto& visit) { visit.via = store::transport::socks; })},
    {"own_time", judged_by<visit_oracle>, "the time in our version is not ours", say_another_time},
    {"endless_answer",
     judged_by<visit_oracle>,
     "more addresses than one answer may bring",
     {},
     {},
     announce_again},
    {"recorded_version",
     judged_by<visit_oracle>,
     "a record with a version that was not said: services",
     {},
     {},
     {},
     records([](auto& record) {
       if (record.version)
         record.version->services ^= 1;
     })},
    {"announced_time",
     judged_by<visit_oracle>,
     "an announced time that is not sane is believed",
     {},
     {},
     {},
     records([](auto& record) { record.announced_time += std::chrono::hours{24 * 365}; })},
    {"blame", judged_by<schedule_oracle>, "this machine is blamed for refused",
     written_visits([](auto& visit) { visit.blame = net::blame::local; })},
    {"tries",
     judged_by<schedule_oracle>,
     "a record with other tries than visits",
     {},
     {},
     {},
     records([](auto& record) { ++record.tries; })},
    {"last_outcome",
     judged_by<schedule_oracle>,
     "a record with another outcome than its last visit",
     {},
     {},
     {},
     records([](auto& record) { record.last.reset(); })},
    {"queue",
     judged_by<schedule_oracle>,
     "somebody waits among dormant that does not belong there",
     {},
     {},
     {},
     records([](auto& record) { record.queue = store::dial_class::dormant; })},
    {"due",
     judged_by<schedule_oracle>,
     "somebody is due at another time than its visits say",
     {},
     {},
     {},
     records([](auto& record) { record.due += std::chrono::hours{24 * 30}; })},
    {"overlooked",
     judged_by<schedule_oracle>,
     "a crawl has finished, and somebody was due",
     {},
     {},
     {},
     records([](auto& record) {
       record.queue = store::dial_class::rest;
       record.due = store::timestamp{1};
     })},
    {"closed_census", judged_by<store_oracle>, "a census that has not finished is closed",
     also_written(census(store::census_state::stopped, 0))},
    {"half_an_answer",
     judged_by<outcome_oracle>,
     "an answer that is complete and lacks something",
     {},
     [](auto& judge, auto& c, auto o) {
       o.summary.addresses.by_network = {};
       judge.on_outcome(c, o);
     }},
    {"outage", judged_by<outcome_oracle>, "an outage of a network that answered",
     also_written(census(store::census_state::open, 1))},
    {"ticks",
     judged_by<bounds_oracle>,
     "a timer that fires again and again",
     {},
     {},
     {},
     {},
     {},
     0,
     {},
     [](auto& judge, auto& c, auto& step, bool of_manager) {
       for (int i = 0; i != 2'001; ++i)
         judge.on_step(c, step, of_manager);
     }},
    {"unanswered",
     judged_by<request_oracle>,
     "a request without an answer: status",
     {},
     {},
     {},
     {},
     {},
     0,
     [](auto& judge, auto& c, auto& step) {
       if (step.kind == "manager")
         judge.on_message(c, step);
     },
     {},
     a_status},
    {"answered_twice",
     judged_by<request_oracle>,
     "a second answer",
     {},
     {},
     {},
     {},
     {},
     0,
     [](auto& judge, auto& c, auto& step) { judge.on_message(c, step), judge.on_message(c, step); },
     {},
     a_status},
    {"snapshot",
     judged_by<request_oracle>,
     "a snapshot with other sums than visits",
     {},
     [](auto&, auto&, auto&) {},
     {},
     {},
     {},
     0,
     {},
     {},
     a_status},
    {"early_answer",
     judged_by<request_oracle>,
     "a ban is answered before it is durable",
     {},
     {},
     never_durable(),
     {},
     {},
     0,
     {},
     {},
     a_ban},
    {"neither_stays",
     judged_by<crossing_oracle>,
     "of two crossing connections none stays",
     {},
     say_all_are_duplicates,
     {},
     {},
     {},
     0,
     {},
     {},
     {},
     2},
    {"endless",
     judged_by<liveness_oracle>,
     "it waits for nothing",
     {},
     {},
     {},
     {},
     std::chrono::hours{24 * 365}},
};

class oracle_that : public testing::TestWithParam<distortion> {};

TEST_P(oracle_that, hears_of_a_bug_names_it) {
  const auto& bug = GetParam();
  auto s = plain_crawl(5, 10);
  s.nodes.shares = {{node_kind::honest, 2}, {node_kind::silent, 1}, {node_kind::refused, 1}};
  if (!bug.asks.empty())
    s.operations.push_back(
        {std::chrono::seconds{2}, 0, operation::control{bug.asks, std::nullopt}});
  s.crawlers = bug.crawlers;
  if (bug.first != 0)
    s.nodes.first = net::ipv4_endpoint(bug.first, 18444);
  EXPECT_THAT(places_in(s, bug), Contains(bug.place));
}

TEST(liveness, names_each_actor_that_waits_and_for_what) {
  auto s = plain_crawl(6, 10);
  s.nodes.shares = {{node_kind::silent, 1}};
  s.oracles = {.all = false, .names = {}};
  crawl_world world{s};
  auto one = std::make_unique<liveness_oracle>();
  auto& judge = *one;
  world.oracles().add(std::move(one));
  ASSERT_TRUE(world.start());
  while (world.now() < std::chrono::seconds{2} && world.advance()) {
  }
  judge.on_advance(std::chrono::hours{24 * 365});
  ASSERT_EQ(judge.broken().size(), 1u);
  const auto& text = judge.broken().front().text;
  EXPECT_THAT(text, MatchesRegex("crawler has not ended: there wait crawler/peer/.* for the end of "
                                 "its connection with .*, [0-9]+ s.*"));
}

TEST(liveness, gives_no_time_to_who_makes_no_visits_though_somebody_may_always_be_due) {
  const distortion stuck{"stuck", judged_by<liveness_oracle>,  "it waits for nothing", {}, {}, {},
                         {},      std::chrono::hours{24 * 365}};
  auto s = plain_crawl(6, 10);
  s.crawler.config.limits.max_outbound = 1;
  s.crawler.config.timers.clearnet.handshake = std::chrono::minutes{10};
  EXPECT_THAT(places_in(s, stuck), Contains(stuck.place));
}

TEST(outcomes, are_those_of_the_question_where_nobody_was_ever_asked_for_addresses) {
  const auto unasked = [](auto& judge, auto& c, auto o) {
    o.summary.outcome = net::outcome::complete;
    o.summary.blame = net::blame::peer;
    o.summary.addresses.answer = net::addr_answer::not_asked;
    judge.on_outcome(c, o);
  };
  const distortion never{
      "never_asked", judged_by<outcome_oracle>, "complete for closed_after_handshake", {}, unasked};
  const distortion late{"asked_twice",
                        judged_by<outcome_oracle>,
                        never.place,
                        {},
                        [&](auto& judge, auto& c, auto& o) {
                          judge.on_outcome(c, o);
                          unasked(judge, c, o);
                        }};
  auto s = plain_crawl(5, 10);
  s.nodes.shares = {{node_kind::closes_after_getaddr, 1}};
  EXPECT_THAT(places_in(s, never), Contains(never.place));
  EXPECT_THAT(places_in(s, late), Not(Contains(late.place)));
}

TEST(reference_model, lets_somebody_be_dialled_who_is_put_off_and_nobody_whose_visit_is_unsaved) {
  for (const std::uint32_t census : {0u, 1u}) {
    const distortion bug{"written_before_the_dial", judged_by<reference_model>,
                         "a dial before the visit before is durable",
                         [census](auto& judge, auto& c, auto& call) {
                           if (const auto* dial = std::get_if<door_call::connect>(&call)) {
                             store::record_visit written{dial->peer, {}};
                             written.visit.census = census;
                             judge.on_call(c, door_call::batch{{}, store::batch{{written}, 0}});
                           }
                           judge.on_call(c, call);
                         }};
    const auto places = places_in(plain_crawl(5, 10), bug);
    EXPECT_EQ(std::ranges::find(places, bug.place) != places.end(), census != 0);
  }
}

INSTANTIATE_TEST_SUITE_P(of_ours, oracle_that, testing::ValuesIn(distortions),
                         [](const auto& one) { return std::string{one.param.name}; });

} // namespace
} // namespace seedwalk::sim
