#include "sim/scenario/crawl_world.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "actors/runtime/strategies/run_profile.hpp"
#include "actors/runtime/strategies/strategy_text.hpp"
#include "sim/scenario/promises.hpp"
#include "sim/scenario/redrawn_moments.hpp"

namespace seedwalk::sim {

namespace {

/// Where the nth of several crawlers listens.
net::endpoint crawler_endpoint(std::uint32_t nth) {
  return net::ipv4_endpoint(0xc6336401 + nth, 18444); // 198.51.100.1 and on
}

simulated_crawler::options crawler_options(const crawl_scenario& s, const crawler_part& part,
                                           std::uint32_t nth) {
  simulated_crawler::options o;
  o.addresses = part.addresses;
  o.recipe = part.recipe;
  o.seed = s.seed;
  o.drive = part.drive;
  o.endpoints_expected = part.endpoints_expected != 0 ? part.endpoints_expected : s.nodes.nodes;
  o.wall_steps = part.wall_steps;
  if (std::ranges::any_of(s.operations, [](const auto& one) {
        return std::holds_alternative<operation::control>(one.action);
      }))
    o.recipe.control_socket = control_path_of(s.crawler_count() == 1 ? "" : crawler_name(nth));
  const auto count = s.crawler_count();
  if (count == 1)
    return o;
  o.name = crawler_name(nth);
  o.seed = net::keyed_hash(s.seed, "crawler", net::as_bytes(o.name));
  // The usual address is everybody's; others are routes to networks.
  const auto usual = network::host{}.addresses;
  std::erase_if(o.addresses, [&](const auto& own) { return own == usual.front(); });
  o.addresses.insert(o.addresses.begin(), crawler_endpoint(nth));
  if (o.recipe.config.peers.listen.empty())
    o.recipe.config.peers.listen = {crawler_endpoint(nth)};
  for (std::uint32_t other = 0; other != count; ++other)
    if (other != nth)
      o.recipe.config.start.connect.push_back(crawler_endpoint(other));
  o.recipe.pinned.insert({"peers.listen", "start.connect"});
  return o;
}

/// Whether a fault changes bytes on their way to a node: what it hears then nobody has said.
bool may_hear_changed_bytes(const std::vector<fault_rule>& faults, const net::endpoint& node) {
  return std::ranges::any_of(faults, [&](const fault_rule& rule) {
    return std::holds_alternative<fault::corrupt>(rule.action) &&
           (rule.to.contains(node) || (rule.both_directions && rule.from.contains(node)));
  });
}

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
}

schedule_options order_of(const crawl_scenario& s) {
  auto order = s.order;
  for (const auto& one : s.wanted)
    order.wanted.push_back(
        {0, message_kind(one.actor, one.first), message_kind(one.actor, one.second)});
  return order;
}

} // namespace

double crawl_verdict::precision() const {
  return ratio(good_agreed, good_found);
}
double crawl_verdict::recall() const {
  return ratio(good_agreed, good_true);
}

crawl_world::crawl_world(const crawl_scenario& s,
                         const simulated_crawler::network_wrapper& network_between)
    : scenario_(completed(s)), world_({.seed = scenario_.seed,
                                       .schedule = scenario_.schedule,
                                       .deep = scenario_.deep,
                                       .wall = scenario_.wall,
                                       .order = order_of(scenario_)}),
      simulation_(world_), internet_(scenario_.network, world_.events()),
      topology_(scenario_.nodes), models_(topology_), host_(internet_, topology_, models_),
      oracles_(world_), operators_(*this) {
  host_.listen(*this);
  oracles_.add(scenario_.oracles);
  internet_.set_faults(scenario_.faults);
  internet_.set_proxy(scenario_.proxy, scenario_.proxy_does);
  for (const auto& one : scenario_.names)
    internet_.set_name(one.host, one.answer);
  std::uint32_t nth = 0;
  for (const auto& part : scenario_.parts())
    for (std::uint32_t i = 0; i != part.count; ++i) {
      auto options = crawler_options(scenario_, part, nth++);
      options.doors = &oracles_.next_ear();
      // Of a start after a crash: the first is that of `start`.
      options.on_program = [this, n = crawlers_.size()](actors::crawl_program&) {
        if (n < crawlers_.size())
          oracles_.on_start(*crawlers_[n]);
      };
      options.network_between = network_between;
      crawlers_.push_back(
          std::make_unique<simulated_crawler>(world_, internet_, std::move(options)));
      oracles_.meet(*crawlers_.back());
    }
}

crawl_world::~crawl_world() {
  host_.ignore(*this);
}

