#include "sim/scenario/chaos/mutators.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "actors/config/config_text.hpp"
#include "actors/runtime/strategies/portfolio.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/oracles/reference_model.hpp"
#include "sim/scenario/shrink/tree_edits.hpp"
#include "sim/scenario/swarm.hpp"
#include "sim/scenario/swarm_config.hpp"

namespace seedwalk::sim {

namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

using stream = net::random_stream;

// Runs stay as long as those of drawn scenarios.
constexpr std::size_t faults_most = 12;
constexpr std::size_t operations_most = 12;
constexpr std::uint32_t crawlers_most = 3;
constexpr std::uint32_t nodes_most = 32;
/// Longer than that no altered time is.
constexpr minutes time_most{10};
constexpr int attempts_most = 20;

/// What an edit may look at.
struct edit_input {
  const ancestor& of;
  const ancestor& from;
  stream& draw;
  const crawl_scenario& donor = from.scenario;
  std::uint64_t steps = of.steps;
};

/// One kind of change. False: there is nothing to change here.
struct edit {
  std::string_view name;
  std::uint32_t weight; ///< Of the sum of all.
  bool (*apply)(crawl_scenario& s, edit_input& in);
};

template <class T>
T& element_of(std::vector<T>& all, stream& draw) {
  return all[draw.below(all.size())];
}

// -- what comes from another scenario

/// All of the other's, or some of them beside those that are there.
template <class T>
bool mix(std::vector<T>& into, const std::vector<T>& from, stream& draw) {
  if (from.empty())
    return false;
  if (draw.chance(1, 3))
    into.clear();
  for (const auto& one : from)
    if (into.empty() || draw.chance(1, 2))
      into.push_back(one);
  return true;
}

bool mix_nodes(crawl_scenario& s, edit_input& in) {
  s.nodes = in.donor.nodes;
  return true;
}

bool mix_wires(crawl_scenario& s, edit_input& in) {
  s.network = in.donor.network;
  return true;
}

bool mix_faults(crawl_scenario& s, edit_input& in) {
  return mix(s.faults, in.donor.faults, in.draw);
}

bool mix_operations(crawl_scenario& s, edit_input& in) {
  return mix(s.operations, in.donor.operations, in.draw);
}

/// With where they start, and by which networks.
bool mix_crawlers(crawl_scenario& s, edit_input& in) {
  s.set_parts(in.donor.parts());
  s.starts_at_dns = in.donor.starts_at_dns;
  s.names = in.donor.names;
  s.proxy = in.donor.proxy;
  s.proxy_does = in.donor.proxy_does;
  return true;
}

bool mix_drives(crawl_scenario& s, edit_input& in) {
  auto parts = s.parts();
  const auto others = in.donor.parts();
  for (std::size_t i = 0; i != parts.size(); ++i)
    parts[i].drive = others[i % others.size()].drive;
  s.set_parts(std::move(parts));
  return true;
}

bool mix_schedule(crawl_scenario& s, edit_input& in) {
  s.schedule = in.donor.schedule;
  s.wanted = in.donor.wanted;
  s.order = in.donor.order;
  s.then = in.donor.then;
  s.reseeds = in.donor.reseeds;
  return true;
}

// -- moments

/// Some come between two steps, some in a call of the disk, and one in three at a time.
void draw_moment(planned_operation& one, edit_input& in) {
  one.at = {};
  one.at_step.reset();
  one.at_disk_call.reset();
  one.progress = {};
  const auto kind = in.draw.below(3);
  if (kind == 0) {
    one.at =
        milliseconds{in.draw.chance(1, 2) ? in.draw.between(0, 2'000) : in.draw.between(0, 60'000)};
  } else if (kind == 1) {
    one.at_step = in.draw.below(in.steps + 1);
  } else {
    constexpr std::uint64_t disk_calls = 300;
    one.at_disk_call = 1 + in.draw.below(disk_calls);
    if (!std::holds_alternative<operation::crash>(one.action))
      return;
    using part = call_progress::part;
    constexpr std::array parts = {part::nothing, part::first_byte, part::page_border,
                                  part::all_but_one_byte, part::all};
    one.progress.done = parts[in.draw.below(parts.size())];
  }
}

bool move_operation(crawl_scenario& s, edit_input& in) {
  if (s.operations.empty())
    return false;
  draw_moment(element_of(s.operations, in.draw), in);
  return true;
}

bool repeat_operation(crawl_scenario& s, edit_input& in) {
  if (s.operations.empty())
    return false;
  auto again = element_of(s.operations, in.draw);
  draw_moment(again, in);
  s.operations.push_back(std::move(again));
  return true;
}

bool repeat_fault(crawl_scenario& s, edit_input& in) {
  if (s.faults.empty())
    return false;
  auto again = element_of(s.faults, in.draw);
  const auto lasts = again.until == net::steady_time::max() ? net::steady_time{seconds{20}}
                                                            : again.until - again.since;
  again.since = milliseconds{in.draw.between(0, 60'000)};
  again.until = again.since + lasts;
  s.faults.push_back(std::move(again));
  return true;
}

bool add_crash(crawl_scenario& s, edit_input& in) {
  operation::crash one;
  one.loss.unsynced = static_cast<loss_model::bytes>(in.draw.below(4));
  one.loss.uncommitted = static_cast<loss_model::names>(in.draw.below(3));
  one.loss.seed = in.draw.next();
  one.down = milliseconds{in.draw.between(0, 5'000)};
  auto& planned = s.operations.emplace_back();
  planned.action = one;
  planned.crawler = static_cast<std::uint32_t>(in.draw.below(s.crawler_count()));
  draw_moment(planned, in);
  return true;
}

bool set_clock(crawl_scenario& s, edit_input& in) {
  constexpr seconds sizes[] = {seconds{1}, minutes{1}, hours{1}, hours{24}, hours{24 * 400}};
  const auto by = sizes[in.draw.below(std::size(sizes))];
  auto parts = s.parts();
  auto& steps = element_of(parts, in.draw).wall_steps;
  constexpr std::size_t steps_most = 6;
  if (steps.size() == steps_most)
    return false;
  steps.push_back({milliseconds{in.draw.between(0, 60'000)}, in.draw.chance(1, 2) ? by : -by});
  std::ranges::sort(steps, {}, &clock_step::at);
  s.set_parts(std::move(parts));
  return true;
}

// -- who goes next, and what is drawn

bool change_seed(crawl_scenario& s, edit_input& in) {
  s.seed = in.draw.next();
  return true;
}

/// The beginning stays as it was.
bool reseed_later(crawl_scenario& s, edit_input& in) {
  s.reseeds = {{in.draw.below(in.steps + 1), in.draw.next()}};
  return true;
}

/// fifo, or one of the portfolio.
strategy_text draw_strategy(stream& draw) {
  if (draw.chance(1, 6))
    return {};
  auto one = settled({strategy::portfolio}, draw.next());
  if (has_depth(one.strategy))
    one.depth = static_cast<std::uint32_t>(draw.between(1, 5));
  return one;
}

bool change_order(crawl_scenario& s, edit_input& in) {
  const auto chosen = draw_strategy(in.draw);
  if (in.draw.chance(1, 2)) {
    s.then = {in.draw.below(in.steps + 1), chosen.strategy, in.draw.next(), chosen.depth};
    return true;
  }
  s.then.reset();
  s.wanted.clear();
  s.schedule = chosen.strategy;
  s.order.depth = chosen.depth;
  constexpr microseconds windows[] = {microseconds{0}, microseconds{50}, milliseconds{20},
                                      milliseconds{100}};
  s.order.ahead = windows[in.draw.below(3)];
  s.order.behind = windows[in.draw.below(4)];
  return true;
}

// -- choices: what a run did against fifo, changed

/// More are not kept: the rest of a run goes by fifo, or by another strategy.
constexpr std::size_t choices_most = 256;

/// The scenario says what its run did, in place of the strategy that did it.
bool say_choices(crawl_scenario& s, const edit_input& in) {
  if (s.schedule == strategy::fifo && !s.order.given.empty())
    return true;
  if (s.schedule != in.of.scenario.schedule || in.of.departures.empty())
    return false;
  const auto count = std::min(in.of.departures.size(), choices_most);
  s.order.given.assign(in.of.departures.begin(),
                       in.of.departures.begin() + static_cast<std::ptrdiff_t>(count));
  s.schedule = strategy::fifo;
  s.order.depth = crawl_scenario{}.order.depth;
  s.wanted.clear();
  s.then.reset();
  return true;
}

/// Some that are beside each other.
bool drop_choices(crawl_scenario& s, edit_input& in) {
  if (!say_choices(s, in))
    return false;
  auto& given = s.order.given;
  const auto first = in.draw.below(given.size());
  const auto count = 1 + in.draw.below(given.size() - first);
  given.erase(given.begin() + static_cast<std::ptrdiff_t>(first),
              given.begin() + static_cast<std::ptrdiff_t>(first + count));
  return true;
}

/// One event goes before another one than it did.
bool move_choice(crawl_scenario& s, edit_input& in) {
  if (!say_choices(s, in))
    return false;
  auto& given = s.order.given;
  const auto& to = element_of(given, in.draw);
  auto& moved = element_of(given, in.draw);
  moved.head = to.head;
  moved.after = to.after;
  std::ranges::stable_sort(given, {}, &departure::after);
  return true;
}

/// Two events go where one did.
bool double_choice(crawl_scenario& s, edit_input& in) {
  if (!say_choices(s, in) || s.order.given.size() == choices_most)
    return false;
  auto& given = s.order.given;
  auto again = element_of(given, in.draw);
  again.taken = element_of(given, in.draw).taken;
  given.insert(std::ranges::upper_bound(given, again.after, {}, &departure::after), again);
  return true;
}

/// Those of one up to a step, and those of the other from there on.
bool join_choices(crawl_scenario& s, edit_input& in) {
  const auto& said = in.donor.order.given;
  const auto others = said.empty() ? in.from.departures : std::span{said};
  if (others.empty() || !say_choices(s, in))
    return false;
  auto& given = s.order.given;
  const auto from = element_of(given, in.draw).after;
  std::erase_if(given, [&](const auto& one) { return one.after >= from; });
  for (const auto& one : others)
    if (one.after >= from && given.size() != choices_most)
      given.push_back(one);
  return true;
}

/// Behind the last of them another strategy makes more.
bool append_choices(crawl_scenario& s, edit_input& in) {
  if (!say_choices(s, in))
    return false;
  const auto chosen = draw_strategy(in.draw);
  s.then = {s.order.given.back().after + 1, chosen.strategy, in.draw.next(), chosen.depth};
  return true;
}

// -- configurations

bool draw_config(crawl_scenario& s, edit_input& in) {
  const topology nodes{completed_nodes(s)};
  if (nodes.nodes().size() <= s.nodes.seeds)
    return false;
  auto parts = s.parts();
  draw_extremes(element_of(parts, in.draw).recipe.config, in.draw.next(), "chaos", nodes);
  s.set_parts(std::move(parts));
  return true;
}

// -- by the keys of a file alone

/// Keys that say how long a search takes, or what is searched for.
bool is_open_to_search(std::string_view path) {
  return path != "limit" && path != "seed" && path != "oracles" && path != "deep" &&
         path != "nodes.count" && !path.starts_with("expect");
}

/// One table, key or entry is as if it were not said.
bool leave_out(crawl_scenario& s, edit_input& in) {
  const auto parts =
      parts_in_file([](edit_kind, std::string_view path) { return is_open_to_search(path); });
  const auto count = parts.count(s);
  if (count == 0)
    return false;
  const auto nth = in.draw.below(count);
  auto fewer = parts.without(s, nth, nth + 1);
  if (!fewer)
    return false;
  s = std::move(*fewer);
  return true;
}

/// Numbers and times near the one that is said, and far from it.
std::uint64_t other_number(std::uint64_t said, std::uint64_t most, stream& draw) {
  const auto drawn = [&]() -> std::uint64_t {
    switch (draw.below(7)) {
    case 0:
      return 0;
    case 1:
      return 1;
    case 2:
      return said + 1;
    case 3:
      return said - std::min<std::uint64_t>(said, 1);
    case 4:
      return said / 2;
    case 5:
      return said > most / 2 ? most : said * 2;
    default:
      return draw.below(std::min(said, most - 1) + 1);
    }
  }();
  return std::min(drawn, std::max(said, most));
}

std::string other_word(const std::string& said, stream& draw) {
  constexpr std::uint64_t number_most = 1'000'000;
  if (const auto number = actors::parse_number(said, UINT64_MAX))
    return fmt::format("{}", other_number(*number, number_most, draw));
  if (const auto time = actors::parse_fine_duration(said))
    return actors::print_fine_duration(std::chrono::nanoseconds{other_number(
        static_cast<std::uint64_t>(time->count()),
        static_cast<std::uint64_t>(std::chrono::nanoseconds{time_most}.count()), draw)});
  return said;
}

/// One word of it: a step of a model has several.
std::string other_text(const std::string& said, stream& draw) {
  const auto words = 1 + static_cast<std::uint64_t>(std::ranges::count(said, ' '));
  auto nth = draw.below(words);
  std::size_t begin = 0;
  for (; nth != 0; --nth)
    begin = said.find(' ', begin) + 1;
  const auto end = std::min(said.find(' ', begin), said.size());
  return said.substr(0, begin) + other_word(said.substr(begin, end - begin), draw) +
         said.substr(end);
}

bool alter_text(crawl_scenario& s, edit_input& in) {
  const auto may = [](edit_kind, std::string_view path) {
    constexpr std::string_view roots[] = {"fault.",         "operation.", "network.",
                                          "name.",          "model.",     "crawler.disk.",
                                          "crawler.clock.", "nodes.",     "node."};
    return path != "nodes.count" && path != "fault.name" && path != "operation.file" &&
           path != "operation.request" &&
           std::ranges::any_of(roots, [&](auto root) { return path.starts_with(root); });
  };
  const auto count = texts_in(s, may);
  if (count == 0)
    return false;
  auto other = with_other_text(s, may, in.draw.below(count),
                               [&](const auto& said) { return other_text(said, in.draw); });
  if (!other)
    return false;
  s = std::move(*other);
  return true;
}

constexpr std::array edits = {
    edit{"nodes of the other", 3, mix_nodes},
    edit{"wires of the other", 2, mix_wires},
    edit{"faults of the other", 6, mix_faults},
    edit{"operations of the other", 6, mix_operations},
    edit{"crawlers of the other", 3, mix_crawlers},
    edit{"disks of the other", 3, mix_drives},
    edit{"schedule of the other", 3, mix_schedule},
    edit{"an operation moved", 8, move_operation},
    edit{"an operation repeated", 4, repeat_operation},
    edit{"a fault repeated", 4, repeat_fault},
    edit{"a crash", 4, add_crash},
    edit{"a clock set", 2, set_clock},
    edit{"another seed", 3, change_seed},
    edit{"another seed from a step on", 6, reseed_later},
    edit{"another order", 4, change_order},
    edit{"choices dropped", 1, drop_choices},
    edit{"a choice moved", 1, move_choice},
    edit{"a choice doubled", 1, double_choice},
    edit{"choices of both", 1, join_choices},
    edit{"choices appended", 1, append_choices},
    edit{"extremes of a configuration", 4, draw_config},
    edit{"something left out", 6, leave_out},
    edit{"a value altered", 12, alter_text},
};

const edit& draw_edit(stream& draw) {
  std::uint64_t sum = 0;
  for (const auto& one : edits)
    sum += one.weight;
  auto left = draw.below(sum);
  const auto* chosen = edits.begin();
  for (; left >= chosen->weight; ++chosen)
    left -= chosen->weight;
  return *chosen;
}

// -- what a run can be held to

/// A disk becomes full once at most, and has room again while a crawler still waits for it; and
/// nobody is started on a full one, or ended there: what it had to write would never be written.
void make_room(crawl_scenario& s) {
  constexpr seconds patience{25};
  const auto is_room = [](const planned_operation& one) {
    return std::holds_alternative<operation::disk_room>(one.action);
  };
  const auto is_full = [](const planned_operation& one) {
    const auto* room = std::get_if<operation::disk_room>(&one.action);
    return room != nullptr && room->bytes != operation::disk_room{}.bytes;
  };
  const auto first = std::ranges::find_if(s.operations, is_full);
  auto full = first == s.operations.end() ? std::nullopt : std::optional{*first};
  std::erase_if(s.operations, is_room);
  if (!full)
    return;
  std::erase_if(s.operations, [](const auto& one) {
    return std::holds_alternative<operation::stop>(one.action);
  });
  s.operations.resize(std::min(s.operations.size(), operations_most - 2));
  full->at_step.reset();
  full->at_disk_call.reset();
  const auto released = full->at + patience;
  for (auto& one : s.operations)
    if (std::holds_alternative<operation::crash>(one.action)) {
      one.at = std::max<net::steady_time>(one.at, released + seconds{1});
      one.at_step.reset();
      one.at_disk_call.reset();
      one.progress = {};
    }
  s.operations.push_back(*full);
  s.operations.push_back({released, full->crawler, operation::disk_room{}});
  auto parts = s.parts();
  for (auto& part : parts)
    part.recipe.config.storage.full_patience = actors::storage_options{}.full_patience;
  s.set_parts(std::move(parts));
}

/// A crawl that goes on for ever is ended by time, as is one in which somebody may always be due.
void bound_time(crawl_scenario& s) {
  const actors::crawl_config usual;
  auto parts = s.parts();
  for (auto& part : parts) {
    auto& config = part.recipe.config;
    auto& limit = config.run.limit;
    if (limit == seconds{0} && (!config.run.once || config.run.hold != 0 ||
                                config.schedule.local_retry < usual.schedule.local_retry))
      limit = minutes{2};
  }
  s.set_parts(std::move(parts));
}

/// A machine that can open no socket for ever tries for ever: such a fault ends.
void heal_own_machine(std::vector<fault_rule>& faults) {
  for (auto& rule : faults)
    if (const auto* failing = std::get_if<fault::fail_dial>(&rule.action);
        failing != nullptr && rule.until == net::steady_time::max() &&
        net::blame_of(failing->reason) == net::blame::local)
      rule.until = std::max<net::steady_time>(rule.since, minutes{2});
}

/// What a run may say of its disks, by what the scenario has of them: what is lost where a drive
/// lies or decays, or refuses calls, is named, and is no failure of the program.
std::vector<std::string> allowed_of_disks(const crawl_scenario& s) {
  using effect = disk_fault::effect;
  // A crawl that gave up on a full disk leaves a database that is not open.
  bool refuses = std::ranges::any_of(s.operations, [](const auto& one) {
    const auto* room = std::get_if<operation::disk_room>(&one.action);
    return room != nullptr && room->bytes != operation::disk_room{}.bytes;
  });
  for (const auto& part : s.parts())
    for (const auto& fault : part.drive.faults)
      refuses =
          refuses || fault.consequence == effect::io_error || fault.consequence == effect::no_space;
  std::vector<std::string> allowed;
  if (refuses)
    allowed.assign(said_of_refusals.begin(), said_of_refusals.end());
  if (some_disk_lies(s))
    allowed.insert(allowed.end(), said_of_losses.begin(), said_of_losses.end());
  return allowed;
}

/// Names of rules key their draws, so that each has one of its own.
void name_apart(std::vector<fault_rule>& faults) {
  for (std::size_t i = 1; i < faults.size(); ++i)
    for (int nth = 2;
         std::ranges::find(faults.begin(), faults.begin() + static_cast<std::ptrdiff_t>(i),
                           faults[i].name,
                           &fault_rule::name) != faults.begin() + static_cast<std::ptrdiff_t>(i);
         ++nth)
      faults[i].name = fmt::format("fault {}.{}", i, nth);
}

void bound_crawlers(crawl_scenario& s) {
  auto parts = s.parts();
  std::uint32_t left = crawlers_most;
  for (auto& part : parts) {
    part.count = std::min(std::max(part.count, 1u), left);
    left -= part.count;
  }
  std::erase_if(parts, [](const auto& part) { return part.count == 0; });
  s.set_parts(std::move(parts));
  for (auto& one : s.operations)
    if (one.crawler && *one.crawler >= s.crawler_count())
      one.crawler.reset();
}

/// What its file says; nothing where there can be no such file.
std::optional<crawl_scenario> as_file(const crawl_scenario& s) {
  if (!validate(s))
    return std::nullopt;
  auto read = parse_scenario(write_scenario(s), "mutated");
  if (!read)
    return std::nullopt;
  return std::move(*read);
}

} // namespace

std::vector<std::string_view> edit_names() {
  std::vector<std::string_view> names;
  names.reserve(std::size(edits));
  for (const auto& one : edits)
    names.push_back(one.name);
  return names;
}

crawl_scenario made_fair(crawl_scenario s) {
  s.expect = {};
  s.limit = hours{48};
  s.oracles = {};
  s.deep = false;
  s.nodes.nodes = std::min(s.nodes.nodes, nodes_most);
  s.drawn_faults = s.drawn_reloads = 0;
  if (s.faults.size() > faults_most)
    s.faults.resize(faults_most);
  if (s.operations.size() > operations_most)
    s.operations.resize(operations_most);
  // What is never passed over for ever can be held to ending.
  if (s.order.behind == net::steady_time::max())
    s.order.behind = crawl_scenario::near_events().behind;
  name_apart(s.faults);
  heal_own_machine(s.faults);
  bound_crawlers(s);
  bound_time(s);
  make_room(s);
  s.expect.violations_allowed = allowed_of_disks(s);
  return s;
}

std::optional<mutation> mutate(const ancestor& of, const ancestor& donor, stream& draw) {
  for (int attempt = 0; attempt != attempts_most; ++attempt) {
    auto changed = of.scenario;
    std::vector<std::string_view> done;
    edit_input in{of, donor, draw};
    // One, two, four or eight.
    for (auto count = std::uint64_t{1} << draw.below(4); count != 0; --count)
      if (const auto& one = draw_edit(draw); one.apply(changed, in))
        done.push_back(one.name);
    if (done.empty())
      continue;
    auto result = as_file(made_fair(std::move(changed)));
    if (result && *result != of.scenario)
      return mutation{std::move(*result), fmt::format("{}", fmt::join(done, ", "))};
  }
  return std::nullopt;
}

} // namespace seedwalk::sim
