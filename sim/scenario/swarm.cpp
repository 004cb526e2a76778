#include "sim/scenario/swarm.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "actors/runtime/strategies/portfolio.hpp"
#include "net/base/random.hpp"
#include "net/base/stranger_text.hpp"
#include "sim/network/drawn_faults.hpp"
#include "sim/nodes/drawn_program.hpp"
#include "sim/scenario/swarm_config.hpp"
#include "sim/scenario/swarm_promises.hpp"

namespace seedwalk::sim {

namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

using stream = net::random_stream;

/// Something that a scenario may have, or not.
struct family {
  std::string_view name; ///< The key of its draws.
  std::uint32_t in = 1;  ///< It is in `in` times of `of`.
  std::uint32_t of = 2;
  void (*draw)(crawl_scenario&, stream&);
};

topology topology_of(const crawl_scenario& s) {
  return topology{completed_nodes(s)};
}

/// A node that is no seed.
std::uint32_t draw_number(stream& draw, const crawl_scenario& s) {
  return static_cast<std::uint32_t>(draw.between(s.nodes.seeds, s.nodes.nodes - 1));
}

/// What is said of a drawn node. A node of which something was said already keeps its entry.
node_change& draw_change(stream& draw, crawl_scenario& s) {
  const auto number = draw_number(draw, s);
  const auto old = std::ranges::find(s.nodes.changes, number, &node_change::number);
  if (old != s.nodes.changes.end())
    return *old;
  auto& made = s.nodes.changes.emplace_back();
  made.number = number;
  return made;
}

/// A drawn node is of this kind from now on. One that follows a program goes on to count as it did.
void change_a_kind(crawl_scenario& s, stream& draw, node_kind kind) {
  if (auto& node = draw_change(draw, s); node.model.empty())
    node.kind = kind;
}

net::steady_time draw_moment(stream& draw) {
  // Half of them while all begins.
  return draw.chance(1, 2) ? milliseconds{draw.between(0, 2'000)}
                           : milliseconds{draw.between(0, 60'000)};
}

std::optional<std::uint32_t> draw_crawler(stream& draw, const crawl_scenario& s) {
  const auto count = s.crawler_count();
  const auto place = draw.below(count + 1);
  return place == count ? std::nullopt : std::optional{static_cast<std::uint32_t>(place)};
}

// -- who is out there -----------------------------------------------------------------------------

void draw_kinds(crawl_scenario& s, stream& draw) {
  s.nodes.shares = {{node_kind::honest, static_cast<std::uint32_t>(draw.between(1, 8))}};
  // Those with large answers have a family of their own.
  constexpr auto kinds = static_cast<std::size_t>(node_kind::full_answer);
  for (std::size_t kind = 1; kind != kinds; ++kind)
    if (draw.chance(1, 5))
      s.nodes.shares.emplace_back(static_cast<node_kind>(kind), draw.between(1, 3));
  constexpr milliseconds paces[] = {milliseconds{1}, seconds{1}, seconds{3}, seconds{50}};
  s.nodes.pace = paces[draw.below(std::size(paces))];
}

void draw_tables(crawl_scenario& s, stream& draw) {
  s.nodes.addresses_a_node = static_cast<std::uint32_t>(draw.between(2, 12));
  s.nodes.seeds = static_cast<std::uint32_t>(draw.between(1, 4));
}

/// Costs a run more than all else that it has.
void draw_large_answers(crawl_scenario& s, stream& draw) {
  change_a_kind(s, draw, draw.chance(3, 4) ? node_kind::full_answer : node_kind::many_blocks);
  // So that more of it is asked for while some is on its way.
  if (draw.chance(1, 2))
    s.network.streams.bytes_per_second = static_cast<std::uint64_t>(draw.between(50'000, 200'000));
}

void draw_programs(crawl_scenario& s, stream& draw) {
  for (std::int64_t i = 0, count = draw.between(1, 3); i != count; ++i) {
    node_program model{fmt::format("model {}", i), {}};
    for (auto steps = draw.between(1, 8); steps != 0; --steps)
      model.steps.push_back(draw_step(draw, seconds{10}));
    s.nodes.models.push_back(std::move(model));
    auto& node = draw_change(draw, s);
    node.kind = node_kind::no_verack; // It counts as one of whom nothing is expected.
    node.model = s.nodes.models.back().name;
  }
}

void draw_node_fields(crawl_scenario& s, stream& draw) {
  for (auto count = draw.between(1, 4); count != 0; --count) {
    auto& node = draw_change(draw, s);
    const auto is = [&] { return draw.chance(1, 3); };
    if (is())
      node.services = draw.next();
    if (is())
      node.start_height = static_cast<std::int32_t>(draw.next());
    if (is())
      node.tells_ahead = hours{draw.between(-80'000, 80'000)};
    if (is())
      node.clock = hours{draw.between(-80'000, 80'000)};
    if (is())
      node.user_agent = "/agent=\x01\"/";
    if (is())
      for (std::uint32_t i = 0; i != 5; ++i)
        node.tells.push_back(
            net::ipv4_endpoint(0x05000000 + static_cast<std::uint32_t>(draw.below(1u << 24)),
                               static_cast<std::uint16_t>(draw.between(1, 65'535))));
  }
}

void draw_networks(crawl_scenario& s, stream& draw) {
  using net::network_id;
  s.nodes.networks = {{network_id::ipv4, 2}};
  for (const auto network :
       {network_id::ipv6, network_id::torv3, network_id::i2p, network_id::cjdns})
    if (draw.chance(1, 2))
      s.nodes.networks.emplace_back(network, draw.between(1, 3));
  auto ipv6 = net::endpoint{};
  ipv6.network = network_id::ipv6;
  ipv6.address = {0x20, 0x01, 0x0d, 0xb8, 0x64};
  auto cjdns = net::endpoint{};
  cjdns.network = network_id::cjdns;
  cjdns.address = {0xfc, 0x01};
  if (draw.chance(2, 3))
    s.addresses.push_back(ipv6);
  if (draw.chance(1, 3))
    s.addresses.push_back(cjdns);
  if (draw.chance(2, 3)) {
    s.crawler.config.network.reach.tor_proxy = s.proxy;
    s.proxy_does = static_cast<proxy_state>(draw.below(3));
  }
  if (draw.chance(1, 4))
    s.operations.push_back(
        {draw_moment(draw), draw_crawler(draw, s), operation::own_address{ipv6}});
}

// -- the wires ------------------------------------------------------------------------------------

void draw_wires(crawl_scenario& s, stream& draw) {
  auto& o = s.network.streams;
  const auto is = [&] { return draw.chance(1, 3); };
  constexpr milliseconds medians[] = {milliseconds{0}, milliseconds{1}, milliseconds{300}};
  if (is())
    o.link = latency::constant(medians[draw.below(3)]);
  if (is())
    o.link = latency::exponential({}, milliseconds{draw.between(1, 2'000)});
  if (is())
    o.jitter = latency::uniform({}, milliseconds{draw.between(1, 500)});
  if (is())
    o.bytes_per_second = static_cast<std::uint64_t>(draw.between(500, 20'000));
  if (is())
    o.window_bytes = static_cast<std::uint32_t>(draw.between(1, 3'000));
  if (is())
    o.segment_bytes_max = static_cast<std::uint32_t>(draw.between(16, 500));
  if (is())
    o.cut_one_in = static_cast<std::uint32_t>(draw.below(2));
  if (is())
    o.graceful_close = milliseconds{draw.between(0, 30'000)};
  if (is())
    o.give_up = seconds{draw.between(1, 3'600)};
  s.network.unknown = static_cast<unknown_host>(draw.below(3));
}

void draw_faults(crawl_scenario& s, stream& draw) {
  std::vector<net::endpoint> victims;
  for (const auto& node : topology_of(s).nodes())
    if (node.at.network != net::network_id::i2p) // They have no text in a rule.
      victims.push_back(node.at);
  for (auto count = draw.between(1, 5); count != 0; --count)
    s.faults.push_back(draw_fault(draw, static_cast<std::uint32_t>(s.faults.size()), victims));
}

/// Those that `draw_fault` does not draw.
void draw_cuts(crawl_scenario& s, stream& draw) {
  const auto nodes = topology_of(s).nodes();
  for (auto count = draw.between(1, 3); count != 0; --count) {
    fault_rule rule;
    rule.name = fmt::format("cut {}", count);
    rule.since = draw_moment(draw);
    rule.until = rule.since + milliseconds{draw.between(1, 300'000)};
    rule.both_directions = draw.chance(1, 2);
    rule.of = static_cast<std::uint32_t>(draw.between(1, 3));
    const auto& victim = nodes[draw.below(nodes.size())].at;
    rule.to = draw.chance(1, 2) || victim.network == net::network_id::i2p
                  ? endpoint_set::everybody()
                  : endpoint_set::only(victim);
    constexpr std::array reasons = {net::error::refused, net::error::no_descriptors,
                                    net::error::host_unreachable, net::error::network_unreachable,
                                    net::error::timed_out};
    switch (draw.below(6)) {
    case 0:
      rule.action = fault::fail_dial{reasons[draw.below(reasons.size())]};
      break;
    case 1:
      rule.action = fault::drop{};
      break;
    case 2:
      rule.action = fault::silence{};
      break;
    case 3:
      rule.action = fault::reset_after{milliseconds{draw.between(0, 5'000)}};
      break;
    case 4:
      rule.action = fault::reset{draw.below(300)};
      break;
    default:
      rule.action = fault::drip{static_cast<std::uint32_t>(draw.between(1, 40)),
                                milliseconds{draw.between(1, 2'000)}};
    }
    s.faults.push_back(std::move(rule));
  }
}

void draw_dns(crawl_scenario& s, stream& draw) {
  s.starts_at_dns = true;
  constexpr auto host = "x9.seed.test";
  auto& start = s.crawler.config.start;
  start.dns = true;
  start.dns_seeds = {"seed.test", "other.test"};
  name_answer known;
  for (const auto& seed : seeds_of(completed_nodes(s)))
    known.addresses.push_back({seed.network, seed.address, 0});
  auto at_first = known;
  switch (draw.below(4)) {
  case 0:
    at_first = {net::error::timed_out, {}, {}};
    break;
  case 1:
    at_first = {net::error::resolver_failed, {}, {}};
    break;
  case 2:
    at_first.addresses.clear();
    break;
  default:
    break;
  }
  at_first.delay = latency::uniform({}, milliseconds{draw.between(1, 20'000)});
  s.names.push_back({host, at_first});
  s.operations.push_back(
      {milliseconds{draw.between(0, 90'000)}, std::nullopt, operation::name{host, known}});
}

// -- crawlers -------------------------------------------------------------------------------------

void draw_two(crawl_scenario& s, stream& draw) {
  auto parts = s.parts();
  if (draw.chance(1, 2))
    parts.front().count = 2;
  else
    parts.push_back(parts.front());
  s.set_parts(std::move(parts));
}

void draw_configurations(crawl_scenario& s, stream&) {
  const auto nodes = topology_of(s);
  auto parts = s.parts();
  for (std::size_t i = 0; i != parts.size(); ++i)
    draw_extremes(parts[i].recipe.config, s.seed, crawler_name(static_cast<std::uint32_t>(i)),
                  nodes);
  s.set_parts(std::move(parts));
}

void draw_drives(crawl_scenario& s, stream& draw) {
  auto parts = s.parts();
  for (auto& part : parts) {
    auto& drive = part.drive;
    if (draw.chance(1, 2))
      drive.call_cost = microseconds{draw.between(0, 5'000)};
    if (draw.chance(1, 2)) {
      drive.sync_cost_min = milliseconds{draw.between(0, 20)};
      drive.sync_cost_max = drive.sync_cost_min + milliseconds{draw.between(0, 3'000)};
    }
    for (auto count = draw.below(3); count != 0; --count)
      drive.faults.push_back({draw.chance(1, 2) ? disk_call::sync : disk_call::append,
                              static_cast<std::uint64_t>(draw.between(1, 60)),
                              static_cast<std::uint64_t>(draw.between(1, 3)),
                              disk_fault::effect::slow, milliseconds{draw.between(1, 20'000)}});
  }
  s.set_parts(std::move(parts));
}

void draw_full_disk(crawl_scenario& s, stream& draw) {
  const auto hit_crawler = draw_crawler(draw, s);
  const auto from = draw_moment(draw);
  s.operations.push_back({from, hit_crawler, operation::disk_room{draw.below(100'000)}});
  // Back before the usual patience ends: a crawl that has given up leaves a database that cannot
  // be read before it is opened again.
  auto parts = s.parts();
  for (auto& part : parts)
    part.recipe.config.storage.full_patience = actors::storage_options{}.full_patience;
  s.set_parts(std::move(parts));
  s.operations.push_back(
      {from + milliseconds{draw.between(1, 25'000)}, hit_crawler, operation::disk_room{}});
}

void allow(crawl_scenario& s, std::span<const std::string_view> violations) {
  s.expect.violations_allowed.insert(s.expect.violations_allowed.end(), violations.begin(),
                                     violations.end());
}

/// Calls that fail and change nothing: of one kind, and so few in a row that patience outlasts
/// them.
void draw_failing_calls(crawl_scenario& s, stream& draw) {
  constexpr std::array calls = {disk_call::create,      disk_call::append, disk_call::sync,
                                disk_call::sync_folder, disk_call::rename, disk_call::remove};
  auto parts = s.parts();
  for (auto& part : parts)
    for (auto count = draw.between(1, 2); count != 0; --count)
      part.drive.faults.push_back(
          {calls[draw.below(calls.size())],
           static_cast<std::uint64_t>(draw.between(1, 80)),
           static_cast<std::uint64_t>(draw.between(1, 4)),
           draw.chance(1, 3) ? disk_fault::effect::no_space : disk_fault::effect::io_error,
           {}});
  s.set_parts(std::move(parts));
  allow(s, said_of_refusals);
}

/// A disk that takes its time is full for a while, when several batches are on their way to it.
void draw_full_rush(crawl_scenario& s, stream& draw) {
  auto parts = s.parts();
  for (auto& part : parts) {
    part.drive.sync_cost_min = milliseconds{draw.between(20, 500)};
    part.drive.sync_cost_max = part.drive.sync_cost_min + milliseconds{draw.between(0, 500)};
    part.recipe.config.storage.full_patience = actors::storage_options{}.full_patience;
  }
  s.set_parts(std::move(parts));
  const auto from = milliseconds{draw.between(0, 4'000)};
  s.operations.push_back({from, std::nullopt, operation::disk_room{draw.below(10'000)}});
  s.operations.push_back(
      {from + milliseconds{draw.between(500, 10'000)}, std::nullopt, operation::disk_room{}});
}

/// Syncs that fail, one soon after the other, where no process dies.
void draw_failing_syncs(crawl_scenario& s, stream& draw) {
  auto parts = s.parts();
  for (auto& part : parts) {
    auto nth = draw.between(4, 60);
    for (auto count = draw.between(2, 4); count != 0; --count) {
      part.drive.faults.push_back(
          {disk_call::sync, static_cast<std::uint64_t>(nth), 1, disk_fault::effect::io_error, {}});
      nth += draw.between(1, 6);
    }
  }
  s.set_parts(std::move(parts));
  allow(s, said_of_refusals);
}

void draw_lies(crawl_scenario& s, stream& draw) {
  auto parts = s.parts();
  for (auto& part : parts)
    part.drive.faults.push_back({draw.chance(2, 3) ? disk_call::sync : disk_call::sync_folder,
                                 static_cast<std::uint64_t>(draw.between(1, 60)),
                                 static_cast<std::uint64_t>(draw.between(1, 100)),
                                 disk_fault::effect::lie,
                                 {}});
  s.set_parts(std::move(parts));
  operation::crash crash;
  crash.loss.seed = draw.next();
  s.operations.push_back({draw_moment(draw), draw_crawler(draw, s), crash});
  allow(s, said_of_losses);
}

/// A bit changes while a machine is off.
void draw_rot(crawl_scenario& s, stream& draw) {
  operation::crash crash;
  crash.loss.seed = draw.next();
  crash.down = milliseconds{draw.between(2, 10'000)};
  const auto hit_crawler = draw_crawler(draw, s);
  const auto at = draw_moment(draw);
  s.operations.push_back({at, hit_crawler, crash});
  s.operations.push_back(
      {at + milliseconds{1}, hit_crawler,
       operation::flip_bit{static_cast<operation::flip_bit::kind>(draw.below(4)),
                           draw.below(20'000), static_cast<std::uint32_t>(draw.below(8))}});
  allow(s, said_of_losses);
}

// -- what people and time do ----------------------------------------------------------------------

void draw_crashes(crawl_scenario& s, stream& draw) {
  // Nobody is started again on a full disk: power goes when there is room again.
  net::steady_time room{0};
  for (const auto& one : s.operations)
    if (std::holds_alternative<operation::disk_room>(one.action))
      room = std::max(room, one.at);
  for (auto count = draw.between(1, 3); count != 0; --count) {
    operation::crash crash;
    crash.loss.unsynced = static_cast<loss_model::bytes>(draw.below(4));
    crash.loss.uncommitted = static_cast<loss_model::names>(draw.below(3));
    crash.loss.seed = draw.next();
    crash.down = milliseconds{draw.between(0, 90'000)};
    s.operations.push_back({room + draw_moment(draw), draw_crawler(draw, s), crash});
  }
}

/// The machine dies while its disk is at work, which may be full when it is started again.
void draw_crashes_in_calls(crawl_scenario& s, stream& draw) {
  if (std::ranges::any_of(s.operations, [](const auto& one) {
        return std::holds_alternative<operation::disk_room>(one.action);
      }))
    allow(s, said_of_refusals);
  for (auto count = draw.between(1, 2); count != 0; --count) {
    operation::crash crash;
    crash.loss.unsynced = static_cast<loss_model::bytes>(draw.below(4));
    crash.loss.uncommitted = static_cast<loss_model::names>(draw.below(3));
    crash.loss.seed = draw.next();
    crash.down = milliseconds{draw.between(0, 20'000)};
    planned_operation in_call{{}, static_cast<std::uint32_t>(draw.below(s.crawler_count())), crash};
    in_call.at_disk_call = static_cast<std::uint64_t>(draw.between(1, 200));
    in_call.progress.done = static_cast<call_progress::part>(draw.below(6));
    if (in_call.progress.done == call_progress::part::bytes)
      in_call.progress.bytes = draw.below(5'000);
    s.operations.push_back(std::move(in_call));
  }
}

/// What somebody asks on the control socket: all that there is to ask, of nodes and of strangers.
void draw_commands(crawl_scenario& s, stream& draw) {
  const auto nodes = topology_of(s).nodes();
  std::vector<std::string> banned;
  const auto target = [&]() -> std::string {
    const auto& victim = nodes[draw.below(nodes.size())].at;
    const auto text = net::to_string(victim);
    switch (draw.below(4)) {
    case 0:
      return R"("user_agent": "/Satoshi:27*")";
    case 1: // The address of an IPv4 endpoint; there are such in any scenario.
      return fmt::format(R"("target": "{}")", victim.network == net::network_id::ipv4
                                                  ? text.substr(0, text.find(':'))
                                                  : text);
    default:
      return fmt::format(R"("target": "{}")", text);
    }
  };
  const auto request = [&]() -> std::string {
    switch (draw.below(8)) {
    case 0:
    case 1:
    case 2:
      banned.push_back(target());
      return fmt::format(R"({{"command": "ban", {}, "reason": "swarm", "seconds": {}}})",
                         banned.back(), draw.chance(1, 2) ? 0 : draw.between(1, 7'200));
    case 3:
      return fmt::format(R"({{"command": "unban", {}}})",
                         banned.empty() ? target() : banned[draw.below(banned.size())]);
    case 4:
      return fmt::format(R"({{"command": "disconnect", "peer": "{}"}})",
                         net::to_string(nodes[draw.below(nodes.size())].at));
    case 5:
      return R"({"command": "broadcast-ping"})";
    case 6:
      return R"({"command": "peers"})";
    default:
      return R"({"command": "status"})";
    }
  };
  const auto begins = draw_moment(draw);
  for (auto count = draw.between(1, 8); count != 0; --count)
    s.operations.push_back({begins + milliseconds{draw.between(0, 20'000)}, draw_crawler(draw, s),
                            operation::control{request(), std::nullopt}});
}

void draw_reloads(crawl_scenario& s, stream& draw) {
  const auto nodes = topology_of(s);
  for (auto count = draw.between(1, 4); count != 0; --count) {
    const auto at = draw_moment(draw);
    const auto hit_crawler = draw_crawler(draw, s);
    s.operations.push_back(
        {at, hit_crawler, operation::reload{draw_changed_file(draw, s.crawler.config, nodes)}});
  }
}

void draw_stop(crawl_scenario& s, stream& draw) {
  for (auto count = draw.between(1, 2); count != 0; --count)
    s.operations.push_back({draw_moment(draw), draw_crawler(draw, s), operation::stop{}});
}

/// While the census is being opened.
void draw_early_stop(crawl_scenario& s, stream& draw) {
  s.operations.push_back(
      {microseconds{draw.between(0, 6'000)}, draw_crawler(draw, s), operation::stop{}});
  auto& stop = s.operations.back();
  if (draw.chance(1, 2))
    stop = {{}, stop.crawler, stop.action, static_cast<std::uint64_t>(draw.between(1, 20))};
}

/// Everybody is visited again and again, and some of the dials in vain.
void draw_revisits(crawl_scenario& s, stream& draw) {
  auto parts = s.parts();
  for (auto& part : parts) {
    auto& c = part.recipe.config;
    c.run.once = false;
    c.run.limit = seconds{draw.between(60, 180)};
    c.run.hold = 0;
    c.schedule.live_interval = seconds{10};
    c.schedule.backoff.fill(seconds{10});
  }
  s.set_parts(std::move(parts));
  fault_rule rule;
  rule.name = "in vain";
  rule.since = seconds{10};
  rule.until = hours{1};
  rule.of = static_cast<std::uint32_t>(draw.between(1, 3));
  rule.action = fault::fail_dial{net::error::host_unreachable};
  s.faults.push_back(std::move(rule));
}

/// Crawls that last for so long, and visit everybody again and again.
void go_on_for(crawl_scenario& s, seconds limit, seconds interval) {
  auto parts = s.parts();
  for (auto& part : parts) {
    auto& c = part.recipe.config;
    c.run.once = false;
    c.run.limit = limit;
    c.schedule.live_interval = interval;
    c.schedule.backoff.fill(interval);
  }
  s.set_parts(std::move(parts));
}

/// All are spoken to while many come and go, in a crawl that outlasts an answer, or not.
void draw_broadcasts(crawl_scenario& s, stream& draw) {
  const bool is_long = draw.chance(2, 3);
  if (is_long)
    go_on_for(s, seconds{20}, seconds{2});
  for (auto count = draw.between(4, is_long ? 24 : 12); count != 0; --count)
    s.operations.push_back({milliseconds{draw.between(0, is_long ? 12'000 : 1'500)},
                            draw_crawler(draw, s),
                            operation::control{R"({"command": "broadcast-ping"})", std::nullopt}});
}

/// Peers are held, lost after some seconds, and dialled again, at most so often within a window.
void draw_held_peers(crawl_scenario& s, stream& draw) {
  go_on_for(s, seconds{draw.between(40, 120)}, seconds{10});
  actors::reconnect_options again;
  again.max_reconnects = static_cast<std::uint32_t>(draw.between(1, 3));
  again.window = seconds{draw.between(3, 15)};
  again.first_delay = milliseconds{draw.between(50, 1'000)};
  again.longest_delay = seconds{draw.between(1, 5)};
  const auto hold = static_cast<std::uint32_t>(draw.between(1, 3));
  auto parts = s.parts();
  for (auto& part : parts) {
    auto& c = part.recipe.config;
    c.reconnects = again;
    c.run.hold = std::min({hold, c.limits.max_connections, c.limits.max_outbound});
  }
  s.set_parts(std::move(parts));
  fault_rule rule;
  rule.name = "lost again";
  rule.of = static_cast<std::uint32_t>(draw.between(1, 2));
  rule.action = fault::reset_after{milliseconds{draw.between(300, 4'000)}};
  s.faults.push_back(std::move(rule));
}

/// A network is away for a while, and everybody there was good before: that is our own line.
void draw_outage(crawl_scenario& s, stream& draw) {
  const auto since = seconds{draw.between(10, 20)};
  const auto until = since + seconds{draw.between(60, 120)};
  go_on_for(s, until + seconds{draw.between(35, 60)}, seconds{5});
  fault_rule rule;
  rule.name = "our line";
  rule.since = since;
  rule.until = until;
  rule.both_directions = true;
  if (draw.chance(1, 3))
    rule.to = endpoint_set::subnet(net::ipv4_endpoint(0, 0), 0); // Of several networks one.
  rule.action = fault::fail_dial{net::error::host_unreachable};
  if (draw.chance(1, 2))
    rule.action = fault::drop{};
  s.faults.push_back(std::move(rule));
}

/// A crawl with little patience is stopped while peers read nothing: no connection ends in order.
void draw_stuck_ends(crawl_scenario& s, stream& draw) {
  s.network.streams.graceful_close = seconds{draw.between(10, 40)};
  s.network.streams.window_bytes = static_cast<std::uint32_t>(draw.between(1, 100));
  auto parts = s.parts();
  for (auto& part : parts)
    part.recipe.config.run.stop_deadline = seconds{draw.between(0, 3)};
  s.set_parts(std::move(parts));
  fault_rule rule;
  rule.name = "stuck";
  rule.until = seconds{draw.between(60, 600)};
  rule.both_directions = true;
  rule.of = static_cast<std::uint32_t>(draw.between(1, 2));
  rule.action = fault::silence{};
  s.faults.push_back(std::move(rule));
  s.operations.push_back(
      {milliseconds{draw.between(1, 3'000)}, draw_crawler(draw, s), operation::stop{}});
}

/// An operator bans somebody for a while, thinks better of how long, and bans others later.
void draw_renewed_bans(crawl_scenario& s, stream& draw) {
  go_on_for(s, seconds{draw.between(40, 90)}, seconds{10});
  const auto nodes = topology_of(s).nodes();
  const auto ban = [&s](net::steady_time at, const net::endpoint& target, std::int64_t lasts) {
    auto request =
        fmt::format(R"({{"command": "ban", "target": "{}", "reason": "swarm", "seconds": {}}})",
                    net::to_string(target), lasts);
    s.operations.push_back(
        {at, std::nullopt, operation::control{std::move(request), std::nullopt}});
  };
  for (auto count = draw.between(1, 3); count != 0; --count) {
    const auto begins = milliseconds{draw.between(500, 10'000)};
    const auto first = draw.between(1, 10);
    const auto renewed = draw.chance(2, 3) ? draw.between(60, 7'200) : draw.between(1, 10);
    const auto& target = nodes[draw.below(nodes.size())].at;
    ban(begins, target, first);
    ban(begins + milliseconds{draw.between(0, 1'000 * first)}, target, renewed);
    ban(begins + seconds{first} + milliseconds{draw.between(0, 20'000)},
        nodes[draw.below(nodes.size())].at, draw.between(1, 100));
  }
}

/// Answers in many blocks come while each write takes its time.
void draw_slow_takers(crawl_scenario& s, stream& draw) {
  change_a_kind(s, draw, node_kind::many_blocks);
  auto parts = s.parts();
  for (auto& part : parts) {
    part.drive.sync_cost_min = milliseconds{draw.between(300, 4'000)};
    part.drive.sync_cost_max = part.drive.sync_cost_min + milliseconds{draw.between(0, 1'000)};
  }
  s.set_parts(std::move(parts));
}

void draw_clocks(crawl_scenario& s, stream& draw) {
  auto parts = s.parts();
  constexpr seconds sizes[] = {seconds{1}, minutes{1}, hours{1}, hours{24}, hours{24 * 3'000}};
  for (auto& part : parts)
    for (auto count = draw.below(4); count != 0; --count) {
      const auto by = sizes[draw.below(std::size(sizes))];
      part.wall_steps.push_back({draw_moment(draw), draw.chance(1, 2) ? by : -by});
    }
  for (auto& part : parts)
    std::ranges::sort(part.wall_steps, {}, &clock_step::at);
  // A clock that leaps ahead brings everybody back, but to a crawl that is to end.
  for (auto& part : parts) {
    auto& run = part.recipe.config.run;
    if (part.wall_steps.empty() || !draw.chance(1, 2))
      continue;
    run.once = false;
    if (run.limit == seconds{0})
      run.limit = minutes{2};
  }
  s.set_parts(std::move(parts));
}

void draw_proxy(crawl_scenario& s, stream& draw) {
  for (auto count = draw.between(1, 3); count != 0; --count)
    s.operations.push_back({draw_moment(draw), std::nullopt,
                            operation::proxy{static_cast<proxy_state>(draw.below(3))}});
}

void draw_order(crawl_scenario& s, stream& draw) {
  s.schedule =
      draw.chance(1, 6) ? strategy::fifo : settled({strategy::portfolio}, draw.next()).strategy;
  if (has_depth(s.schedule))
    s.order.depth = static_cast<std::uint32_t>(draw.between(1, 5));
  constexpr microseconds ahead[] = {microseconds{0}, microseconds{50}, milliseconds{20}};
  s.order.ahead = ahead[draw.below(std::size(ahead))];
  constexpr microseconds behind[] = {microseconds{0}, microseconds{50}, milliseconds{100}};
  s.order.behind = behind[draw.below(std::size(behind))];
}

/// In this order: what is drawn of faults and files names the nodes that came before.
constexpr std::array families = {
    family{"tables", 1, 3, draw_tables},
    family{"kinds", 2, 3, draw_kinds},
    family{"networks", 1, 3, draw_networks},
    family{"two crawlers", 1, 3, draw_two},
    family{"programs", 1, 4, draw_programs},
    family{"claims", 1, 4, draw_node_fields},
    family{"large answers", 1, 10, draw_large_answers},
    family{"wires", 1, 3, draw_wires},
    family{"faults", 1, 2, draw_faults},
    family{"cuts", 1, 3, draw_cuts},
    family{"dns", 1, 5, draw_dns},
    family{"configuration", 1, 2, draw_configurations},
    family{"revisits", 1, 30, draw_revisits},
    family{"held peers", 1, 25, draw_held_peers},
    family{"outages", 1, 20, draw_outage},
    family{"drives", 1, 3, draw_drives},
    family{"slow takers", 1, 30, draw_slow_takers},
    family{"full disk", 1, 6, draw_full_disk},
    family{"full rush", 1, 25, draw_full_rush},
    family{"failing calls", 1, 8, draw_failing_calls},
    family{"lies", 1, 9, draw_lies},
    family{"rot", 1, 9, draw_rot},
    family{"crashes", 1, 3, draw_crashes},
    family{"crashes in calls", 1, 6, draw_crashes_in_calls},
    family{"failing syncs", 1, 15, draw_failing_syncs},
    family{"commands", 1, 4, draw_commands},
    family{"renewed bans", 1, 25, draw_renewed_bans},
    family{"broadcasts", 1, 12, draw_broadcasts},
    family{"reloads", 1, 4, draw_reloads},
    family{"stop", 1, 5, draw_stop},
    family{"early stop", 1, 20, draw_early_stop},
    family{"stuck ends", 1, 20, draw_stuck_ends},
    family{"clocks", 1, 4, draw_clocks},
    family{"proxy", 1, 6, draw_proxy},
    family{"order", 1, 2, draw_order},
};

bool is_in(const family& one, stream& draw) {
  return draw.chance(one.in, one.of);
}

stream stream_of(const family& one, std::uint64_t seed) {
  return {seed, "swarm", net::as_bytes(one.name)};
}

} // namespace

std::vector<std::string_view> swarm_families() {
  std::vector<std::string_view> names;
  names.reserve(families.size());
  for (const auto& one : families)
    names.push_back(one.name);
  return names;
}

tl::expected<std::vector<std::string>, std::string> parse_families(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const auto name = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), name.size() + 1));
    if (std::ranges::find(families, name, &family::name) == families.end())
      return tl::unexpected(fmt::format("there is no family \"{}\"; there are {}",
                                        net::printable(name, 40),
                                        fmt::join(swarm_families(), ", ")));
    names.emplace_back(name);
  }
  return names;
}

std::vector<std::string_view> swarm_families_of(std::uint64_t seed,
                                                const std::vector<std::string>& without) {
  std::vector<std::string_view> names;
  for (const auto& one : families)
    if (auto draw = stream_of(one, seed);
        is_in(one, draw) && std::ranges::find(without, one.name) == without.end())
      names.push_back(one.name);
  return names;
}

crawl_scenario draw_swarm(std::uint64_t seed, const std::vector<std::string>& without) {
  stream size{seed, "swarm", net::as_bytes("size")};
  auto s = plain_crawl(seed, static_cast<std::uint32_t>(size.between(6, 24)));
  const auto in = swarm_families_of(seed, without);
  for (const auto& one : families)
    if (auto draw = stream_of(one, seed);
        is_in(one, draw) && std::ranges::find(in, one.name) != in.end())
      one.draw(s, draw);
  draw_promises(s, in);
  // Nothing that is drawn lasts longer: what has not ended by then will not.
  s.limit = hours{48};
  return s;
}

} // namespace seedwalk::sim