broken_promise crawl_world::found(std::string oracle, std::string place, std::string text) const {
  return {.oracle = std::move(oracle),
          .place = std::move(place),
          .text = std::move(text),
          .step = world_.steps(),
          .when = now()};
}

void crawl_world::on_violation(std::uint32_t, const node_violation& v) {
  if (may_hear_changed_bytes(scenario_.faults, v.node))
    return;
  violations_.push_back(found("referee", without_numbers(v.rule), to_string(v)));
  violations_.back().peers = {v.node};
}

tl::expected<void, store::error> crawl_world::start() {
  const net::listening_to_probes listening{probes_};
  operators_.prepare();
  oracles_.begin(*this);
  for (auto& one : crawlers_) {
    oracles_.on_start(*one);
    if (auto started = one->start(); !started)
      return started;
  }
  operators_.plan();
  return {};
}

std::vector<std::string> crawl_world::recreate() {
  auto missing = crawler().recreate();
  oracles_.on_recreate(crawler());
  return missing;
}

bool crawl_world::over() const {
  return std::all_of(
             crawlers_.begin(), crawlers_.end(),
             [](const auto& one) { return one->is_gone() || (one->is_up() && one->over()); }) &&
         world_.idle();
}

/// The seeds and orders that the scenario changes to, each at its step.
void crawl_world::follow_seeds() {
  // A seed that a file says for later is another one, too, once all is drawn anew.
  const auto seed_of = [&](std::uint64_t said) {
    return redrawn_ == 0 ? said : mixed(scenario_.redraws[redrawn_ - 1].seed, said);
  };
  const auto& seeds = scenario_.reseeds;
  while (reseeded_ != seeds.size() && world_.steps() >= seeds[reseeded_].from_step)
    world_.reseed(seed_of(seeds[reseeded_++].seed));
  if (scenario_.then && !is_then_ && world_.steps() >= scenario_.then->from_step) {
    world_.events().switch_to(scenario_.then->strategy, seed_of(scenario_.then->seed),
                              scenario_.then->depth);
    is_then_ = true;
  }
  const auto& redraws = scenario_.redraws;
  while (redrawn_ != redraws.size() && world_.steps() >= redraws[redrawn_].from_step)
    redraw(redraws[redrawn_++].seed);
}

void crawl_world::redraw(std::uint64_t seed) {
  world_.reseed(seed);
  const auto& order = world_.events().settings();
  world_.events().switch_to(order.strategy == strategy::fifo ? strategy::uniform : order.strategy,
                            seed, order.depth);
  redraw_moments(scenario_.faults, now(), world_.events().draw());
  internet_.set_faults(scenario_.faults);
  for (auto& one : crawlers_)
    one->disk().on().reseed(net::keyed_hash(seed, "crawler", net::as_bytes(one->options_name())));
  oracles_.on_redraw(*this);
}

/// What is said to happen at a step. A run has ten thousand steps, and a handful of these.
void crawl_world::act_at_step() {
  follow_seeds();
  operators_.act();
  next_step_ = operators_.next_step();
  const auto consider = [this](const auto& list, std::size_t done) {
    if (done != list.size())
      next_step_ = std::min(next_step_, list[done].from_step);
  };
  consider(scenario_.reseeds, reseeded_);
  consider(scenario_.redraws, redrawn_);
  if (scenario_.then && !is_then_)
    next_step_ = std::min(next_step_, scenario_.then->from_step);
}

bool crawl_world::advance() {
  const net::listening_to_probes listening{probes_};
  if (world_.steps() >= next_step_)
    act_at_step();
  stands_still_ = !simulation_.advance();
  return !stands_still_;
}

void crawl_world::run(const std::function<bool()>& goes_on) {
  while (!over() && !oracles_.has_given_up() && now() <= scenario_.limit &&
         (!goes_on || goes_on()) && advance()) {
  }
}

