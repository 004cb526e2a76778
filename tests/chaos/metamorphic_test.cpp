// A world with something taken out of it is otherwise the same world: the others' events keep their
// names, and equal names draw equal values. That is what lets a failure shrink.

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/address/endpoint.hpp"
#include "net/base/random.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"

namespace seedwalk::test {
namespace {

using namespace sim;

/// SEEDWALK_METAMORPHIC_WORLDS asks for more, or for fewer.
std::uint64_t world_count() {
  const auto asked = std::getenv("SEEDWALK_METAMORPHIC_WORLDS");
  return asked ? std::strtoull(asked, nullptr, 10) : 200;
}

/// What is taken out.
enum class part : std::uint8_t { node, link, rule };

struct drawn_world {
  crawl_scenario whole;
  crawl_scenario without;
  part removed = part::node;
  /// What an event's text has if it is X's.
  std::string named;
  /// From this virtual time on X may matter, at the earliest: for a rule.
  net::steady_time since{0};
};

drawn_world drawn(std::uint64_t seed) {
  net::random_stream draw{seed, "metamorphic world"};
  drawn_world result;
  auto s = plain_crawl(seed, static_cast<std::uint32_t>(draw.between(16, 48)));
  s.nodes.addresses_a_node = s.nodes.nodes;
  s.nodes.shares = {{node_kind::honest, 12},    {node_kind::silent, 1},
                    {node_kind::refused, 1},    {node_kind::slow, 1},
                    {node_kind::two_blocks, 1}, {node_kind::closes_after_version, 1}};
  s.order.keeps_departures = true; // names have texts
  s.limit = std::chrono::hours{2};
  s.nodes.seed = seed;
  const topology nodes{s.nodes};
  const auto faults = static_cast<std::uint32_t>(draw.between(1, 3));
  for (std::uint32_t i = 0; i != faults; ++i)
    s.faults.push_back(draw_fault(draw, i, nodes));
  // From the beginning to the end: an edge of a window that falls between two moments decides
  // whether a block comes in one segment or in hundreds, and moments may change.
  for (auto& rule : s.faults)
    if (std::holds_alternative<fault::drip>(rule.action)) {
      rule.since = {};
      rule.until = net::steady_time::max();
    }
  result.whole = result.without = s;
  const auto victim = static_cast<std::uint32_t>(draw.between(s.nodes.seeds, s.nodes.nodes - 1));
  const auto& at = nodes.nodes()[victim].at;
  result.removed = static_cast<part>(draw.below(3));
  result.named = net::to_string(at);
  switch (result.removed) {
  case part::node:
    result.without.nodes.without = {victim};
    break;
  case part::link: {
    fault_rule no_route;
    no_route.name = "no way";
    no_route.to = endpoint_set::only(at);
    no_route.action = fault::fail_dial{net::error::host_unreachable};
    result.without.faults.insert(result.without.faults.begin(), no_route);
    break;
  }
  case part::rule: {
    // Aimed at one endpoint, so that it is known whom it names.
    auto& rule = result.whole.faults[draw.below(s.faults.size())];
    rule.to = endpoint_set::only(at);
    result.since = rule.since;
    std::erase_if(result.without.faults,
                  [&](const auto& other) { return other.name == rule.name; });
  }
  }
  return result;
}

/// All that a run drew and did, by name.
class run_log final : public world_listener, public draw_listener {
public:
  struct event_line {
    std::string text;
    net::steady_time when{0};
  };
  struct step_line {
    std::uint64_t chain = 0;
    net::steady_time when{0};
  };

  /// `x` is what names X in the texts of its events; empty: nothing does.
  run_log(const crawl_scenario& s, std::string x)
      : x_(std::move(x)),
        has_drip_(std::any_of(
            s.faults.begin(), s.faults.end(),
            [](const auto& rule) { return std::holds_alternative<fault::drip>(rule.action); })),
        world_(s) {
    world_.inner().listen(*this);
    world_.inner().events().draw().listen(this);
    EXPECT_TRUE(world_.start());
    world_.run();
    world_.inner().events().draw().listen(nullptr);
    world_.inner().ignore(*this);
  }

