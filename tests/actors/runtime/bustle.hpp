#pragma once

#include <array>
#include <deque>
#include <set>
#include <tuple>

#include "actors/runtime/actor_entry.hpp"
#include "actors/runtime/schedule.hpp"
#include "net/base/random.hpp"
#include "tests/actors/runtime/slow_schedule.hpp"

namespace seedwalk::test {

using namespace seedwalk::sim;

/// What there is in a `bustle`. Everything is drawn from `seed`.
struct bustle_options {
  std::uint64_t seed = 1;
  std::size_t streams = 3; ///< Lanes in the order of putting.
  std::size_t owners = 2;  ///< Lanes of timers, by due time.
  std::size_t groups = 2;
  std::size_t actors = 3; ///< Of each group.
  std::size_t roots = 12; ///< Events that nobody causes.
  std::uint64_t generations = 8;
  bool at_once = false; ///< All is due at once, nothing costs time, nothing causes anything.
  bool cancels = true;
  bool takes_groups = false;            ///< Now and then, as a kill would.
  std::uint64_t without = 0;            ///< The key of a lane or actor that is not there.
  std::uint64_t switch_at = UINT64_MAX; ///< To `switch_to`, before that turn.
  strategy switch_to = strategy::uniform;
};

/// A made-up world under a schedule: streams, timers and actors whose turns cause more of them, as
/// the names of their events draw it. Each turn is judged by a `slow_schedule`.
class bustle final : private event_source, private event_feeder {
public:
  /// One turn.
  struct happened {
    std::uint64_t name = 0;
    std::uint64_t key = 0;
    net::steady_time when{0};
    friend bool operator==(const happened&, const happened&) = default;
  };

  bustle(bustle_options o, std::uint64_t seed, const schedule_options& order)
      : events(seed, std::chrono::seconds{0}, order), slow(order), options_(o), ahead_(order.ahead),
        strange_(o.seed, "strange"), actors_(o.groups * o.actors) {
    for (std::size_t i = 0; i != o.streams + o.owners; ++i)
      lanes_.push_back(schedule::lane::named(lane_key(i)));
    for (std::size_t i = 0; i != o.groups; ++i) {
      events.add_group();
      slow.add_group();
    }
    events.add_feeder(this);
    for (std::size_t i = 0; i != o.roots; ++i)
      cause(name_from("root", i), name_from("root", i), 0);
  }

  static std::uint64_t lane_key(std::size_t i) { return name_from("lane", i); }
  static std::uint64_t actor_key(std::size_t i) { return name_from("actor", i); }

  /// One turn; false if nothing will happen any more, or something was wrong.
  bool step() {
    if (turns_++ == options_.switch_at) {
      events.switch_to(options_.switch_to, options_.seed);
      slow.strategy = options_.switch_to;
    }
    if (options_.takes_groups && strange_.chance(1, 16))
      take_a_group();
    check_rest();
    fed_ = 0;
    const auto turn = events.next();
    if (fed_ == 0)
      blame("the feeder is not asked");
    auto wrong = slow.judge(turn, events.now().steady, next_due());
    if (!wrong.empty())
      blame(wrong);
    if (!turn || !complaint.empty())
      return false;
    events.move_to({turn->when, {}});
    if (turn->is == schedule::turn::kind::time)
      return true;
    made.push_back({turn->name, turn->key, turn->when});
    if (turn->is == schedule::turn::kind::event)
      turn->source->on_due(turn->payload);
    else
      run(*turn);
    return true;
  }