void crawl_world::compare_with_truth(crawl_verdict& verdict) {
  std::vector<net::endpoint> good;
  const auto settings = program().env().settings.newest().values;
  const auto& proxy = settings->tor_proxy;
  const auto can_be_reached = [&](const net::endpoint& at) {
    return settings->reach.dials(at) && (at.network != net::network_id::torv3 ||
                                         internet_.proxy_at(*proxy) == proxy_state::working);
  };
  for (std::uint32_t i = 0; i != topology_.nodes().size(); ++i)
    if (const auto& at = topology_.nodes()[i].at; topology_.is_good(i) && can_be_reached(at))
      good.push_back(at);
  std::sort(good.begin(), good.end());
  verdict.good_true = good.size();
  const auto is_crawler = [&](const net::endpoint& peer) {
    for (std::uint32_t i = 0; i != scenario_.crawler_count(); ++i)
      if (peer == crawler_endpoint(i))
        return true;
    return false;
  };
  std::optional<net::endpoint> after;
  do {
    store::list_query question;
    question.after = after;
    question.limit = store::list_query::max_page;
    const auto answer = disk().database().answer(question);
    if (!answer) {
      verdict.violations.push_back(
          found("database", "reading it at the end",
                fmt::format("the database cannot be read: {}", answer.error().message)));
      return;
    }
    const auto& page = std::get<store::list_answer>(*answer);
    for (const auto& [peer, record] : page.peers) {
      ++verdict.known;
      if (!store::good(record) || is_crawler(peer))
        continue;
      ++verdict.good_found;
      verdict.good_agreed += std::binary_search(good.begin(), good.end(), peer) ? 1 : 0;
    }
    after = page.next;
  } while (after);
}

crawl_verdict crawl_world::judge() {
  crawl_verdict verdict;
  verdict.seed = scenario_.seed;
  verdict.steps = world_.steps();
  verdict.virtual_time = world_.now().steady;
  verdict.summary = program().summary();
  verdict.probes = probes_;
  for (const auto& rule : world_.violations())
    verdict.violations.push_back({.oracle = rule.found_by,
                                  .place = rule.place,
                                  .text = rule.text,
                                  .actor = rule.actor,
                                  .step = rule.step});
  verdict.violations.insert(verdict.violations.end(), violations_.begin(), violations_.end());
  const auto problems = operators_.problems();
  verdict.violations.insert(verdict.violations.end(), problems.begin(), problems.end());
  if (!over() && !oracles_.has_given_up())
    verdict.violations.push_back(
        found("end", "the crawl has not ended",
              fmt::format("the crawl had not ended after {} s of virtual time",
                          verdict.virtual_time.count() / 1'000'000'000)));
  for (auto& one : crawlers_)
    open_what_is_kept(*one, verdict);
  if (disk().is_open())
    compare_with_truth(verdict);
  for (auto& one : crawlers_)
    note_database(*one, verdict);
  verdict.hash = world_.hash();
  oracles_.finish(*this);
  for (auto& one : oracles_.broken())
    verdict.violations.push_back(std::move(one));
  verdict.broken = broken_promises(*this, verdict);
  return verdict;
}

/// What its disk kept is judged, on a disk that works: a fault that goes on would hide it. A
/// crawler that is down, or could not be started again, has closed its database.
void crawl_world::open_what_is_kept(simulated_crawler& of, crawl_verdict& verdict) {
  of.disk().on().heal();
  if (of.disk().is_open())
    return;
  if (const auto opened = of.disk().open(); !opened)
    verdict.violations.push_back(
        found("database", "reading it at the end",
              fmt::format("the database cannot be read: {}", opened.error().message)));
}

/// What only reached the database is part of what the run did.
void crawl_world::note_database(simulated_crawler& of, crawl_verdict& verdict) {
  if (!of.disk().is_open())
    return;
  if (const auto digest = of.disk().database().digest()) {
    const auto value = *digest;
    of.inside().note_effect({reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
  } else {
    verdict.violations.push_back(
        found("database", "reading it at the end",
              fmt::format("the database cannot be read: {}", digest.error().message)));
  }
}

crawl_verdict run_crawl(crawl_world& world, const std::function<void()>& over) {
  if (const auto started = world.start(); !started) {
    crawl_verdict verdict;
    verdict.seed = world.inner().settings().seed;
    verdict.violations.push_back(
        {.oracle = "database", .place = "the first start", .text = started.error().message});
    verdict.broken = unexpected(verdict.violations, world.scenario().expect);
    return verdict;
  }
  world.run();
  if (over)
    over();
  return world.judge();
}

crawl_verdict run_crawl(const crawl_scenario& s) {
  crawl_world world{with_profile(s)};
  return run_crawl(world);
}

crawl_scenario with_profile(crawl_scenario s) {
  if (s.order.profile || !s.wants_profile())
    return s;
  auto earlier = s;
  earlier.schedule = strategy::fifo;
  earlier.then.reset();
  earlier.redraws.clear();
  earlier.order.given.clear();
  earlier.order.keeps_departures = false;
  earlier.order.keeps_profile = true;
  crawl_world world{earlier};
  run_crawl(world);
  s.order.profile = std::make_shared<const run_profile>(world.inner().events().profile());
  return s;
}

} // namespace seedwalk::sim
