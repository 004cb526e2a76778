#pragma once

#include <array>
#include <csignal>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "net/base/random.hpp"
#include "sim/nodes/drawn_program.hpp"
#include "sim/scenario/crawl_scenario.hpp"
#include "sim/scenario/file/scenario_file.hpp"

namespace seedwalk::test {

/// Draws scenarios that are valid files: every key of a file, each there or not.
class scenario_drawer {
public:
  explicit scenario_drawer(std::uint64_t seed) : draw_{seed, "scenario"} {}

  sim::crawl_scenario scenario() {
    auto s = sim::usual_scenario();
    s.seed = maybe() ? draw_.next() : draw_.below(100);
    s.deep = maybe();
    if (maybe())
      s.oracles = {.all = false,
                   .names = maybe() ? std::vector<std::string>{"pool", "store"}
                                    : std::vector<std::string>{}};
    if (maybe())
      s.limit = time();
    if (maybe())
      s.wall = std::chrono::seconds{draw_.between(0, 4'000'000'000)};
    s.starts_at_dns = maybe();
    nodes(s.nodes);
    network(s);
    crawlers(s);
    const auto letter = [&] { return static_cast<std::uint32_t>(draw_.below(s.crawler_count())); };
    times(3, [&](auto) { s.names.push_back({host(), answer()}); });
    times(6, [&](auto nth) { s.faults.push_back(fault(nth)); });
    times(6, [&](auto) {
      auto& one = s.operations.emplace_back();
      one = {time(), optional(letter), operation()};
      moment(one);
    });
    if (maybe())
      s.drawn_faults = small();
    if (maybe())
      s.drawn_reloads = small();
    schedule(s);
    expect(s, letter);
    return s;
  }

private:
  bool maybe() { return draw_.chance(1, 2); }
  std::uint32_t small() { return static_cast<std::uint32_t>(draw_.below(10)); }
  std::uint32_t number() { return static_cast<std::uint32_t>(draw_.next()); }
  /// Of the file's own unit, or of any.
  std::chrono::nanoseconds time() {
    const std::uint64_t units[] = {1, 1'000, 1'000'000, 1'000'000'000, 60'000'000'000};
    return std::chrono::nanoseconds{draw_.below(100'000) * units[draw_.below(5)]};
  }
  std::chrono::seconds shift() {
    return std::chrono::seconds{static_cast<std::int64_t>(draw_.below(200'000)) - 100'000};
  }
  std::string host() { return fmt::format("x9.seed{}.test", small()); }

  template <class Make>
  auto optional(Make&& make) -> std::optional<decltype(make())> {
    return maybe() ? std::optional{make()} : std::nullopt;
  }
  /// Up to `most` times, with the number of each.
  template <class Do>
  void times(std::uint32_t most, Do&& action) {
    const auto count = maybe() ? draw_.below(most + 1) : 0;
    for (std::uint32_t i = 0; i != count; ++i)
      action(i);
  }
  template <class T, std::size_t N>
  T one_of(const std::array<T, N>& all) {
    return all[draw_.below(N)];
  }
  template <class T>
  T any_of(std::size_t count) {
    return static_cast<T>(draw_.below(count));
  }

  net::network_id network_id() {
    using net::network_id;
    return one_of<network_id>(std::array{network_id::ipv4, network_id::ipv6, network_id::torv3,
                                         network_id::i2p, network_id::cjdns});
  }

  net::endpoint address() {
    net::endpoint at;
    at.network = network_id();
    for (std::size_t i = 0; i != net::address_size(at.network); ++i)
      at.address[i] = static_cast<std::uint8_t>(draw_.below(256));
    if (at.network == net::network_id::ipv6)
      at.address[0] = 0x2a;
    if (at.network == net::network_id::cjdns)
      at.address[0] = 0xfc;
    return at;
  }
  net::endpoint endpoint() {
    auto at = address();
    if (at.network != net::network_id::i2p)
      at.port = static_cast<std::uint16_t>(draw_.between(1, 65'535));
    return at;
  }

  sim::latency latency() {
    switch (draw_.below(4)) {
    case 0:
      return sim::latency::constant(time());
    case 1: {
      const auto least = time();
      return sim::latency::uniform(least, least + time());
    }
    case 2:
      return sim::latency::exponential(time(), time());
    default:
      return sim::latency::log_normal(time(), small());
    }
  }

  sim::endpoint_set hosts() {
    const auto peer = endpoint();
    const auto bits = static_cast<std::uint32_t>(8 * net::address_size(peer.network));
    switch (draw_.below(4)) {
    case 0:
      return sim::endpoint_set::everybody();
    case 1:
      return sim::endpoint_set::only(peer);
    case 2:
      return {peer.network, {}, 0, maybe() ? peer.port : std::uint16_t{0}};
    default: {
      auto set = sim::endpoint_set::subnet(
          peer, 8 * static_cast<std::uint32_t>(draw_.between(1, bits / 8)));
      for (std::size_t i = set.prefix_bits / 8; i != set.prefix.size(); ++i)
        set.prefix[i] = 0;
      set.port = maybe() ? peer.port : std::uint16_t{0};
      return set;
    }
    }
  }

  void nodes(sim::topology_options& o) {
    if (maybe())
      o.nodes = static_cast<std::uint32_t>(draw_.between(5, 30));
    if (maybe())
      o.seeds = static_cast<std::uint32_t>(draw_.between(1, 4));
    if (maybe())
      o.addresses_a_node = static_cast<std::uint32_t>(draw_.between(2, 1'000));
    times(4, [&](auto nth) {
      if (nth == 0)
        o.shares.clear();
      o.shares.emplace_back(any_of<sim::node_kind>(sim::node_kind_count), 1 + small());
    });
    times(3, [&](auto nth) {
      if (nth == 0)
        o.networks.clear();
      o.networks.emplace_back(network_id(), small());
    });
    if (maybe())
      o.pace = time();
    if (maybe())
      o.first = net::ipv4_endpoint(0x0b000000 + number() % 65'536, 8'333);
    if (maybe())
      o.without = {4};
    if (maybe())
      o.magic = net::find_chain("signet")->magic;
    times(3, [&](auto nth) {
      o.models.push_back({fmt::format("model {}", nth), {}});
      times(6, [&](auto) {
        o.models.back().steps.push_back(sim::draw_step(draw_, std::chrono::hours{1}));
      });
      models_.push_back(o.models.back().name);
    });
    if (!models_.empty())
      times(3, [&](auto) {
        o.model_shares.emplace_back(models_[draw_.below(models_.size())], 1 + small());
      });
    std::set<std::uint32_t> numbers;
    times(3, [&](auto) {
      if (const auto number = small() % o.nodes; numbers.insert(number).second)
        o.changes.push_back(change(number, o.nodes));
    });
  }

  sim::node_change change(std::uint32_t number_of_node, std::uint32_t nodes) {
    sim::node_change n;
    n.number = number_of_node;
    n.at = optional([&] { return endpoint(); });
    n.kind = optional([&] { return any_of<sim::node_kind>(sim::node_kind_count); });
    if (!models_.empty() && (!n.kind || sim::truth_of(*n.kind).listens) && maybe())
      n.model = models_[draw_.below(models_.size())];
    n.services = optional([&] { return draw_.next(); });
    n.start_height = optional([&] { return static_cast<std::int32_t>(draw_.below(1'000)) - 500; });
    n.knows = optional([&] {
      std::vector<std::uint32_t> all;
      times(5, [&](auto) { all.push_back(small() % nodes); });
      return all;
    });
    times(3, [&](auto) { n.tells.push_back(endpoint()); });
    if (maybe())
      n.tells_ahead = shift();
    if (maybe())
      n.clock = shift();
    n.user_agent = optional([&] { return text(); });
    n.protocol = optional([&] { return static_cast<std::int32_t>(draw_.below(80'000)); });
    return n;
  }

  /// Printable and not, with what TOML escapes.
  std::string text() {
    constexpr std::string_view letters = "ab \"\\\n\t#=[]'/:.\x7f\x01";
    std::string made;
    for (auto size = draw_.below(20); size != 0; --size)
      made += letters[draw_.below(letters.size())];
    return made;
  }

  void network(sim::crawl_scenario& s) {
    auto& o = s.network.streams;
    if (maybe())
      o.link = latency();
    if (maybe())
      o.jitter = latency();
    if (maybe())
      o.local_link = latency();
    o.loopback_is_remote = maybe();
    if (maybe())
      o.bytes_per_second = number();
    if (maybe())
      o.window_bytes = 1 + small();
    if (maybe())
      o.segment_bytes_max = 1 + small();
    if (maybe())
      o.cut_one_in = small();
    if (maybe())
      o.graceful_close = time();
    if (maybe())
      o.give_up = time();
    if (maybe())
      s.network.datagrams.delay = latency();
    if (maybe())
      s.network.datagrams.kept_max = small();
    s.network.unknown = any_of<sim::unknown_host>(3);
    s.proxy_does = any_of<sim::proxy_state>(3);
    if (maybe())
      s.proxy = endpoint();
  }

  sim::disk::options disk() {
    auto o = sim::usual_scenario().drive;
    if (maybe())
      o.capacity_bytes = draw_.next();
    o.sync_commits_names = maybe();
    if (maybe())
      o.call_cost = time();
    if (maybe())
      o.kib_cost = time();
    if (maybe()) {
      o.sync_cost_min = time();
      o.sync_cost_max = o.sync_cost_min + time();
    }
    times(3, [&](auto) {
      o.faults.push_back({any_of<sim::disk_call>(sim::disk_call_count), 1 + draw_.below(100),
                          draw_.next() | 1, any_of<sim::disk_fault::effect>(4), time()});
    });
    return o;
  }

  sim::crawler_part crawler() {
    auto part = sim::usual_scenario().parts().front();
    part.count = 1 + small() % 3;
    times(3, [&](auto nth) {
      if (nth == 0)
        part.addresses.clear();
      part.addresses.push_back(address());
    });
    if (maybe())
      part.endpoints_expected = number();
    auto& config = part.recipe.config;
    if (maybe())
      config.limits.max_outbound = 1 + small();
    if (maybe())
      config.keep_alive.ping_every = std::chrono::seconds{draw_.between(5, 300)};
    if (maybe())
      config.run.once = false;
    if (maybe())
      config.network.user_agent = "/Other \\\"name\\\":1/";
    if (maybe())
      config.peers.exclude = {sim::usual_scenario().nodes.first};
    if (maybe())
      part.drive = disk();
    times(3, [&](auto) {
      part.wall_steps.push_back({time(), shift(), optional([&] { return number() % 10'000'000; })});
    });
    return part;
  }

  void crawlers(sim::crawl_scenario& s) {
    std::vector<sim::crawler_part> parts = {crawler()};
    times(3, [&](auto) { parts.push_back(crawler()); });
    s.set_parts(std::move(parts));
  }

  sim::name_answer answer() {
    sim::name_answer a;
    if (maybe())
      a.reason = any_of<net::error>(static_cast<std::size_t>(net::error::unknown) + 1);
    times(3, [&](auto) { a.addresses.push_back(address()); });
    if (maybe())
      a.delay = latency();
    return a;
  }

  sim::fault_action action() {
    using namespace sim::fault;
    switch (draw_.below(10)) {
    case 0:
      return pass{};
    case 1:
      return fail_dial{any_of<net::error>(static_cast<std::size_t>(net::error::unknown) + 1)};
    case 2:
      return drop{};
    case 3:
      return silence{};
    case 4:
      return delay{latency()};
    case 5:
      return drip{1 + small(), time()};
    case 6:
      return reset{draw_.next()};
    case 7:
      return reset_after{time()};
    case 8:
      return truncate{draw_.next()};
    default:
      return corrupt{draw_.next(), static_cast<std::uint8_t>(draw_.between(1, 255))};
    }
  }

  sim::fault_rule fault(std::uint32_t nth) {
    sim::fault_rule rule;
    rule.name = fmt::format("a rule {}", nth);
    if (maybe())
      rule.since = time();
    if (maybe())
      rule.until = rule.since + time() + std::chrono::nanoseconds{1};
    rule.from = hosts();
    rule.to = hosts();
    rule.both_directions = maybe();
    if (maybe()) {
      rule.hit = small();
      rule.of = 1 + small();
    }
    rule.action = action();
    return rule;
  }

  /// Some come at a step or at a disk call instead.
  void moment(sim::planned_operation& one) {
    switch (draw_.below(3)) {
    case 0:
      break;
    case 1:
      one.at = {};
      one.at_step = draw_.next();
      break;
    default:
      one.at = {};
      one.at_disk_call = 1 + draw_.below(1'000);
      if (!std::holds_alternative<sim::operation::crash>(one.action))
        return;
      one.progress.done = any_of<sim::call_progress::part>(6);
      if (one.progress.done == sim::call_progress::part::bytes)
        one.progress.bytes = draw_.next();
    }
  }

  sim::operation_action operation() {
    using namespace sim::operation;
    switch (draw_.below(9)) {
    case 0:
      return reload{text()};
    case 1:
      return stop{one_of<int>(std::array{0, SIGINT, SIGTERM})};
    case 2:
      return crash{
          {any_of<sim::loss_model::bytes>(4), any_of<sim::loss_model::names>(3), draw_.next()},
          time()};
    case 3:
      return own_address{address()};
    case 4:
      return proxy{any_of<sim::proxy_state>(3)};
    case 5:
      return disk_room{draw_.next()};
    case 6:
      return flip_bit{any_of<flip_bit::kind>(4), draw_.next(),
                      static_cast<std::uint32_t>(draw_.below(8))};
    case 7:
      return control{text(), optional([&] { return text(); })};
    default:
      return sim::operation::name{host(), answer()};
    }
  }

  void schedule(sim::crawl_scenario& s) {
    const auto strategy = [&] {
      return one_of<sim::strategy>(std::array{sim::strategy::fifo, sim::strategy::uniform,
                                              sim::strategy::pct, sim::strategy::surw,
                                              sim::strategy::pairs, sim::strategy::portfolio});
    };
    const auto depth = [&](sim::strategy of) {
      return of == sim::strategy::pct ? 1 + small() : 3u;
    };
    s.schedule = strategy();
    s.order.depth = depth(s.schedule);
    for (auto count = small() % 3; count != 0; --count)
      s.wanted.push_back({"crawler", "a_message", "another"});
    if (maybe())
      s.order.ahead = time();
    if (maybe())
      s.order.behind = maybe() ? net::steady_time::max() : time();
    if (maybe()) {
      const auto next = strategy();
      s.then = sim::crawl_scenario::another_order{draw_.next(), next, draw_.next(), depth(next)};
    }
    std::uint64_t step = 0;
    times(3, [&](auto) { s.reseeds.push_back({step += small(), draw_.next()}); });
    step = 0;
    times(2, [&](auto) { s.redraws.push_back({step += small(), draw_.next()}); });
    if (s.schedule == sim::strategy::fifo)
      times(3, [&](auto) { s.order.given.push_back({draw_.next(), draw_.next(), small()}); });
  }

  template <class Letter>
  void expect(sim::crawl_scenario& s, Letter&& letter) {
    auto& e = s.expect;
    const auto count = [&] { return std::uint64_t{small()}; };
    const auto percent = [&] { return static_cast<std::uint32_t>(draw_.below(101)); };
    times(2, [&](auto) { e.violations.push_back(text()); });
    times(2, [&](auto) { e.violations_allowed.push_back(text()); });
    e.end = optional([&] { return any_of<actors::crawl_end>(3); });
    e.problem = optional([&] { return text(); });
    e.ends_within = optional([&] { return time(); });
    e.lasts = optional([&] { return time(); });
    e.precision_percent = optional(percent);
    e.recall_percent = optional(percent);
    e.recall_at_most = optional(percent);
    e.known = optional(count);
    e.good = optional(count);
    e.addresses = optional(count);
    e.most_connections = optional(count);
    e.visits_at_least = optional(count);
    e.resumed = optional([&] { return maybe(); });
    times(3, [&](auto) {
      e.outcomes.emplace_back(any_of<net::outcome>(net::outcome_count), count());
    });
    e.all_operations = maybe();
    times(3, [&](auto) { e.probes.push_back(any_of<net::probe>(net::probe_count)); });
    times(3, [&](auto) { e.peers.push_back(peer(s, letter())); });
  }

  sim::peer_expectation peer(const sim::crawl_scenario& s, std::uint32_t crawler_nth) {
    sim::peer_expectation p;
    const bool by_number = maybe();
    if (by_number)
      p.node = small() % s.nodes.nodes;
    else
      p.at = endpoint();
    p.crawler = crawler_nth;
    p.known = optional([&] { return maybe(); });
    p.good = optional([&] { return maybe(); });
    p.outcome = optional([&] { return any_of<net::outcome>(net::outcome_count); });
    p.stage = optional([&] { return any_of<net::stage>(5); });
    p.blame = optional([&] { return any_of<net::blame>(3); });
    p.tries = optional([&] { return small(); });
    p.maybe_full = optional([&] { return small(); });
    p.heard = optional([&] { return std::uint64_t{small()}; });
    if (by_number)
      p.accepted = optional([&] { return std::uint64_t{small()}; });
    p.user_agent = optional([&] { return text(); });
    p.services = optional([&] { return draw_.next(); });
    p.protocol = optional([&] { return static_cast<std::int32_t>(draw_.below(80'000)); });
    p.announced_beyond = optional([&] { return std::chrono::seconds{draw_.below(1'000)}; });
    p.announced_within = optional([&] { return std::chrono::seconds{draw_.below(1'000)}; });
    return p;
  }

  net::random_stream draw_;
  std::vector<std::string> models_;
};

} // namespace seedwalk::test
