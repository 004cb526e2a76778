#include "actors/config/config_table.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "actors/config/config_text.hpp"

namespace seedwalk::actors {

namespace {

using set_result = tl::expected<void, std::string>;

constexpr bool common = true;
constexpr bool special = false;

/// What an option is called and described by.
struct label {
  std::string_view path;
  std::string_view flag;
  std::string_view value;
  std::string_view help;
  bool common = special;
};

/// An option of one text. `member` gives the member of a configuration by reference; `read` makes
/// its value of a text, `print` the other way round.
template <class Member, class Read, class Print>
config_option scalar(const label& l, value_kind kind, Member member, Read read, Print print) {
  return {l.path,
          l.flag,
          l.value,
          l.help,
          l.common,
          kind,
          [member, read](crawl_config& c, const option_texts& texts) -> set_result {
            auto value = read(c, texts.at(0));
            if (!value)
              return tl::unexpected(value.error());
            using type = std::remove_reference_t<decltype(member(c))>;
            member(c) = static_cast<type>(std::move(*value));
            return {};
          },
          [member, print](const crawl_config& c) { return option_texts{print(member(c))}; }};
}

/// An option of any number of texts, into a vector.
template <class Member, class Read, class Print>
config_option list_of(const label& l, Member member, Read read, Print print) {
  return {l.path,
          l.flag,
          l.value,
          l.help,
          l.common,
          value_kind::list,
          [member, read](crawl_config& c, const option_texts& texts) -> set_result {
            std::remove_reference_t<decltype(member(c))> values;
            for (const auto& text : texts) {
              auto value = read(c, text);
              if (!value)
                return tl::unexpected(fmt::format("\"{}\" {}", text, value.error()));
              values.push_back(std::move(*value));
            }
            member(c) = std::move(values);
            return {};
          },
          [member, print](const crawl_config& c) {
            option_texts texts;
            for (const auto& value : member(c))
              texts.push_back(print(value));
            return texts;
          }};
}

parsed<std::string> read_text(const crawl_config&, std::string_view text) {
  return std::string{text};
}

std::string print_text(const std::string& text) {
  return text;
}

template <class Duration>
parsed<Duration> read_duration(std::string_view text) {
  const auto ms = parse_duration(text);
  if (!ms)
    return tl::unexpected(ms.error());
  const auto rounded = std::chrono::duration_cast<Duration>(*ms);
  if (rounded != *ms)
    return tl::unexpected<std::string>("must be whole seconds");
  return rounded;
}

parsed<net::endpoint> read_endpoint(const crawl_config& c, std::string_view text) {
  const auto* chain = net::find_chain(c.network.name);
  auto peer = net::parse_endpoint(text, chain == nullptr ? 0 : chain->default_port);
  if (!peer)
    return tl::unexpected("is no address: " + peer.error().message);
  return *peer;
}

/// Two members by one option: the proxy's address, or its name, which the crawl resolves.
config_option tor_proxy() {
  return {"network.tor_proxy",
          "tor-proxy",
          "HOST[:PORT]",
          "the SOCKS5 proxy that dials onions, such as 127.0.0.1:9050 or tor:9050; without it none "
          "is dialled",
          common,
          value_kind::text,
          [](crawl_config& c, const option_texts& texts) -> set_result {
            constexpr std::uint16_t tor_port = 9050;
            auto& reach = c.network.reach;
            reach.tor_proxy.reset();
            reach.tor_proxy_name.reset();
            if (texts.empty() || texts.front().empty())
              return {};
            auto host = net::parse_endpoint_or_name(texts.front(), tor_port);
            if (!host)
              return tl::unexpected("is neither an IPv4 or IPv6 address nor a host name: " +
                                    host.error().message);
            if (auto* name = std::get_if<net::named_host>(&*host))
              reach.tor_proxy_name = std::move(*name);
            else
              reach.tor_proxy = std::get<net::endpoint>(*host);
            return {};
          },
          [](const crawl_config& c) -> option_texts {
            const auto& reach = c.network.reach;
            if (reach.tor_proxy)
              return {net::to_string(*reach.tor_proxy)};
            return {reach.tor_proxy_name ? net::to_string(*reach.tor_proxy_name) : std::string{}};
          }};
}

/// Two members by one option: addresses, and names that the crawl resolves. It prints the addresses
/// first.
config_option start_connect() {
  return {"start.connect",
          "connect",
          "HOST[:PORT]",
          "start at this address or name; may be given more than once",
          common,
          value_kind::list,
          [](crawl_config& c, const option_texts& texts) -> set_result {
            const auto* chain = net::find_chain(c.network.name);
            const std::uint16_t port = chain == nullptr ? 0 : chain->default_port;
            std::vector<net::endpoint> addresses;
            std::vector<net::named_host> names;
            for (const auto& text : texts) {
              auto host = net::parse_endpoint_or_name(text, port);
              if (!host)
                return tl::unexpected(host.error().message);
              if (const auto* peer = std::get_if<net::endpoint>(&*host))
                addresses.push_back(*peer);
              else
                names.push_back(std::get<net::named_host>(std::move(*host)));
            }
            c.start.connect = std::move(addresses);
            c.start.connect_names = std::move(names);
            return {};
          },
          [](const crawl_config& c) {
            option_texts texts;
            for (const auto& peer : c.start.connect)
              texts.push_back(net::to_string(peer));
            for (const auto& name : c.start.connect_names)
              texts.push_back(net::to_string(name));
            return texts;
          }};
}

template <class Member>
config_option boolean(const label& l, Member member) {
  return scalar(
      l, value_kind::boolean, member,
      [](const crawl_config&, std::string_view text) { return parse_boolean(text); },
      [](bool x) { return x ? "true" : "false"; });
}

template <class Member>
config_option number(const label& l, Member member) {
  using type = std::remove_cvref_t<decltype(member(std::declval<crawl_config&>()))>;
  // Files hold 64-bit signed integers.
  constexpr auto max = std::min<std::uint64_t>(std::numeric_limits<type>::max(), INT64_MAX);
  return scalar(
      l, value_kind::integer, member,
      [](const crawl_config&, std::string_view text) { return parse_number(text, max); },
      [](type x) { return std::to_string(x); });
}

template <class Member>
config_option size(const label& l, Member member) {
  return scalar(
      l, value_kind::text, member,
      [](const crawl_config&, std::string_view text) { return parse_size(text); }, print_size);
}

template <class Member>
config_option duration(const label& l, Member member) {
  using type = std::remove_cvref_t<decltype(member(std::declval<crawl_config&>()))>;
  return scalar(
      l, value_kind::text, member,
      [](const crawl_config&, std::string_view text) { return read_duration<type>(text); },
      [](type d) { return print_duration(d); });
}

template <class Member>
config_option text(const label& l, Member member) {
  return scalar(l, value_kind::text, member, read_text, print_text);
}

template <class Member>
config_option texts(const label& l, Member member) {
  return list_of(l, member, read_text, print_text);
}

template <class Member>
config_option endpoints(const label& l, Member member) {
  return list_of(l, member, read_endpoint, [](const net::endpoint& x) { return to_string(x); });
}

template <class Member>
config_option address_rules(const label& l, Member member) {
  return list_of(
      l, member,
      [](const crawl_config&, std::string_view text) { return parse_address_rule(text); },
      print_address_rule);
}

/// An array whose size is fixed: a duration for the first time, for the second ...
template <class Member>
config_option durations(const label& l, Member member) {
  using array = std::remove_cvref_t<decltype(member(std::declval<crawl_config&>()))>;
  static constexpr auto wanted = std::tuple_size_v<array>;
  return {l.path,
          l.flag,
          l.value,
          l.help,
          l.common,
          value_kind::list,
          [member](crawl_config& c, const option_texts& texts) -> set_result {
            if (texts.size() != wanted)
              return tl::unexpected(
                  fmt::format("must be {} durations, not {}", wanted, texts.size()));
            for (std::size_t i = 0; i != wanted; ++i) {
              const auto value = read_duration<typename array::value_type>(texts[i]);
              if (!value)
                return tl::unexpected(fmt::format("\"{}\" {}", texts[i], value.error()));
              member(c)[i] = *value;
            }
            return {};
          },
          [member](const crawl_config& c) {
            option_texts texts;
            for (const auto& d : member(c))
              texts.push_back(print_duration(d));
            return texts;
          }};
}

config_option network_name() {
  return scalar(
      {"network.name", "network", "CHAIN", "main, testnet3, testnet4, signet or regtest", common},
      value_kind::text, [](auto& c) -> auto& { return c.network.name; },
      [](const crawl_config&, std::string_view name) -> parsed<std::string> {
        if (net::find_chain(name) == nullptr)
          return tl::unexpected("must be one of main, testnet3, testnet4, signet, regtest" +
                                chain_meant(name));
        return std::string{name};
      },
      print_text);
}

/// An enumeration whose values have names.
template <class Enum, class Member>
config_option choice(const label& l, Member member,
                     std::optional<Enum> (*named)(std::string_view)) {
  return scalar(
      l, value_kind::text, member,
      [named, choices = l.value](const crawl_config&, std::string_view name) -> parsed<Enum> {
        if (const auto value = named(name))
          return *value;
        return tl::unexpected(fmt::format("must be one of {}", choices));
      },
      [](Enum x) { return std::string{name_of(x)}; });
}

void add_network(std::vector<config_option>& t) {
  t.push_back(network_name());
  t.push_back(scalar(
      {"network.signet_challenge", "signet-challenge", "HEX",
       "the challenge of a signet that is not the default one"},
      value_kind::text, [](auto& c) -> auto& { return c.network.signet_challenge; },
      [](const crawl_config&, std::string_view text) { return parse_hex(text); }, print_hex));
  t.push_back(text(
      {"network.user_agent", "user-agent", "TEXT",
       "what we call ourselves; on a public chain with a way to reach you", common},
      [](auto& c) -> auto& { return c.network.user_agent; }));
  t.push_back(boolean(
      {"network.allow_unroutable", "allow-unroutable", "",
       "dial private and loopback addresses, too", common},
      [](auto& c) -> auto& { return c.network.allow_unroutable; }));
  t.push_back(list_of(
      {"network.only", "only-net", "NET",
       "dial only ipv4, ipv6, torv3, cjdns or yggdrasil; may be given more than once", common},
      [](auto& c) -> auto& { return c.network.reach.only; },
      [](const crawl_config&, std::string_view text) -> parsed<net::network_id> {
        if (const auto network = network_named(text))
          return *network;
        return tl::unexpected<std::string>("must be one of ipv4, ipv6, torv3, cjdns, yggdrasil");
      },
      [](net::network_id network) { return std::string{net::name_of(network)}; }));
  t.push_back(tor_proxy());
}

void add_start(std::vector<config_option>& t) {
  t.push_back(start_connect());
  t.push_back(boolean(
      {"start.fixed", "fixed", "", "dial what --connect names, and nobody else", common},
      [](auto& c) -> auto& { return c.start.fixed; }));
  t.push_back(boolean(
      {"start.dns", "dns", "", "ask DNS seeds while little is known, or nobody is reached", common},
      [](auto& c) -> auto& { return c.start.dns; }));
  t.push_back(texts(
      {"start.dns_seeds", "dns-seed", "NAME", "DNS seeds instead of the chain's own"},
      [](auto& c) -> auto& { return c.start.dns_seeds; }));
  t.push_back(number(
      {"start.enough_known", "enough-known", "N",
       "with so many successes in a week, DNS seeds are not asked"},
      [](auto& c) -> auto& { return c.start.enough_known; }));
}

void add_run(std::vector<config_option>& t) {
  t.push_back(boolean(
      {"run.once", "once", "", "end when all were visited who were due or are heard of", common},
      [](auto& c) -> auto& { return c.run.once; }));
  t.push_back(duration(
      {"run.for", "for", "DURATION", "end after so long; 0: no limit", common},
      [](auto& c) -> auto& { return c.run.limit; }));
  t.push_back(number(
      {"run.hold", "hold", "N", "keep so many good peers connected", common},
      [](auto& c) -> auto& { return c.run.hold; }));
  t.push_back(number(
      {"run.threads", "threads", "N",
       "0: one thread, in a reproducible order; else CAF's scheduler", common},
      [](auto& c) -> auto& { return c.run.threads; }));
  t.push_back(duration(
      {"run.stop_deadline", "stop-deadline", "DURATION",
       "an orderly end gives visits so long to finish"},
      [](auto& c) -> auto& { return c.run.stop_deadline; }));
  t.push_back(number(
      {"run.vantage", "vantage", "N", "your number for this machine, kept with each visit"},
      [](auto& c) -> auto& { return c.run.vantage; }));
}

void add_limits(std::vector<config_option>& t) {
  t.push_back(number(
      {"limits.max_connections", "max-connections", "N",
       "connections at once, both directions together", common},
      [](auto& c) -> auto& { return c.limits.max_connections; }));
  t.push_back(number(
      {"limits.max_outbound", "max-outbound", "N", "of these, connections that we dial", common},
      [](auto& c) -> auto& { return c.limits.max_outbound; }));
  t.push_back(number(
      {"limits.max_inbound", "max-inbound", "N", "of these, connections that we accept", common},
      [](auto& c) -> auto& { return c.limits.max_inbound; }));
  t.push_back(number(
      {"limits.over_capacity", "over-capacity", "N",
       "inbound connections beyond that are told so politely"},
      [](auto& c) -> auto& { return c.limits.over_capacity; }));
  t.push_back(number(
      {"limits.dials_per_second", "dials-per-second", "N", "dials a second; loopback has no limit",
       common},
      [](auto& c) -> auto& { return c.limits.dials_per_second; }));
  t.push_back(number(
      {"limits.group_connections", "group-connections", "N",
       "connections at once to an IPv4 /24 or an IPv6 /48"},
      [](auto& c) -> auto& { return c.limits.group_connections; }));
  t.push_back(number(
      {"limits.group_dials_per_second", "group-dials-per-second", "N",
       "dials a second to an IPv4 /24 or an IPv6 /48"},
      [](auto& c) -> auto& { return c.limits.group_dials_per_second; }));
  t.push_back(number(
      {"limits.live_percent", "live-percent", "N",
       "share of slots and dials for endpoints that succeeded within a week"},
      [](auto& c) -> auto& { return c.limits.live_percent; }));
  t.push_back(number(
      {"limits.fresh_percent", "fresh-percent", "N",
       "share of slots and dials for endpoints never tried"},
      [](auto& c) -> auto& { return c.limits.fresh_percent; }));
  t.push_back(number(
      {"limits.rest_percent", "rest-percent", "N",
       "share of slots and dials for all other endpoints"},
      [](auto& c) -> auto& { return c.limits.rest_percent; }));
}

/// One of the timers that every kind of network has.
struct timer_row {
  std::string_view name;
  std::string_view help;
  net::session_timers::duration net::session_timers::*member;
};

constexpr std::array<timer_row, 8> timer_rows = {{
    {"connect", "a dial, whole", &net::session_timers::connect},
    {"handshake", "from connected to the peer's verack", &net::session_timers::handshake},
    {"message_idle", "a message begun, and no new byte", &net::session_timers::message_idle},
    {"message_whole", "a message, whole", &net::session_timers::message_whole},
    {"first_addresses", "getaddr, and no answer begun", &net::session_timers::first_addresses},
    {"quiet_addresses", "after a block of addresses", &net::session_timers::quiet_addresses},
    {"all_addresses", "getaddr and its answer, whole", &net::session_timers::all_addresses},
    {"probe", "a ping, and no pong", &net::session_timers::probe},
}};

/// A network whose timers are its own.
struct timer_family {
  std::string_view name;
  std::string_view help;
  net::session_timers net::timer_table::*member;
};

constexpr std::array<timer_family, 3> timer_families = {{
    {"clearnet", "IPv4 and IPv6", &net::timer_table::clearnet},
    {"tor", "Tor", &net::timer_table::tor},
    {"i2p", "I2P", &net::timer_table::i2p},
}};

/// Keeps a text that was put together for as long as the process lives, as views of it will.
std::string_view kept(std::string text) {
  static std::list<std::string> all;
  return all.emplace_back(std::move(text));
}

void add_timers(std::vector<config_option>& t) {
  for (const auto& family : timer_families)
    for (const auto& row : timer_rows) {
      auto flag = fmt::format("{}-{}-timeout", family.name, row.name);
      std::ranges::replace(flag, '_', '-');
      t.push_back(duration(
          {kept(fmt::format("timers.{}.{}", family.name, row.name)), kept(flag), "DURATION",
           kept(fmt::format("{}: {}", family.help, row.help))},
          [ family = family.member, timer = row.member ](auto& c) -> auto& {
            return c.timers.*family.*timer;
          }));
    }
  t.push_back(duration(
      {"keep_alive.ping_every", "ping-every", "DURATION", "how often a peer that stays is pinged"},
      [](auto& c) -> auto& { return c.keep_alive.ping_every; }));
  t.push_back(duration(
      {"keep_alive.ping_timeout", "ping-timeout", "DURATION", "how long its pong may take"},
      [](auto& c) -> auto& { return c.keep_alive.ping_timeout; }));
  t.push_back(duration(
      {"keep_alive.inactivity", "inactivity-timeout", "DURATION",
       "how long it may send nothing at all"},
      [](auto& c) -> auto& { return c.keep_alive.inactivity; }));
}

void add_schedule(std::vector<config_option>& t) {
  t.push_back(duration(
      {"schedule.live_interval", "live-interval", "DURATION",
       "how often an endpoint that works is visited"},
      [](auto& c) -> auto& { return c.schedule.live_interval; }));
  t.push_back(number(
      {"schedule.jitter_percent", "jitter-percent", "N",
       "intervals are drawn within so much of their length"},
      [](auto& c) -> auto& { return c.schedule.jitter_percent; }));
  t.push_back(duration(
      {"schedule.live_window", "live-window", "DURATION",
       "a success keeps an endpoint among the live ones so long"},
      [](auto& c) -> auto& { return c.schedule.live_window; }));
  t.push_back(durations(
      {"schedule.backoff", "backoff", "DURATION",
       "waits after one failure, two failures in a row ..."},
      [](auto& c) -> auto& { return c.schedule.backoff; }));
  t.push_back(number(
      {"schedule.first_tries", "first-tries", "N", "tries of an endpoint that never answered"},
      [](auto& c) -> auto& { return c.schedule.first_tries; }));
  t.push_back(duration(
      {"schedule.first_tries_interval", "first-tries-interval", "DURATION",
       "the wait between these"},
      [](auto& c) -> auto& { return c.schedule.first_tries_interval; }));
  t.push_back(durations(
      {"schedule.full_retries", "full-retry", "DURATION",
       "waits after a node closed as one does that is full"},
      [](auto& c) -> auto& { return c.schedule.full_retries; }));
  t.push_back(duration(
      {"schedule.local_retry", "local-retry", "DURATION", "the wait after a failure of our own"},
      [](auto& c) -> auto& { return c.schedule.local_retry; }));
  t.push_back(duration(
      {"schedule.freshness", "freshness", "DURATION",
       "how old an announcement may be to be acted on", common},
      [](auto& c) -> auto& { return c.schedule.freshness; }));
  t.push_back(duration(
      {"schedule.forget", "forget", "DURATION",
       "an endpoint unannounced and silent so long is forgotten"},
      [](auto& c) -> auto& { return c.schedule.forget; }));
  t.push_back(duration(
      {"schedule.getaddr_interval", "getaddr-interval", "DURATION",
       "how long an endpoint is not asked for addresses again"},
      [](auto& c) -> auto& { return c.getaddr_interval; }));
}

void add_reconnects(std::vector<config_option>& t) {
  t.push_back(number(
      {"reconnects.max", "max-reconnects", "N",
       "how often a held peer that was lost is dialled again within the window"},
      [](auto& c) -> auto& { return c.reconnects.max_reconnects; }));
  t.push_back(duration(
      {"reconnects.window", "reconnect-window", "DURATION", "the window of --max-reconnects"},
      [](auto& c) -> auto& { return c.reconnects.window; }));
  t.push_back(duration(
      {"reconnects.first_delay", "reconnect-delay", "DURATION",
       "the wait before the first reconnect; doubled each time"},
      [](auto& c) -> auto& { return c.reconnects.first_delay; }));
  t.push_back(duration(
      {"reconnects.longest_delay", "longest-reconnect-delay", "DURATION",
       "the longest wait before a reconnect"},
      [](auto& c) -> auto& { return c.reconnects.longest_delay; }));
  t.push_back(number(
      {"reconnects.jitter_percent", "reconnect-jitter-percent", "N",
       "these waits are drawn within so much of their length"},
      [](auto& c) -> auto& { return c.reconnects.jitter_percent; }));
}

void add_storage(std::vector<config_option>& t) {
  t.push_back(text(
      {"storage.path", "db", "FOLDER", "the database", common},
      [](auto& c) -> auto& { return c.storage.path; }));
  t.push_back(duration(
      {"storage.history", "history", "DURATION", "visits older than that are dropped", common},
      [](auto& c) -> auto& { return c.storage.history; }));
  t.push_back(number(
      {"storage.max_known", "max-known", "N", "endpoints kept at most", common},
      [](auto& c) -> auto& { return c.storage.max_known; }));
  t.push_back(number(
      {"storage.max_per_ipv4", "max-per-ipv4", "N", "endpoints kept of one IPv4 address"},
      [](auto& c) -> auto& { return c.storage.max_per_ipv4; }));
  t.push_back(number(
      {"storage.max_per_ipv6_64", "max-per-ipv6-64", "N", "endpoints kept of one IPv6 /64"},
      [](auto& c) -> auto& { return c.storage.max_per_ipv6_64; }));
  t.push_back(number(
      {"storage.max_per_ipv6_48", "max-per-ipv6-48", "N", "endpoints kept of one IPv6 /48"},
      [](auto& c) -> auto& { return c.storage.max_per_ipv6_48; }));
  t.push_back(number(
      {"storage.max_inbound_records", "max-inbound-records", "N",
       "connections of others to us that are remembered at most, the newest"},
      [](auto& c) -> auto& { return c.storage.max_inbound_records; }));
  t.push_back(number(
      {"storage.batch_operations", "batch-operations", "N",
       "operations written together at most; what waits while the disk is busy goes together"},
      [](auto& c) -> auto& { return c.storage.batch_operations; }));
  t.push_back(duration(
      {"storage.full_patience", "full-patience", "DURATION",
       "how long a disk without room is waited for before the crawl ends"},
      [](auto& c) -> auto& { return c.storage.full_patience; }));
  t.push_back(size(
      {"storage.cache", "db-cache", "SIZE", "memory for reading the database"},
      [](auto& c) -> auto& { return c.storage.cache_bytes; }));
}

void add_peers(std::vector<config_option>& t) {
  t.push_back(endpoints(
      {"peers.listen", "listen", "ADDR:PORT",
       "accept connections here; may be given more than once", common},
      [](auto& c) -> auto& { return c.peers.listen; }));
  t.push_back(address_rules(
      {"peers.exclude", "exclude", "RULE", "never dial this endpoint, address or subnet", common},
      [](auto& c) -> auto& { return c.peers.exclude; }));
  t.push_back(text(
      {"peers.exclude_file", "exclude-file", "FILE", "more of these, one a line", common},
      [](auto& c) -> auto& { return c.peers.exclude_file; }));
  t.push_back(address_rules(
      {"peers.ban", "ban", "RULE", "neither dial nor welcome these", common},
      [](auto& c) -> auto& { return c.peers.ban; }));
  t.push_back(duration(
      {"peers.ban_time", "ban-time", "DURATION", "how long misbehaviour keeps a peer away"},
      [](auto& c) -> auto& { return c.peers.ban_time; }));
  t.push_back(texts(
      {"peers.ban_user_agents", "ban-user-agent", "PATTERN",
       "send away who calls itself so; * and ? are wild"},
      [](auto& c) -> auto& { return c.peers.ban_user_agents; }));
  t.push_back(texts(
      {"peers.required_user_agents", "require-user-agent", "PATTERN",
       "send away who calls itself like none of these"},
      [](auto& c) -> auto& { return c.peers.required_user_agents; }));
  t.push_back(number(
      {"peers.required_services", "require-services", "BITS",
       "services that peers we dial must offer"},
      [](auto& c) -> auto& { return c.peers.required_services; }));
}

void add_log(std::vector<config_option>& t) {
  t.push_back(choice<log_level>(
      {"log.level", "log-level", "trace|debug|info|warning|error", "what is logged", common},
      [](auto& c) -> auto& { return c.log.level; }, log_level_named));
  t.push_back(text(
      {"log.file", "log-file", "FILE", "log there instead of standard error", common},
      [](auto& c) -> auto& { return c.log.file; }));
  t.push_back(choice<log_format>(
      {"log.format", "log-format", "logfmt|json", "the form of a line", common},
      [](auto& c) -> auto& { return c.log.format; }, log_format_named));
  t.push_back(size(
      {"log.rotate_size", "log-rotate-size", "SIZE",
       "a log file that has grown so large is set aside"},
      [](auto& c) -> auto& { return c.log.rotate_bytes; }));
  t.push_back(number(
      {"log.rotate_files", "log-rotate-files", "N", "log files set aside that are kept"},
      [](auto& c) -> auto& { return c.log.rotate_files; }));
  t.push_back(number(
      {"log.queue", "log-queue", "LINES", "lines that may wait; more are dropped and counted"},
      [](auto& c) -> auto& { return c.log.queue_lines; }));
}

std::vector<config_option> make_table() {
  std::vector<config_option> t;
  add_network(t);
  add_start(t);
  add_run(t);
  add_limits(t);
  add_timers(t);
  add_schedule(t);
  add_reconnects(t);
  add_storage(t);
  add_peers(t);
  add_log(t);
  return t;
}

} // namespace

std::span<const config_option> config_table() {
  static const std::vector<config_option> table = make_table();
  return table;
}

const config_option* find_option(std::string_view path) {
  const auto table = config_table();
  const auto i = std::ranges::find(table, path, &config_option::path);
  return i == table.end() ? nullptr : &*i;
}

std::string emptiness_in(const config_option& option, const option_texts& texts) {
  if (std::ranges::find(texts, std::string{}) == texts.end())
    return {};
  if (option.kind == value_kind::list)
    return "has an empty item: name something, or leave it out";
  return "is empty: it must name something, or be left out";
}

std::string environment_name(const config_option& option) {
  std::string name = "SEEDWALK_";
  for (const char c : option.flag)
    name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

} // namespace seedwalk::actors
