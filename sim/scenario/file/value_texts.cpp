#include "sim/scenario/file/value_texts.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "actors/crawl/reachability.hpp"
#include "actors/runtime/strategies/strategy_text.hpp"
#include "net/base/closest_name.hpp"
#include "store/ban_record.hpp"

namespace seedwalk::sim {

namespace {

using actors::wrong;

using std::chrono::nanoseconds;
using std::chrono::seconds;

/// More parts than nodes can be.
constexpr std::uint64_t parts_max = 1'000'000;

std::optional<std::uint64_t> number_in(std::string_view text) {
  const auto number = actors::parse_number(text, UINT64_MAX);
  return number ? std::optional{*number} : std::nullopt;
}

std::uint32_t bits_of(net::network_id network) {
  return static_cast<std::uint32_t>(8 * net::address_size(network));
}

/// "NAME=N" in its two parts; N is 1 where it is not said.
struct named_number {
  std::string_view name;
  std::uint64_t number = 1;
};

parsed<named_number> split_share(std::string_view text, std::uint64_t max, std::uint64_t min) {
  const auto split = text.find('=');
  if (split == std::string_view::npos)
    return named_number{text};
  const auto number = actors::parse_number(text.substr(split + 1), max, min);
  if (!number)
    return wrong("PARTS of NAME=PARTS " + number.error());
  return named_number{text.substr(0, split), *number};
}

constexpr auto latency_example =
    "must be \"40ms\", \"uniform 1ms 5ms\", \"exponential 0s 1ms\" or \"log_normal 40ms 60\"";

} // namespace

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end != 0)
      words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

