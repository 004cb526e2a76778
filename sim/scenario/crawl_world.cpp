#include "sim/scenario/crawl_world.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "actors/control/control_server.hpp"
#include "actors/crawl/connection_manager.hpp"
#include "actors/crawl/crawler.hpp"
#include "actors/crawl/db_writer.hpp"
#include "actors/crawl/peer_connection.hpp"

namespace seedwalk::sim {

namespace {

storage::options storage_options(const crawl_scenario& s) {
  storage::options o;
  o.path = "/db";
  o.database =
      storage::small_database(s.endpoints_expected != 0 ? s.endpoints_expected : s.nodes.nodes);
  o.database.schedule = s.crawler.config.schedule;
  o.database.limits.known = s.crawler.config.storage.max_known;
  o.database.limits.inbound = s.crawler.config.storage.max_inbound_records;
  o.database.chain = s.crawler.config.network.name;
  o.database.seed = s.seed;
  return o;
}

std::unique_ptr<disk> make_disk(const crawl_scenario& s) {
  auto o = s.drive;
  o.seed = s.seed;
  return std::make_unique<disk>(o);
}

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// A scenario whose parts agree: one seed, and the topology's seeds as the place to start.
crawl_scenario completed(crawl_scenario s) {
  s.nodes.seed = s.seed;
  s.network.streams.seed = s.seed;
  if (!s.crawler.config.start.names_somebody() && !s.starts_at_dns)
    s.crawler.config.start.connect = topology{s.nodes}.seeds();
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

crawl_world::crawl_world(const crawl_scenario& s)
    : scenario_(completed(s)),
      world_({scenario_.seed, scenario_.schedule, scenario_.deep, scenario_.wall}),
      agenda_(scenario_.seed, scenario_.slack), internet_(scenario_.network, agenda_, right_clock_),
      topology_(scenario_.nodes), models_(topology_), host_(internet_, topology_, models_),
      network_(internet_, world_, network::host{scenario_.addresses}),
      storage_(storage_options(scenario_), world_, agenda_, world_, make_disk(scenario_)),
      watched_network_(world_, network_), watched_storage_(world_, storage_), process_(world_),
      program_(std::make_unique<actors::crawl_program>(
          actors::crawl_doors{world_, watched_network_, watched_storage_, world_},
          scenario_.crawler, scenario_.seed, "simulated", nullptr)),
      simulation_({.wall_steps = scenario_.wall_steps}, world_, agenda_) {
  internet_.set_faults(scenario_.faults);
  internet_.set_proxy(scenario_.proxy, scenario_.proxy_does);
  kinds_.add<actors::crawler>(program_->env());
  kinds_.add<actors::connection_manager>(program_->env());
  kinds_.add<actors::peer_connection>(program_->env());
  kinds_.add<actors::db_writer>(program_->env());
  kinds_.add<actors::control_server>(program_->env());
}

crawl_world::~crawl_world() {
  process_.kill();
}

tl::expected<void, store::error> crawl_world::start() {
  if (auto opened = storage_.open(); !opened)
    return opened;
  crawler_ = program_->start();
  return {};
}

void crawl_world::reload(const std::string& contents) {
  world_.deliver(crawler_,
                 net::control_completion{net::reload_requested{"test.toml", contents, {}}});
}

void crawl_world::run() {
  simulation_.run([this] { return over(); }, scenario_.limit);
}

void crawl_world::compare_with_truth(crawl_verdict& verdict) {
  std::vector<net::endpoint> good;
  const auto settings = program_->env().settings.current();
  const auto& proxy = settings->config.network.reach.tor_proxy;
  const auto can_be_reached = [&](const net::endpoint& at) {
    return settings->reach.dials(at) && (at.network != net::network_id::torv3 ||
                                         internet_.proxy_at(*proxy) == proxy_state::working);
  };
  for (const auto& node : topology_.nodes())
    if (truth_of(node.kind).good && can_be_reached(node.at))
      good.push_back(node.at);
  std::sort(good.begin(), good.end());
  verdict.good_true = good.size();
  std::optional<net::endpoint> after;
  do {
    store::list_query question;
    question.after = after;
    question.limit = store::list_query::max_page;
    const auto answer = storage_.database().answer(question);
    if (!answer) {
      verdict.violations.push_back(
          fmt::format("the database cannot be read: {}", answer.error().message));
      return;
    }
    const auto& page = std::get<store::list_answer>(*answer);
    for (const auto& [peer, record] : page.peers) {
      ++verdict.known;
      if (!store::good(record))
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
  verdict.summary = program_->summary();
  verdict.violations = world_.violations();
  if (!over())
    verdict.violations.emplace_back(
        fmt::format("the crawl had not ended after {} s of virtual time",
                    verdict.virtual_time.count() / 1'000'000'000));
  for (const auto& v : host_.violations())
    verdict.violations.push_back(
        fmt::format("{} heard us break the protocol: {}", net::to_string(v.node), v.rule));
  compare_with_truth(verdict);
  // What only reached the database is part of what the run did.
  if (const auto digest = storage_.database().digest()) {
    const auto value = *digest;
    world_.note_effect({reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
  } else {
    verdict.violations.push_back(
        fmt::format("the database cannot be read: {}", digest.error().message));
  }
  verdict.hash = world_.hash();
  return verdict;
}

crawl_verdict run_crawl(const crawl_scenario& s, world_listener* listener) {
  crawl_world world{s};
  world.home().listen(listener);
  if (const auto started = world.start(); !started) {
    crawl_verdict verdict;
    verdict.seed = s.seed;
    verdict.violations.push_back(started.error().message);
    return verdict;
  }
  world.run();
  return world.judge();
}

} // namespace seedwalk::sim