  void on_event(std::uint64_t event, std::uint64_t lane) override { note(event, lane, 0); }
  void before_step(const step_view& step) override {
    note(step.event, net::keyed_hash(0, "actor", net::as_bytes(step.actor)), step.origin);
  }
  void on_step(const step_view& step) override {
    steps_.push_back({step.so_far.value(), world_.now()});
  }
  void on_completion(std::uint64_t, process&, net::owner, std::uint8_t,
                     net::byte_view bytes) override {
    // Who tells of addresses tells of all that it knows. In a drip no command comes whole.
    if (has_drip_ || net::as_text(bytes).find("addr") != std::string_view::npos)
      gossip_ = std::min(gossip_, world_.now());
  }
  void on_draw(std::string_view purpose, std::uint64_t name, std::uint64_t value) override {
    const auto [known, is_first] = draws_.try_emplace({std::string{purpose}, name}, value);
    EXPECT_EQ(known->second, value) << purpose;
    // What a step costs is drawn behind it, and is the step's, whatever the draw is keyed by.
    if (purpose == "step cost")
      costs_[last_] = value;
  }

  const std::map<std::uint64_t, event_line>& events() const { return events_; }
  const std::map<std::pair<std::string, std::uint64_t>, std::uint64_t>& draws() const {
    return draws_;
  }
  const std::map<std::uint64_t, std::uint64_t>& costs() const { return costs_; }
  const std::vector<step_line>& steps() const { return steps_; }
  net::steady_time end() const { return world_.now(); }
  /// How many events had a name that another one had before.
  std::uint64_t repeated() const { return repeated_; }
  /// When the first event came up that names X.
  net::steady_time first_of_x() const { return first_of_x_; }
  /// When somebody told of addresses for the first time.
  net::steady_time first_gossip() const { return gossip_; }
  bool names_x(const std::string& text) const {
    return !x_.empty() && text.find(x_) != std::string::npos;
  }

private:
  void note(std::uint64_t event, std::uint64_t receiver, std::uint64_t origin) {
    last_ = event;
    const auto& events = world_.inner().events();
    auto text = events.label_of(receiver);
    if (origin != 0)
      text += " < " + events.label_of(origin);
    if (names_x(text))
      first_of_x_ = std::min(first_of_x_, world_.now());
    if (!events_.try_emplace(event, event_line{std::move(text), world_.now()}).second)
      ++repeated_;
  }

