#include "actors/config/crawl_config.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include <fmt/format.h>

#include "net/address/routability.hpp"

namespace seedwalk::actors {

namespace {

using result = tl::expected<void, config_error>;
using std::chrono::milliseconds;

result wrong(std::string option, std::string message) {
  return tl::unexpected(config_error{std::move(option), std::move(message)});
}

/// A number and the range that it must lie in.
struct bounded_number {
  const char* option;
  std::uint64_t value;
  std::uint64_t min;
  std::uint64_t max;
};

result check(std::initializer_list<bounded_number> numbers) {
  for (const auto& n : numbers)
    if (n.value < n.min || n.value > n.max)
      return wrong(n.option, fmt::format("must be from {} to {}", n.min, n.max));
  return {};
}

/// A duration and the range that it must lie in.
struct bounded_duration {
  std::string option;
  milliseconds value;
  milliseconds min;
  milliseconds max;
};

std::string text_of(milliseconds d) {
  constexpr milliseconds hour = std::chrono::hours{1};
  if (d >= hour * 24)
    return fmt::format("{} days", d / (hour * 24));
  return d >= hour                      ? fmt::format("{} h", d / hour)
         : d >= std::chrono::seconds{1} ? fmt::format("{} s", d / std::chrono::seconds{1})
                                        : fmt::format("{} ms", d.count());
}

result check(std::initializer_list<bounded_duration> durations) {
  for (const auto& d : durations)
    if (d.value < d.min || d.value > d.max)
      return wrong(d.option, fmt::format("must be from {} to {}", text_of(d.min), text_of(d.max)));
  return {};
}

constexpr milliseconds tick{1};
constexpr milliseconds second = std::chrono::seconds{1};
constexpr milliseconds hour = std::chrono::hours{1};
constexpr milliseconds day = hour * 24;
constexpr milliseconds decade = day * 3'652;
/// More descriptors than that no machine gives to one process.
constexpr std::uint64_t most_connections = 1'000'000;
constexpr std::uint64_t most_32 = UINT32_MAX;

/// True if nobody but this machine, or the machines of a private test chain, can ever be dialled.
/// A name may lead anywhere.
bool stays_private(const crawl_config& c) {
  return c.network.name == "regtest" || (c.start.fixed && c.start.connect_names.empty() &&
                                         std::ranges::all_of(c.start.connect, net::is_loopback));
}

result check_user_agent(const crawl_config& c) {
  constexpr auto option = "network.user_agent";
  constexpr std::size_t longest = 256; // Bitcoin Core's MAX_SUBVERSION_LENGTH, net.h.
  const auto& agent = c.network.user_agent;
  if (agent.empty() || agent.size() > longest)
    return wrong(option, fmt::format("must have from 1 to {} characters", longest));
  if (!std::ranges::all_of(agent, [](char x) { return x >= ' ' && x <= '~'; }))
    return wrong(option, "must be printable ASCII");
  if (agent.front() != '/' || agent.back() != '/')
    return wrong(option, "must begin and end with a slash, as in \"/Seedwalk:0.1.0/\" (BIP14)");
  if (!stays_private(c) && !has_contact(agent))
    return wrong(option, fmt::format("must say how to reach you, since {} is a public chain: for "
                                     "example \"/Seedwalk:0.1.0(+https://example.org/crawl)/\"",
                                     c.network.name));
  return {};
}

result check_network(const crawl_config& c) {
  if (net::find_chain(c.network.name) == nullptr)
    return wrong("network.name", "must be one of main, testnet3, testnet4, signet, regtest");
  if (!c.network.signet_challenge.empty() && c.network.name != "signet")
    return wrong("network.signet_challenge", "needs network.name to be signet");
  if (c.network.signet_challenge.size() > 10'000) // Bitcoin Core's MAX_SCRIPT_SIZE, script.h.
    return wrong("network.signet_challenge", "is longer than a script can be");
  const auto& reach = c.network.reach;
  for (const auto network : reach.only) {
    if (network == net::network_id::torv3 && !reach.has_proxy())
      return wrong("network.only", "names torv3, which needs network.tor_proxy");
    if (network == net::network_id::torv2 || network == net::network_id::i2p)
      return wrong("network.only",
                   fmt::format("names {}, which cannot be dialled", net::name_of(network)));
  }
  if (reach.tor_proxy &&
      (reach.tor_proxy->port == 0 || reach.tor_proxy->address_bytes().size() > 16))
    return wrong("network.tor_proxy", "must be an IPv4 or IPv6 address and a port");
  return {};
}

result check_start(const crawl_config& c) {
  if (c.start.fixed && !c.start.names_somebody())
    return wrong("start.fixed", "needs at least one host in start.connect");
  if (c.network.allow_unroutable)
    return {};
  for (const auto& peer : c.start.connect)
    if (const auto reason = net::routability_of(peer); reason != net::routability::routable)
      return wrong("start.connect",
                   fmt::format("{} is not to be dialled ({}) unless --allow-unroutable is given",
                               net::to_string(peer), net::name_of(reason)));
  return {};
}

result check_limits(const crawl_config& c) {
  const auto& l = c.limits;
  if (auto r = check({{"limits.max_connections", l.max_connections, 1, most_connections},
                      {"limits.max_outbound", l.max_outbound, c.peers.listen.empty() ? 1u : 0u,
                       most_connections},
                      {"limits.max_inbound", l.max_inbound, 0, most_connections},
                      {"limits.over_capacity", l.over_capacity, 0, 10'000},
                      {"limits.dials_per_second", l.dials_per_second, 1, 100'000},
                      {"limits.group_connections", l.group_connections, 1, most_connections},
                      {"limits.group_dials_per_second", l.group_dials_per_second, 1, 100'000},
                      {"run.hold", c.run.hold, 0, std::min(l.max_outbound, l.max_connections)},
                      {"run.threads", c.run.threads, 0, 1'024}});
      !r)
    return r;
  const auto shares = std::uint64_t{l.live_percent} + l.fresh_percent + l.rest_percent;
  if (shares != 100)
    return wrong("limits.live_percent",
                 fmt::format("must add up to 100 with limits.fresh_percent and "
                             "limits.rest_percent, not to {}",
                             shares));
  return {};
}

result check_timers(const std::string& family, const net::session_timers& t) {
  const auto name = [&family](const char* timer) { return "timers." + family + "." + timer; };
  if (auto r = check({{name("connect"), t.connect, tick, hour},
                      {name("handshake"), t.handshake, tick, hour},
                      {name("message_idle"), t.message_idle, tick, t.message_whole},
                      {name("message_whole"), t.message_whole, tick, hour},
                      {name("first_addresses"), t.first_addresses, tick, t.all_addresses},
                      {name("quiet_addresses"), t.quiet_addresses, tick, t.all_addresses},
                      {name("all_addresses"), t.all_addresses, tick, hour},
                      {name("probe"), t.probe, tick, hour}});
      !r)
    return r;
  return {};
}

result check_all_timers(const crawl_config& c) {
  if (auto r = check_timers("clearnet", c.timers.clearnet); !r)
    return r;
  if (auto r = check_timers("tor", c.timers.tor); !r)
    return r;
  if (auto r = check_timers("i2p", c.timers.i2p); !r)
    return r;
  if (c.keep_alive.inactivity <= c.keep_alive.ping_every)
    return wrong("keep_alive.inactivity", "must be longer than keep_alive.ping_every");
  return check({{"keep_alive.ping_every", c.keep_alive.ping_every, tick, day},
                {"keep_alive.ping_timeout", c.keep_alive.ping_timeout, tick, day},
                {"keep_alive.inactivity", c.keep_alive.inactivity, tick, day},
                {"run.for", c.run.limit, milliseconds{0}, decade},
                {"run.stop_deadline", c.run.stop_deadline, milliseconds{0}, day}});
}

result check_schedule(const crawl_config& c) {
  const auto& s = c.schedule;
  if (auto r = check({{"schedule.live_interval", s.live_interval, second, decade},
                      {"schedule.live_window", s.live_window, second, decade},
                      {"schedule.first_tries_interval", s.first_tries_interval, second, decade},
                      {"schedule.local_retry", s.local_retry, second, decade},
                      {"schedule.freshness", s.freshness, second, decade},
                      {"schedule.forget", s.forget, second, decade},
                      {"schedule.getaddr_interval", c.getaddr_interval, milliseconds{0}, decade}});
      !r)
    return r;
  for (const auto d : s.backoff)
    if (auto r = check({{"schedule.backoff", d, second, decade}}); !r)
      return r;
  if (!std::ranges::is_sorted(s.backoff))
    return wrong("schedule.backoff", "must not grow shorter with more failures");
  for (const auto d : s.full_retries)
    if (auto r = check({{"schedule.full_retries", d, second, decade}}); !r)
      return r;
  return check({{"schedule.jitter_percent", s.jitter_percent, 0, 50},
                {"schedule.first_tries", s.first_tries, 1, 100}});
}

result check_reconnects(const crawl_config& c) {
  const auto& r = c.reconnects;
  if (auto bad = check({{"reconnects.max", r.max_reconnects, 0, 1'000},
                        {"reconnects.jitter_percent", r.jitter_percent, 0, 100}});
      !bad)
    return bad;
  return check({{"reconnects.window", r.window, second, decade},
                {"reconnects.first_delay", r.first_delay, tick, r.longest_delay},
                {"reconnects.longest_delay", r.longest_delay, tick, day}});
}

result check_storage(const crawl_config& c) {
  const auto& s = c.storage;
  if (s.path.empty())
    return wrong("storage.path", "must name a folder");
  if (auto r = check({{"storage.history", s.history, day, decade},
                      {"storage.full_patience", s.full_patience, second, decade},
                      {"peers.ban_time", c.peers.ban_time, second, decade}});
      !r)
    return r;
  return check({{"storage.max_known", s.max_known, 1, 1'000'000'000},
                {"storage.max_per_ipv4", s.max_per_ipv4, 1, most_32},
                {"storage.max_per_ipv6_64", s.max_per_ipv6_64, 1, most_32},
                {"storage.max_per_ipv6_48", s.max_per_ipv6_48, 1, most_32},
                {"storage.max_inbound_records", s.max_inbound_records, 1, 1'000'000'000},
                {"storage.batch_operations", s.batch_operations, 1, 1'000'000}});
}

result check_log(const crawl_config& c) {
  return check({{"log.rotate_size", c.log.rotate_bytes, 4'096, 1ull << 50},
                {"log.rotate_files", c.log.rotate_files, 1, 10'000},
                {"log.queue", c.log.queue_lines, 16, 10'000'000}});
}

} // namespace

bool has_contact(std::string_view user_agent) {
  return user_agent.find("http") != std::string_view::npos ||
         user_agent.find_first_of("@+") != std::string_view::npos;
}

result validate(const crawl_config& config) {
  // The user agent last: who mistypes something else on the way to a first crawl should hear of
  // that.
  constexpr std::array checks = {check_network,    check_start,    check_limits,
                                 check_all_timers, check_schedule, check_reconnects,
                                 check_storage,    check_log,      check_user_agent};
  for (const auto& check : checks)
    if (auto r = check(config); !r)
      return r;
  return {};
}

net::chain_params chain_of(const crawl_config& config) {
  auto chain = *net::find_chain(config.network.name);
  if (!config.network.signet_challenge.empty())
    chain = net::custom_signet(config.network.signet_challenge);
  if (!config.start.dns_seeds.empty())
    chain.dns_seeds = config.start.dns_seeds;
  return chain;
}

} // namespace seedwalk::actors
