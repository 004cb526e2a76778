#include "sim/scenario/crawl_world.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "actors/runtime/strategies/run_profile.hpp"
#include "actors/runtime/strategies/strategy_text.hpp"

namespace seedwalk::sim {

namespace {

/// Where the nth of several crawlers listens.
net::endpoint crawler_endpoint(std::uint32_t nth) {
  return net::ipv4_endpoint(0xc6336401 + nth, 18444); // 198.51.100.1 and on
}

simulated_crawler::options crawler_options(const crawl_scenario& s, std::uint32_t nth) {
  simulated_crawler::options o;
  o.addresses = s.addresses;
  o.recipe = s.crawler;
  o.seed = s.seed;
  o.drive = s.drive;
  o.endpoints_expected = s.endpoints_expected != 0 ? s.endpoints_expected : s.nodes.nodes;
  o.wall_steps = s.wall_steps;
  if (s.crawlers == 1)
    return o;
  o.name = std::string(1, static_cast<char>('a' + nth % 26)) +
           (nth < 26 ? "" : fmt::format("{}", nth / 26));
  o.seed = net::keyed_hash(s.seed, "crawler", net::as_bytes(o.name));
  o.addresses = {crawler_endpoint(nth)};
  o.recipe.config.peers.listen = {crawler_endpoint(nth)};
  for (std::uint32_t other = 0; other != s.crawlers; ++other)
    if (other != nth)
      o.recipe.config.start.connect.push_back(crawler_endpoint(other));
  return o;
}

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// A scenario whose parts agree: one seed, and the topology's seeds as the place to start.
crawl_scenario completed(crawl_scenario s) {
  s.nodes.seed = s.seed;
  // On loopback all crawlers would have the same address.
  if (s.crawlers > 1 && net::is_loopback(s.nodes.first))
    s.nodes.first = net::ipv4_endpoint(0x0b010001, s.nodes.first.port);
  if (!s.crawler.config.start.names_somebody() && !s.starts_at_dns)
    s.crawler.config.start.connect = seeds_of(s.nodes);
  return s;
}

} // namespace

crawl_scenario plain_crawl(std::uint64_t seed, std::uint32_t nodes) {
  crawl_scenario s;
  s.seed = seed;
  s.nodes.nodes = nodes;
  s.nodes.addresses_a_node = std::min<std::uint32_t>(nodes, 64);
  s.drive.journal = false;
  auto& c = s.crawler.config;
  c.network.name = "regtest";
  c.network.allow_unroutable = true;
  c.start.dns = false;
  c.run.once = true;
  return s;
}

double crawl_verdict::precision() const {
  return ratio(good_agreed, good_found);
}
double crawl_verdict::recall() const {
  return ratio(good_agreed, good_true);
}

schedule_options crawl_scenario::near_events() {
  schedule_options order;
  order.ahead = order.behind = std::chrono::microseconds{50};
  return order;
}

bool crawl_scenario::wants_profile() const {
  return sim::wants_profile(schedule) || (then && sim::wants_profile(then->strategy));
}

crawl_world::crawl_world(const crawl_scenario& s)
    : scenario_(completed(s)), world_({.seed = scenario_.seed,
                                       .schedule = scenario_.schedule,
                                       .deep = scenario_.deep,
                                       .wall = scenario_.wall,
                                       .order = scenario_.order}),
      simulation_(world_), internet_(scenario_.network, world_.events()),
      topology_(scenario_.nodes), models_(topology_), host_(internet_, topology_, models_),
      operators_(*this) {
  internet_.set_faults(scenario_.faults);
  internet_.set_proxy(scenario_.proxy, scenario_.proxy_does);
  scenario_.crawlers = std::max(scenario_.crawlers, 1u);
  for (std::uint32_t i = 0; i != scenario_.crawlers; ++i)
    crawlers_.push_back(
        std::make_unique<simulated_crawler>(world_, internet_, crawler_options(scenario_, i)));
}

void crawl_world::operators::plan() {
  const auto& crawlers = world_.crawlers_;
  for (std::size_t i = 0; i != crawlers.size(); ++i) {
    auto& lane = lanes_.emplace_back(schedule::lane::named(name_from("operator", i)));
    world_.world_.events().label(lane.key, [&] { return "operator of " + crawlers[i]->name(); });
    const auto& reloads = world_.scenario_.reloads;
    for (std::size_t n = 0; n != reloads.size(); ++n)
      world_.world_.events().put(reloads[n].at, lane, *this, n * crawlers.size() + i);
  }
}

void crawl_world::operators::on_due(std::uint64_t payload) {
  auto& crawler = *world_.crawlers_[payload % world_.crawlers_.size()];
  crawler.reload(world_.scenario_.reloads[payload / world_.crawlers_.size()].contents);
}

tl::expected<void, store::error> crawl_world::start() {
  for (auto& one : crawlers_)
    if (auto started = one->start(); !started)
      return started;
  operators_.plan();
  return {};
}

bool crawl_world::over() const {
  return std::all_of(crawlers_.begin(), crawlers_.end(),
                     [](const auto& one) { return one->over(); }) &&
         world_.idle();
}

bool crawl_world::advance() {
  const auto& seeds = scenario_.reseeds;
  while (reseeded_ != seeds.size() && world_.steps() >= seeds[reseeded_].from_step)
    world_.reseed(seeds[reseeded_++].seed);
  if (scenario_.then && !is_then_ && world_.steps() >= scenario_.then->from_step) {
    world_.events().switch_to(scenario_.then->strategy, scenario_.then->seed,
                              scenario_.then->depth);
    is_then_ = true;
  }
  return simulation_.advance();
}

void crawl_world::run() {
  while (!over() && now() <= scenario_.limit && advance()) {
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
  for (const auto& node : topology_.nodes())
    if (truth_of(node.kind).good && can_be_reached(node.at))
      good.push_back(node.at);
  std::sort(good.begin(), good.end());
  verdict.good_true = good.size();
  const auto is_crawler = [&](const net::endpoint& peer) {
    for (std::uint32_t i = 0; i != scenario_.crawlers; ++i)
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
          fmt::format("the database cannot be read: {}", answer.error().message));
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
  verdict.violations = world_.violations();
  if (!over())
    verdict.violations.emplace_back(
        fmt::format("the crawl had not ended after {} s of virtual time",
                    verdict.virtual_time.count() / 1'000'000'000));
  for (const auto& v : host_.violations())
    verdict.violations.push_back(
        fmt::format("{} heard us break the protocol: {}", net::to_string(v.node), v.rule));
  compare_with_truth(verdict);
  for (auto& one : crawlers_)
    note_database(*one, verdict);
  verdict.hash = world_.hash();
  return verdict;
}

/// What only reached the database is part of what the run did.
void crawl_world::note_database(simulated_crawler& of, crawl_verdict& verdict) {
  if (const auto digest = of.disk().database().digest()) {
    const auto value = *digest;
    of.inside().note_effect({reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
  } else {
    verdict.violations.push_back(
        fmt::format("the database cannot be read: {}", digest.error().message));
  }
}

crawl_verdict run_crawl(crawl_world& world, const std::function<void()>& over) {
  if (const auto started = world.start(); !started) {
    crawl_verdict verdict;
    verdict.seed = world.inner().settings().seed;
    verdict.violations.push_back(started.error().message);
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
  earlier.order.given.clear();
  earlier.order.keeps_departures = false;
  earlier.order.keeps_profile = true;
  crawl_world world{earlier};
  run_crawl(world);
  s.order.profile = std::make_shared<const run_profile>(world.inner().events().profile());
  return s;
}

} // namespace seedwalk::sim