parsed<latency> parse_latency(std::string_view text) {
  const auto words = words_of(text);
  if (words.size() == 1) {
    const auto time = actors::parse_fine_duration(words[0]);
    if (!time)
      return wrong(latency_example);
    return *time == nanoseconds{0} ? latency{} : latency::constant(*time);
  }
  if (words.size() != 3)
    return wrong(latency_example);
  const auto first = actors::parse_fine_duration(words[1]);
  if (!first)
    return wrong(latency_example);
  if (words[0] == "log_normal") {
    const auto sigma = actors::parse_number(words[2], 1'000);
    if (!sigma)
      return wrong(latency_example);
    return latency::log_normal(*first, static_cast<std::uint32_t>(*sigma));
  }
  const auto second = actors::parse_fine_duration(words[2]);
  if (!second)
    return wrong(latency_example);
  if (words[0] == "exponential")
    return latency::exponential(*first, *second);
  if (words[0] != "uniform" || *second < *first)
    return wrong(latency_example);
  return latency::uniform(*first, *second);
}

std::string print_latency(const latency& time) {
  const auto base = actors::print_fine_duration(time.base());
  switch (time.form()) {
  case latency::shape::constant:
    break;
  case latency::shape::uniform:
    return fmt::format("uniform {} {}", base,
                       actors::print_fine_duration(time.base() + time.scale()));
  case latency::shape::exponential:
    return fmt::format("exponential {} {}", base, actors::print_fine_duration(time.scale()));
  case latency::shape::log_normal:
    return fmt::format("log_normal {} {}", actors::print_fine_duration(time.scale()),
                       time.sigma_percent());
  }
  return base;
}

parsed<endpoint_set> parse_hosts(std::string_view text, const topology_options* nodes) {
  constexpr std::string_view port_word = " port ";
  std::uint16_t port = 0;
  if (const auto split = text.find(port_word); split != std::string_view::npos) {
    const auto number = actors::parse_number(text.substr(split + port_word.size()), 65'535, 1);
    if (!number)
      return wrong("has a port that " + number.error());
    port = static_cast<std::uint16_t>(*number);
    text = text.substr(0, split);
  }
  if (text == "anybody" && port == 0)
    return endpoint_set::everybody();
  endpoint_set hosts;
  hosts.port = port;
  if (const auto network = actors::network_named(text)) {
    hosts.network = *network;
    return hosts;
  }
  if (nodes != nullptr && text.starts_with("node ")) {
    const auto number = actors::parse_number(text.substr(5), nodes->nodes - 1);
    if (!number)
      return wrong("names a node that " + number.error());
    const auto at = ipv4_address_of(*nodes, static_cast<std::uint32_t>(*number));
    if (!at)
      return wrong("names a node whose network is drawn: its address must be said");
    hosts = endpoint_set::subnet(*at, bits_of(at->network));
    hosts.port = port;
    return hosts;
  }
  const auto rule = actors::parse_address_rule(text);
  if (!rule)
    return wrong("must be \"anybody\", \"node N\", a network, a subnet, an address or an endpoint");
  if (const auto* peer = std::get_if<net::endpoint>(&*rule)) {
    if (port != 0 && peer->port != 0)
      return wrong("says a port twice");
    hosts = endpoint_set::only(*peer);
    hosts.port = std::max(hosts.port, port); // An address of I2P stands for any port.
    return hosts;
  }
  const auto& subnet = std::get<store::subnet>(*rule);
  hosts.network = subnet.network;
  hosts.prefix = subnet.address;
  hosts.prefix_bits = subnet.bits;
  return hosts;
}

std::string print_hosts(const endpoint_set& hosts) {
  if (!hosts.network)
    return "anybody";
  const auto port = hosts.port == 0 ? "" : fmt::format(" port {}", hosts.port);
  if (hosts.prefix_bits == 0)
    return std::string{net::name_of(*hosts.network)} + port;
  const net::endpoint first{*hosts.network, hosts.prefix, hosts.port};
  if (hosts.prefix_bits == bits_of(*hosts.network) && hosts.port != 0)
    return net::to_string(first);
  return actors::print_address_rule(
             store::subnet_of(first, static_cast<std::uint16_t>(hosts.prefix_bits))) +
         port;
}

parsed<net::endpoint> parse_address(std::string_view text) {
  const auto rule = actors::parse_address_rule(text);
  // A name of I2P has no port.
  if (const auto* peer = rule ? std::get_if<net::endpoint>(&*rule) : nullptr;
      peer != nullptr && peer->port == 0)
    return *peer;
  const auto* subnet = rule ? std::get_if<store::subnet>(&*rule) : nullptr;
  if (subnet == nullptr || subnet->bits != bits_of(subnet->network))
    return wrong("must be an address without a port");
  return net::endpoint{subnet->network, subnet->address, 0};
}

std::string print_address(const net::endpoint& address) {
  if (address.network == net::network_id::i2p)
    return net::to_string(address);
  return actors::print_address_rule(
      store::subnet_of(address, static_cast<std::uint16_t>(bits_of(address.network))));
}

std::string known_kinds() {
  std::string known;
  for (std::size_t i = 0; i != node_kind_count; ++i)
    known += fmt::format("{}{}", i == 0 ? "" : ", ", name_of(static_cast<node_kind>(i)));
  return known;
}

parsed<std::pair<node_kind, std::uint32_t>> parse_kind_share(std::string_view text) {
  const auto share = split_share(text, parts_max, 1);
  if (!share)
    return wrong(share.error());
  const auto kind = node_kind_named(share->name);
  if (kind)
    return std::pair{*kind, static_cast<std::uint32_t>(share->number)};
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i != node_kind_count; ++i)
    names.push_back(name_of(static_cast<node_kind>(i)));
  return wrong(fmt::format("unknown kind{}; there are {}", net::did_you_mean(share->name, names),
                           known_kinds()));
}

parsed<std::pair<std::string, std::uint32_t>> parse_model_share(std::string_view text) {
  // Its name may have the sign in it, and then its parts are said.
  const auto split = text.rfind('=');
  if (split == std::string_view::npos)
    return std::pair{std::string{text}, 1u};
  const auto parts = actors::parse_number(text.substr(split + 1), parts_max, 1);
  if (!parts)
    return wrong("PARTS of NAME=PARTS " + parts.error());
  return std::pair{std::string{text.substr(0, split)}, static_cast<std::uint32_t>(*parts)};
}

std::string print_model_share(const std::pair<std::string, std::uint32_t>& share) {
  return fmt::format("{}={}", share.first, share.second);
}

parsed<std::pair<net::network_id, std::uint32_t>> parse_network_share(std::string_view text) {
  const auto share = split_share(text, parts_max, 0);
  if (!share)
    return wrong(share.error());
  const auto network = actors::network_named(share->name);
  // Gossip says nothing of Yggdrasil: nobody would hear of such nodes.
  if (!network || *network == net::network_id::torv2 || *network == net::network_id::yggdrasil)
    return wrong("must be NAME=PARTS, such as torv3=2, with one of ipv4, ipv6, torv3, i2p, cjdns");
  return std::pair{*network, static_cast<std::uint32_t>(share->number)};
}

parsed<std::pair<net::outcome, std::uint64_t>> parse_outcome_count(std::string_view text) {
  const auto share = split_share(text, UINT32_MAX, 0);
  if (!share)
    return wrong(share.error());
  const auto outcome = net::outcome_named(share->name);
  if (!outcome)
    return wrong("must be OUTCOME=N, such as complete=3");
  return std::pair{*outcome, share->number};
}

parsed<net::probe> parse_probe(std::string_view text) {
  const auto named = net::probe_named(text);
  if (!named)
    return wrong("is no rare place that anybody watches" +
                 net::did_you_mean(text, net::probe_names()));
  return *named;
}

parsed<crawl_scenario::another_order> parse_then(std::string_view text, std::uint64_t from) {
  constexpr auto example =
      "must be STRATEGY:SEED, STRATEGY:SEED@STEP or fifo@STEP, such as uniform:7, pos:7@1200 or, "
      "of depth 3, pct:3:7";
  const auto at = text.find('@');
  const auto order = text.substr(0, at);
  crawl_scenario::another_order result;
  result.from_step = from;
  if (at != std::string_view::npos) {
    const auto step = number_in(text.substr(at + 1));
    if (!step)
      return wrong(example);
    result.from_step = *step;
  }
  const auto named = strategy_text::parse(order.substr(0, order.find(':')));
  if (!named)
    return wrong(example);
  // The seed is behind the depth, if the strategy has one.
  auto colon = order.find(':');
  if (has_depth(named->strategy) && colon != std::string_view::npos)
    colon = order.find(':', colon + 1);
  const auto strategy = strategy_text::parse(order.substr(0, colon));
  if (!strategy || (colon == std::string_view::npos && strategy->strategy != strategy::fifo))
    return wrong(example);
  result.strategy = strategy->strategy;
  result.depth = strategy->depth;
  if (colon == std::string_view::npos)
    return result;
  const auto seed = number_in(order.substr(colon + 1));
  if (!seed)
    return wrong(example);
  result.seed = *seed;
  return result;
}

std::string print_then(const crawl_scenario::another_order& then) {
  return fmt::format("{}:{}@{}", strategy_text{then.strategy, then.depth}.to_string(), then.seed,
                     then.from_step);
}

parsed<crawl_scenario::another_seed> parse_reseed(std::string_view text) {
  const auto colon = text.find(':');
  const auto step = number_in(text.substr(0, colon));
  const auto seed =
      colon == std::string_view::npos ? std::nullopt : number_in(text.substr(colon + 1));
  if (!step || !seed)
    return wrong("must be STEP:SEED, such as 1200:7");
  return crawl_scenario::another_seed{*step, *seed};
}

std::string print_reseed(const crawl_scenario::another_seed& reseed) {
  return fmt::format("{}:{}", reseed.from_step, reseed.seed);
}

parsed<wanted_order> parse_wanted(std::string_view text) {
  const auto colon = text.find(": ");
  const auto comma = text.find(", ", colon == std::string_view::npos ? text.size() : colon);
  if (comma == std::string_view::npos || colon == 0)
    return wrong("must be \"KIND: FIRST, SECOND\", such as \"crawler: operations_saved, "
                 "timer_fired\"");
  wanted_order result{std::string{text.substr(0, colon)},
                      std::string{text.substr(colon + 2, comma - colon - 2)},
                      std::string{text.substr(comma + 2)}};
  for (const auto* name : {&result.actor, &result.first, &result.second})
    if (name->empty() || name->find_first_of(":, ") != std::string::npos)
      return wrong("must have names without spaces: \"KIND: FIRST, SECOND\"");
  return result;
}

std::string print_wanted(const wanted_order& wanted) {
  return fmt::format("{}: {}, {}", wanted.actor, wanted.first, wanted.second);
}

parsed<departure> parse_departure(std::string_view text) {
  const auto words = words_of(text);
  departure result;
  const auto read = [](std::string_view word, std::uint64_t& into, int base) {
    const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), into, base);
    return failed == std::errc{} && end == word.data() + word.size();
  };
  if (words.size() != 3 || !read(words[0], result.taken, 16) || !read(words[1], result.head, 16) ||
      !read(words[2], result.after, 10))
    return wrong("must be \"TAKEN BEFORE AFTER\": two names of events in hexadecimal digits, and a "
                 "number of steps");
  return result;
}

