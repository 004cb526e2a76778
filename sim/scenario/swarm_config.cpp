#include "sim/scenario/swarm_config.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "actors/config/config_text.hpp"

namespace seedwalk::sim {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// What an option is given a value with.
struct twist_input {
  actors::crawl_config& config;
  net::random_stream& draw;
  const topology& nodes;

  template <class T>
  void one_of(T& member, std::initializer_list<T> values) {
    member = values.begin()[draw.below(values.size())];
  }
};

/// An option, or a few that belong together.
struct twist {
  std::string_view name; ///< The key of its draws.
  void (*apply)(twist_input&);
};

net::endpoint draw_node(net::random_stream& draw, const topology& nodes) {
  return nodes.nodes()[draw.below(nodes.nodes().size())].at;
}

/// Never a seed: a crawl that may not begin finds nobody.
actors::address_rule draw_victim(twist_input& in) {
  const auto& all = in.nodes.nodes();
  const auto seeds = in.nodes.settings().seeds;
  return all[seeds + in.draw.below(all.size() - seeds)].at;
}

void scale(net::session_timers& t, twist_input& in) {
  const auto all = {&t.connect,         &t.handshake,       &t.message_idle,  &t.message_whole,
                    &t.first_addresses, &t.quiet_addresses, &t.all_addresses, &t.probe};
  const auto choice = in.draw.below(4);
  for (auto* one : all)
    switch (choice) {
    case 0:
      *one = milliseconds{1};
      break;
    case 1:
      *one = std::max(*one / 20, milliseconds{1});
      break;
    case 2:
      *one = std::min<milliseconds>(*one * 20, hours{1});
      break;
    default:
      if (in.draw.chance(1, 3))
        *one = in.draw.chance(1, 2) ? milliseconds{1} : milliseconds{hours{1}};
    }
  t.message_idle = std::min(t.message_idle, t.message_whole);
  t.first_addresses = std::min(t.first_addresses, t.all_addresses);
  t.quiet_addresses = std::min(t.quiet_addresses, t.all_addresses);
}

constexpr std::array twists = {
    twist{"limits.max_connections",
          [](twist_input& in) {
            in.one_of(in.config.limits.max_connections, {1u, 2u, 3u, 1'000u});
          }},
    twist{"limits.max_outbound",
          [](twist_input& in) {
            in.one_of(in.config.limits.max_outbound, {1u, 2u, 1'000u});
          }},
    twist{"limits.max_inbound",
          [](twist_input& in) {
            in.one_of(in.config.limits.max_inbound, {0u, 1u});
          }},
    twist{"limits.over_capacity",
          [](twist_input& in) {
            in.one_of(in.config.limits.over_capacity, {0u, 1u});
          }},
    twist{"limits.dials_per_second",
          [](twist_input& in) {
            in.one_of(in.config.limits.dials_per_second, {1u, 100'000u});
          }},
    twist{"limits.group_connections",
          [](twist_input& in) {
            in.one_of(in.config.limits.group_connections, {1u, 1'000u});
          }},
    twist{"limits.group_dials_per_second",
          [](twist_input& in) {
            in.one_of(in.config.limits.group_dials_per_second, {100u, 100'000u});
          }},
    twist{"limits.live_percent",
          [](twist_input& in) {
            auto& l = in.config.limits;
            l.live_percent = l.fresh_percent = l.rest_percent = 0;
            in.one_of(l.live_percent, {0u, 100u, 1u});
            l.fresh_percent = 100 - l.live_percent;
            if (in.draw.chance(1, 2))
              std::swap(l.fresh_percent, l.rest_percent);
          }},
    twist{"timers.clearnet", [](twist_input& in) { scale(in.config.timers.clearnet, in); }},
    twist{"timers.tor", [](twist_input& in) { scale(in.config.timers.tor, in); }},
    twist{"keep_alive",
          [](twist_input& in) {
            auto& k = in.config.keep_alive;
            in.one_of<milliseconds>(k.ping_every, {milliseconds{500}, seconds{5}, hours{24}});
            in.one_of<milliseconds>(k.ping_timeout, {milliseconds{1}, seconds{1}, hours{24}});
            k.inactivity = std::min<milliseconds>(k.ping_every, hours{23}) + milliseconds{1};
            k.ping_every = std::min<milliseconds>(k.ping_every, hours{23});
          }},
    twist{"schedule.jitter_percent",
          [](twist_input& in) {
            in.one_of(in.config.schedule.jitter_percent, {0u, 50u});
          }},
    twist{"schedule.live_interval",
          [](twist_input& in) {
            in.one_of<seconds>(in.config.schedule.live_interval, {seconds{1}, hours{24 * 365}});
          }},
    twist{"schedule.live_window",
          [](twist_input& in) {
            in.one_of<seconds>(in.config.schedule.live_window, {seconds{1}, hours{24 * 365}});
          }},
    twist{
        "schedule.backoff",
        [](twist_input& in) { in.config.schedule.backoff.fill(seconds{in.draw.between(1, 60)}); }},
    twist{"schedule.first_tries",
          [](twist_input& in) {
            in.one_of(in.config.schedule.first_tries, {1u, 10u});
            in.one_of<seconds>(in.config.schedule.first_tries_interval, {seconds{1}, hours{48}});
          }},
    twist{"schedule.full_retries",
          [](twist_input& in) { in.config.schedule.full_retries.fill(seconds{1}); }},
    twist{"schedule.local_retry",
          [](twist_input& in) { in.config.schedule.local_retry = seconds{1}; }},
    twist{"schedule.freshness",
          [](twist_input& in) {
            in.one_of<seconds>(in.config.schedule.freshness, {seconds{1}, hours{24 * 3'000}});
          }},
    twist{"schedule.forget", [](twist_input& in) { in.config.schedule.forget = seconds{1}; }},
    twist{"schedule.getaddr_interval",
          [](twist_input& in) {
            in.one_of<seconds>(in.config.getaddr_interval, {seconds{0}, hours{24 * 3'000}});
          }},
    twist{"reconnects",
          [](twist_input& in) {
            auto& r = in.config.reconnects;
            in.one_of(r.max_reconnects, {0u, 1u, 1'000u});
            in.one_of<seconds>(r.window, {seconds{1}, hours{24}});
            in.one_of<milliseconds>(r.first_delay, {milliseconds{1}, seconds{2}});
            in.one_of<milliseconds>(r.longest_delay, {seconds{2}, hours{24}});
            in.one_of(r.jitter_percent, {0u, 100u});
          }},
    twist{"storage.batch_operations",
          [](twist_input& in) {
            in.one_of(in.config.storage.batch_operations, {1u, 2u, 1'000'000u});
          }},
    twist{"storage.max_known",
          [](twist_input& in) {
            in.one_of<std::uint64_t>(in.config.storage.max_known, {1, 5, 1'000'000'000});
          }},
    twist{"storage.max_per_ipv4",
          [](twist_input& in) {
            in.one_of(in.config.storage.max_per_ipv4, {1u, UINT32_MAX});
          }},
    twist{"storage.max_inbound_records",
          [](twist_input& in) {
            in.one_of<std::uint64_t>(in.config.storage.max_inbound_records, {1, 2});
          }},
    twist{"storage.history", [](twist_input& in) { in.config.storage.history = hours{24}; }},
    twist{"storage.full_patience",
          [](twist_input& in) { in.config.storage.full_patience = seconds{1}; }},
    twist{"peers.exclude",
          [](twist_input& in) { in.config.peers.exclude.push_back(draw_victim(in)); }},
    twist{"peers.ban", [](twist_input& in) { in.config.peers.ban.push_back(draw_victim(in)); }},
    twist{"peers.ban_time",
          [](twist_input& in) {
            in.one_of<seconds>(in.config.peers.ban_time, {seconds{1}, hours{24 * 365}});
          }},
    twist{"peers.ban_user_agents",
          [](twist_input& in) {
            in.config.peers.ban_user_agents = {in.draw.chance(1, 2) ? "*" : "*agent=*"};
          }},
    twist{"peers.required_user_agents",
          [](twist_input& in) { in.config.peers.required_user_agents = {"/S*"}; }},
    twist{"peers.required_services",
          [](twist_input& in) { in.config.peers.required_services = 1ull << in.draw.below(12); }},
    twist{"run",
          [](twist_input& in) {
            auto& r = in.config.run;
            in.one_of(r.once, {false, true});
            in.one_of<seconds>(r.limit, {seconds{1}, seconds{20}, minutes{2}});
            in.one_of(r.hold, {0u, 1u, 3u});
          }},
    twist{"run.stop_deadline",
          [](twist_input& in) {
            in.one_of<seconds>(in.config.run.stop_deadline, {seconds{0}, seconds{1}, minutes{5}});
          }},
};

} // namespace

void draw_extremes(actors::crawl_config& config, std::uint64_t seed, std::string_view key,
                   const topology& nodes) {
  net::random_stream all{seed, "swarm extremes", net::as_bytes(key)};
  // A few, or many.
  const auto of = all.chance(1, 3) ? 3u : 12u;
  for (const auto& one : twists) {
    const auto name = fmt::format("{} {}", key, one.name);
    net::random_stream draw{seed, "swarm extreme", net::as_bytes(name)};
    if (!draw.chance(1, of))
      continue;
    twist_input in{config, draw, nodes};
    one.apply(in);
  }
  // Who is due again within seconds is visited again by a crawl that goes on.
  const auto& again = config.schedule;
  const bool is_soon_due = std::min(again.live_interval, again.backoff.front()) < minutes{5};
  if (is_soon_due && all.chance(2, 3))
    config.run.once = false;
  // For ever; and by any, where it was never tried for a reason of ours: then time ends it.
  auto& limit = config.run.limit;
  if (limit == seconds{0} && (again.local_retry < minutes{5} || (is_soon_due && !config.run.once)))
    limit = minutes{2};
  auto& l = config.limits;
  config.run.hold = std::min({config.run.hold, l.max_connections, l.max_outbound});
}

std::string draw_changed_file(net::random_stream& draw, const actors::crawl_config& config,
                              const topology& nodes) {
  auto text =
      fmt::format("[network]\nname = \"regtest\"\nallow_unroutable = true\n"
                  "[start]\ndns = false\n"
                  "[run]\nonce = {}\nfor = \"{}\"\nhold = {}\nstop_deadline = \"{}\"\n"
                  "[storage]\nmax_known = {}\n",
                  config.run.once, actors::print_duration(config.run.limit), config.run.hold,
                  actors::print_duration(config.run.stop_deadline), config.storage.max_known);
  const auto sometimes = [&](std::string_view line) {
    if (draw.chance(1, 3))
      text += line;
  };
  text += "[limits]\n";
  sometimes("max_outbound = 3\n");
  sometimes("max_connections = 3\n");
  sometimes("max_inbound = 0\n");
  sometimes("dials_per_second = 1\n");
  sometimes("group_connections = 1\n");
  text += "[timers.clearnet]\n";
  sometimes("handshake = \"10ms\"\n");
  sometimes("connect = \"1ms\"\n");
  sometimes("probe = \"1ms\"\n");
  text += "[keep_alive]\n";
  sometimes("ping_every = \"5s\"\n");
  text += "[schedule]\n";
  sometimes("getaddr_interval = \"0\"\n");
  if (draw.chance(1, 8))
    text += "jitter_percent = 51\n"; // refused
  text += "[peers]\n";
  const auto banned = net::to_string(draw_node(draw, nodes));
  sometimes(fmt::format("ban = [\"{}\"]\n", banned));
  sometimes(fmt::format("exclude = [\"{}\"]\n", net::to_string(draw_node(draw, nodes))));
  sometimes("ban_user_agents = [\"*agent=*\"]\n");
  return text;
}

} // namespace seedwalk::sim