  /// To the end. What was wrong, if anything.
  std::string run() {
    while (step())
      if (turns_ > 100'000)
        blame("it does not end");
    if (complaint.empty() && slow.departures != events.departures() && keeps_departures())
      blame("other departures are written down than were made");
    return complaint;
  }

  std::string complaint{};
  std::vector<happened> made{};
  schedule events;
  slow_schedule slow;
  bool is_over() { return !events.next_due(); }

private:
  struct sent {
    std::uint64_t origin = 0;
    std::uint64_t nth = 0;
    std::uint64_t generation = 0;
  };
  struct toy_actor {
    actor_entry identity{};
    std::deque<sent> mailbox{};
    std::map<std::uint64_t, std::uint64_t> heard{};
    bool is_ready = false;
  };
  struct timer {
    std::size_t lane = 0;
    std::uint64_t nth = 0;
    std::uint64_t generation = 0;
  };

  bool keeps_departures() const { return events.settings().keeps_departures; }
  void blame(const std::string& text) {
    if (complaint.empty())
      complaint = fmt::format("turn {}: {}", turns_, text);
  }

  void check_rest() {
    auto first = slow.next_due();
    if (const auto later = next_due(); later && (!first || *later < *first))
      first = later;
    auto said = events.next_due();
    for (auto* one : {&first, &said}) // what is late is due now
      if (*one)
        *one = std::max(**one, events.now().steady);
    if (said != first)
      blame("the next one is due at another time");
    if (events.no_actor_is_ready() != slow.no_actor_is_ready())
      blame("it does not know whether an actor is ready");
    if (slow.unused() != events.unused())
      blame("it is wrong about which of the given departures were made");
  }

  // -- what a turn causes

  void cause(std::uint64_t name, std::uint64_t origin, std::uint64_t generation) {
    if (generation == options_.generations || (options_.at_once && generation != 0))
      return;
    net::random_stream draw(options_.seed, "cause",
                            {reinterpret_cast<const std::uint8_t*>(&name), sizeof name});
    const auto count = generation == 0 ? 2 : draw.below(3);
    for (std::uint64_t i = 0; i != count; ++i)
      cause_one(draw, origin, generation + 1);
    if (options_.cancels && !handles_.empty() && draw.chance(1, 3)) {
      const auto& [handle, gone] = handles_[draw.below(handles_.size())];
      events.cancel(handle);
      slow.cancel(gone);
    }
  }

  void cause_one(net::random_stream& draw, std::uint64_t origin, std::uint64_t generation) {
    using namespace std::chrono_literals;
    static constexpr std::array<net::steady_time, 8> delays = {0ns,  0ns,  1ns,  3us,
                                                               10us, 40us, 90us, 1ms};
    const auto due =
        events.now().steady + (options_.at_once ? 0ns : delays[draw.below(delays.size())]);
    const auto number = draw.below(lanes_.size() + actors_.size());
    if (number >= lanes_.size())
      return send(number - lanes_.size(), origin, generation);
    auto& lane = lanes_[number];
    if (lane.key == options_.without)
      return;
    if (number >= options_.streams) {
      later_.emplace(due, timer{number, started_[number]++, generation});
      return;
    }
    const auto nth = lane.count;
    const auto payload = note(generation);
    slow.put({name_from("event", lane.key, nth), lane.key, due, 0, payload});
    handles_.emplace_back(events.put(due, lane, *this, payload), name_from("event", lane.key, nth));
  }

  void send(std::size_t to, std::uint64_t origin, std::uint64_t generation) {
    if (actor_key(to) == options_.without)
      return;
    auto& actor = actors_[to];
    actor.mailbox.push_back({origin, actor.heard[origin]++, generation});
    if (!actor.is_ready)
      make_ready(to);
  }

  void make_ready(std::size_t number) {
    auto& actor = actors_[number];
    const auto& first = actor.mailbox.front();
    const auto owning_group = static_cast<schedule::group>(number / options_.actors);
    actor.is_ready = true;
    slow.ready({name_from("step", actor_key(number), first.origin, first.nth), actor_key(number),
                events.now().steady, 0, 0, first.origin, owning_group, &actor.identity});
    events.ready(owning_group, &actor.identity, actor_key(number), first.origin, first.nth);
  }

  /// What is remembered of an event under its number.
  std::uint64_t note(std::uint64_t generation) {
    generations_.push_back(generation);
    return generations_.size() - 1;
  }

  // -- turns

  void on_due(std::uint64_t payload) override {
    cause(made.back().name, made.back().key, generations_[payload]);
  }

  void run(const schedule::turn& turn) {
    std::size_t number = 0;
    while (&actors_[number].identity != turn.actor)
      ++number;
    auto& actor = actors_[number];
    const auto taken = actor.mailbox.front();
    actor.mailbox.pop_front();
    cause(turn.name, turn.key, taken.generation);
    actor.is_ready = false;
    if (!actor.mailbox.empty())
      make_ready(number);
    const auto until = turn.when + net::steady_time{options_.at_once ? 0 : turn.name % 3 * 15'000};
    events.occupy(turn.owning_group, until);
    slow.occupy(turn.owning_group, until);
  }

  void take_a_group() {
    if (options_.groups == 0)
      return;
    const auto owning_group = static_cast<schedule::group>(strange_.below(options_.groups));
    if (events.take_group(owning_group) != slow.take_group(owning_group))
      blame("other actors are taken out than are there");
    for (std::size_t i = 0; i != options_.actors; ++i) {
      auto& actor = actors_[owning_group * options_.actors + i];
      actor.mailbox.clear();
      actor.is_ready = false;
    }
  }

  // -- timers

  std::optional<net::steady_time> next_due() const override {
    return later_.empty() ? std::nullopt : std::optional{later_.begin()->first};
  }

  /// At first what is due now or nearly; where nobody competes then, what is next.
  std::optional<net::steady_time> horizon_of_feed(int nth) const {
    const auto now = events.now().steady;
    if (nth == 1)
      return now + ahead_;
    if (nth == 2 && !slow.somebody_competes(now))
      return std::max(now, slow.first_due(next_due()).value_or(now)) + ahead_;
    return std::nullopt;
  }

  void feed(net::steady_time horizon) override {
    if (horizon != horizon_of_feed(++fed_))
      blame("the feeder is asked for another horizon");
    while (!later_.empty() && later_.begin()->first <= horizon) {
      const auto [due, one] = *later_.begin();
      later_.erase(later_.begin());
      auto& lane = lanes_[one.lane];
      const auto name = name_from("event", lane.key, one.nth);
      const auto payload = note(one.generation);
      slow.put_by_due({name, lane.key, due, 0, payload});
      handles_.emplace_back(events.put_nth(due, lane, *this, payload, one.nth), name);
    }
  }

  bustle_options options_;
  net::steady_time ahead_;
  net::random_stream strange_; ///< What comes from outside.
  std::vector<schedule::lane> lanes_;
  std::vector<toy_actor> actors_;
  std::multimap<net::steady_time, timer> later_;
  std::map<std::size_t, std::uint64_t> started_;
  std::vector<std::pair<schedule::handle, std::uint64_t>> handles_;
  std::vector<std::uint64_t> generations_;
  std::uint64_t turns_ = 0;
  int fed_ = 0;
};

} // namespace seedwalk::test