std::string print_departure(const departure& choice) {
  return fmt::format("{:016x} {:016x} {}", choice.taken, choice.head, choice.after);
}

namespace {

constexpr std::array<std::string_view, 5> progress_names = {"nothing", "first_byte", "page_border",
                                                            "all_but_one_byte", "all"};
static_assert(progress_names.size() == static_cast<std::size_t>(call_progress::part::bytes));

} // namespace

parsed<call_progress> parse_progress(std::string_view text) {
  for (std::size_t i = 0; i != progress_names.size(); ++i)
    if (progress_names[i] == text)
      return call_progress{static_cast<call_progress::part>(i)};
  const auto bytes = number_in(text);
  if (!bytes)
    return wrong(
        fmt::format("must be one of {}, or a number of bytes", fmt::join(progress_names, ", ")));
  return call_progress{call_progress::part::bytes, *bytes};
}

std::string print_progress(const call_progress& progress) {
  return progress.done == call_progress::part::bytes
             ? fmt::format("{}", progress.bytes)
             : std::string{progress_names.at(static_cast<std::size_t>(progress.done))};
}

parsed<seconds> parse_shift(std::string_view text) {
  const bool is_below = text.starts_with('-');
  if (is_below)
    text.remove_prefix(1);
  // Clocks are off by centuries, which no duration of a configuration may be.
  if (const auto days = text.find('d'); days != std::string_view::npos && days + 1 == text.size()) {
    constexpr std::uint64_t thousand_years = 365'250;
    if (const auto count = actors::parse_number(text.substr(0, days), thousand_years)) {
      const seconds whole = std::chrono::hours{24 * static_cast<std::int64_t>(*count)};
      return is_below ? -whole : whole;
    }
  }
  const auto time = actors::parse_fine_duration(text);
  if (!time || *time % seconds{1} != nanoseconds{0})
    return wrong("must be whole seconds with a sign if they are below zero, such as \"-1h\"; at "
                 "most ten years, or a thousand in days");
  const auto whole = std::chrono::duration_cast<seconds>(*time);
  return is_below ? -whole : whole;
}

std::string print_shift(seconds shift) {
  const auto size = shift < seconds{0} ? -shift : shift;
  constexpr seconds day = std::chrono::hours{24};
  const std::string sign = shift < seconds{0} ? "-" : "";
  return sign + (size % day == seconds{0} && size != seconds{0}
                     ? fmt::format("{}d", size / day)
                     : actors::print_fine_duration(size));
}

} // namespace seedwalk::sim