  std::string x_;
  const bool has_drip_;
  crawl_world world_;
  std::map<std::uint64_t, event_line> events_;
  std::map<std::pair<std::string, std::uint64_t>, std::uint64_t> draws_;
  std::map<std::uint64_t, std::uint64_t> costs_; ///< By step.
  std::uint64_t last_ = 0;
  std::vector<step_line> steps_;
  std::uint64_t repeated_ = 0;
  net::steady_time first_of_x_ = net::steady_time::max();
  net::steady_time gossip_ = net::steady_time::max();
};

struct shares {
  std::uint64_t kept = 0;
  std::uint64_t of = 0;
  double share() const { return of == 0 ? 1 : static_cast<double>(kept) / static_cast<double>(of); }
  void add(const shares& more) {
    kept += more.kept;
    of += more.of;
  }
};

/// What kind of event it is: timers, packets and disks are few beside steps.
std::string kind_of(const std::string& text) {
  for (const std::string kind : {"timer", "packets", "side", "disk", "deadline", "listener"})
    if (text.starts_with(kind) && text.find('<') == std::string::npos)
      return kind;
  return text.find('<') == std::string::npos ? "others" : "steps";
}

using shares_by_kind = std::map<std::string, shares>;

/// (a): of the events of one run that do not name X, those that the other has, too.
///
/// Only while both go on: where X is the last that a crawl waits for, the other one is over before,
/// and has no part of the seconds that the crawl's own timers count meanwhile.
shares_by_kind kept_names(const run_log& one, const run_log& other) {
  shares_by_kind result;
  for (const auto& [name, event] : one.events()) {
    if (one.names_x(event.text) || event.when > other.end())
      continue;
    result[kind_of(event.text)].add({other.events().contains(name) ? 1u : 0u, 1});
  }
  return result;
}

/// (b): what both drew under the same name.
void expect_equal_draws(const run_log& one, const run_log& other, const std::string& context) {
  std::size_t shared = 0;
  for (const auto& [key, value] : one.draws())
    if (const auto same = other.draws().find(key); same != other.draws().end()) {
      ++shared;
      EXPECT_EQ(same->second, value) << context << ": " << key.first;
    }
  EXPECT_GT(shared, 100u) << context;
  for (const auto& [step, cost] : one.costs()) {
    const auto same = other.costs().find(step);
    EXPECT_TRUE(same == other.costs().end() || same->second == cost)
        << context << ": what a step costs";
  }
}

/// When the two runs first did something different.
net::steady_time first_difference(const run_log& one, const run_log& other) {
  const auto shorter = std::min(one.steps().size(), other.steps().size());
  for (std::size_t i = 0; i != shorter; ++i)
    if (one.steps()[i].chain != other.steps()[i].chain)
      return std::min(one.steps()[i].when, other.steps()[i].when);
  return net::steady_time::max();
}

/// (c): the earliest moment at which X may have mattered to anybody.
net::steady_time first_cause(const drawn_world& w, const run_log& whole, const run_log& without) {
  switch (w.removed) {
  case part::node: // Others tell of it, or do not.
    return std::min({whole.first_gossip(), without.first_gossip(), whole.first_of_x()});
  case part::link:
    return std::min(whole.first_of_x(), without.first_of_x());
  case part::rule:
    break;
  }
  return w.since;
}

std::string_view name_of(part removed) {
  return removed == part::node ? "node" : removed == part::link ? "link" : "fault rule";
}

TEST(metamorphic, what_is_taken_out_renames_and_redraws_nobody_else) {
  shares all;
  double worst = 1;
  std::map<part, shares> by_part;
  shares_by_kind by_kind;
  for (std::uint64_t seed = 1; seed <= world_count(); ++seed) {
    const auto w = drawn(seed);
    const run_log whole(w.whole, w.named);
    const run_log without(w.without, w.named);
    const auto context = fmt::format("world {} without a {} {}", seed, name_of(w.removed), w.named);
    EXPECT_EQ(whole.repeated(), 0u) << context;
    EXPECT_EQ(without.repeated(), 0u) << context;
    for (const auto& kinds : {kept_names(whole, without), kept_names(without, whole)}) {
      shares kept;
      for (const auto& [kind, some] : kinds) {
        kept.add(some);
        by_kind[kind].add(some);
      }
      EXPECT_GE(kept.share(), 0.95) << context;
      worst = std::min(worst, kept.share());
      all.add(kept);
      by_part[w.removed].add(kept);
    }
    expect_equal_draws(whole, without, context);
    EXPECT_GE(first_difference(whole, without), first_cause(w, whole, without)) << context;
  }
  EXPECT_GE(all.share(), 0.99);
  for (const auto& [kind, some] : by_kind)
    EXPECT_GE(some.share(), 0.97) << kind;
  std::cout << fmt::format("{} worlds, {} events that do not name what is taken out: {:.4f} keep "
                           "their name, {:.4f} in the worst world\n",
                           world_count(), all.of, all.share(), worst);
  for (const auto& [removed, some] : by_part)
    std::cout << fmt::format("  without a {}: {:.4f}\n", name_of(removed), some.share());
  for (const auto& [kind, some] : by_kind)
    std::cout << fmt::format("  {}: {:.4f} of {}\n", kind, some.share(), some.of);
}

// -- a file of choices, with one node taken out
// ----------------------------------------------------

TEST(metamorphic, most_choices_are_made_again_without_a_node) {
  std::vector<double> made;
  for (std::uint64_t seed = 1; seed <= world_count(); ++seed) {
    auto w = drawn(seed);
    w.whole.faults.clear();
    const auto victim = w.whole.nodes.nodes - 1;
    const auto x = net::to_string(topology{w.whole.nodes}.nodes()[victim].at);
    crawl_world whole(w.whole);
    ASSERT_TRUE(whole.start());
    whole.run();
    const auto& events = whole.inner().events();
    const auto hash = whole.inner().hash();

    auto again = w.whole;
    again.schedule = strategy::fifo;
    again.order.given = events.departures();
    crawl_world same(again);
    ASSERT_TRUE(same.start());
    same.run();
    EXPECT_EQ(same.inner().hash(), hash) << seed;
    EXPECT_EQ(same.inner().events().unused(), 0u) << seed;

    again.nodes.without = {victim};
    again.order.given.clear();
    for (const auto& one : events.departures())
      if (events.text_of(one.taken).find(x) == std::string::npos &&
          events.text_of(one.head).find(x) == std::string::npos)
        again.order.given.push_back(one);
    crawl_world fewer(again);
    ASSERT_TRUE(fewer.start());
    fewer.run();
    const auto given = again.order.given.size();
    ASSERT_GT(given, 20u);
    made.push_back(1 - static_cast<double>(fewer.inner().events().unused()) /
                           static_cast<double>(given));
  }
  std::sort(made.begin(), made.end());
  const auto median = made[made.size() / 2];
  std::cout << fmt::format(
      "{} worlds: {:.3f} of the departures are made again, in the median world; "
      "{:.3f} in the worst\n",
      made.size(), median, made.front());
  EXPECT_GE(median, 0.9);
}

} // namespace
} // namespace seedwalk::test
