#include "sim/scenario/file/scenario_keys.hpp"

#include "actors/runtime/strategies/strategy_text.hpp"
#include "net/bitcoin/chain_params.hpp"
#include "sim/scenario/file/key_makers.hpp"
#include "sim/scenario/file/part_keys.hpp"
#include "sim/scenario/file/step_texts.hpp"

namespace seedwalk::sim {

namespace {

using namespace forms;

constexpr std::uint64_t seeds_end = UINT64_MAX;
constexpr std::uint64_t nodes_max = 1'000'000;

/// The chain that nodes speak, by its magic.
struct chain {
  static constexpr auto kind = value_kind::text;
  static constexpr bool or_text = false;
  parsed<net::magic_bytes> parse(const option_texts& texts) const {
    if (const auto* known = net::find_chain(texts.at(0)))
      return known->magic;
    return tl::unexpected(std::string{"must be one of main, testnet3, testnet4, signet, regtest"} +
                          actors::chain_meant(texts.at(0)));
  }
  option_texts print(const net::magic_bytes& magic) const {
    for (const auto& known : net::known_chains())
      if (known.magic == magic)
        return {std::string{known.name}};
    return {""};
  }
};

using kind_share = written<parse_kind_share, print_share<node_kind, std::uint32_t>>;
using model_share = written<parse_model_share, print_model_share>;
using network_share = written<parse_network_share, print_share<net::network_id, std::uint32_t>>;

void visit_nodes(key_visitor& v, topology_options& o) {
  add(v, "count", o.nodes, number{1, nodes_max});
  add(v, "seeds", o.seeds, number{1, 1'000});
  add(v, "addresses_a_node", o.addresses_a_node, number{2, 1'000});
  add(v, "kinds", o.shares, list<kind_share>{});
  add(v, "models", o.model_shares, list<model_share>{});
  add(v, "networks", o.networks, list<network_share>{});
  add(v, "pace", o.pace, time{});
  add(v, "first", o.first, endpoint{});
  add(v, "chain", o.magic, chain{});
  add(v, "without", o.without, list<number>{{0, nodes_max - 1}});
}

void visit_node(key_visitor& v, node_change& n) {
  add(v, "number", n.number, number{0, nodes_max - 1}, true);
  add_optional(v, "kind", n.kind, names_of<node_kind>(node_kind_count));
  add(v, "model", n.model, text{});
  add_optional(v, "at", n.at, endpoint{});
  add_optional(v, "services", n.services, number{0, UINT64_MAX});
  add_optional(v, "height", n.start_height, signed_number{});
  add_optional(v, "knows", n.knows, list<number>{{0, nodes_max - 1}});
  add(v, "tells", n.tells, list<endpoint>{});
  add(v, "tells_ahead", n.tells_ahead, shift{});
  add(v, "clock", n.clock, shift{});
  add_optional(v, "user_agent", n.user_agent, text{});
  add_optional(v, "protocol", n.protocol, signed_number{});
}

using step_form = written<parse_step, print_step>;

void visit_model(key_visitor& v, node_program& p) {
  add(v, "name", p.name, text{}, true);
  add(v, "steps", p.steps, list<step_form>{}, true);
}

void visit_network(key_visitor& v, crawl_scenario& s) {
  auto& o = s.network.streams;
  add(v, "latency", o.link, delay{});
  add(v, "jitter", o.jitter, delay{});
  add(v, "local_latency", o.local_link, delay{});
  add(v, "loopback_is_remote", o.loopback_is_remote, flag{});
  add(v, "bytes_per_second", o.bytes_per_second, number{0, UINT32_MAX});
  add(v, "window_bytes", o.window_bytes, number{1, UINT32_MAX});
  add(v, "segment_bytes_max", o.segment_bytes_max, number{1, UINT32_MAX});
  add(v, "cut_one_in", o.cut_one_in, number{});
  add(v, "graceful_close", o.graceful_close, time{});
  add(v, "give_up", o.give_up, time{});
  add(v, "datagram_latency", s.network.datagrams.delay, delay{});
  add(v, "datagrams_kept", s.network.datagrams.kept_max, number{});
  add(v, "unknown_hosts", s.network.unknown,
      one_of<unknown_host>{{{"silent", unknown_host::silent},
                            {"refused", unknown_host::refused},
                            {"unreachable", unknown_host::unreachable}}});
  add(v, "proxy", s.proxy_does, proxy_states());
  add(v, "proxy_at", s.proxy, endpoint{});
}

using then_form = written<parse_then_of_file, print_then>;
using reseed_form = written<parse_reseed, print_reseed>;
using wanted_form = written<parse_wanted, print_wanted>;
using departure_form = written<parse_departure, print_departure>;

/// A strategy and its depth are one text.
/// Who watches a run.
struct oracle_names_form {
  static constexpr auto kind = value_kind::text;
  static constexpr bool or_text = false;
  parsed<oracle_choice> parse(const option_texts& texts) const {
    return oracle_choice::parse(texts.at(0));
  }
  option_texts print(const oracle_choice& value) const { return {value.to_string()}; }
};

void visit_strategy(key_visitor& v, crawl_scenario& s) {
  v.key({"strategy",
         value_kind::text,
         false,
         false,
         [&s](const option_texts& texts) -> tl::expected<void, std::string> {
           const auto read = strategy_text::parse(texts.at(0));
           if (!read)
             return tl::unexpected(
                 fmt::format("must be one of {}, with a depth from 1 to {} behind "
                             "pct and pctcp: \"pct:3\"",
                             fmt::join(strategy_names(), ", "), strategy_text::depth_max));
           s.schedule = read->strategy;
           s.order.depth = read->depth;
           return {};
         },
         [&s] {
           return std::optional{option_texts{strategy_text{s.schedule, s.order.depth}.to_string()}};
         },
         {}});
}

void visit_schedule(key_visitor& v, crawl_scenario& s) {
  visit_strategy(v, s);
  add(v, "wanted", s.wanted, list<wanted_form>{});
  add(v, "ahead", s.order.ahead, time{});
  add(v, "behind", s.order.behind, time{"unbounded"});
  add_optional(v, "then", s.then, then_form{});
  add(v, "reseed", s.reseeds, list<reseed_form>{});
  add(v, "redraw", s.redraws, list<reseed_form>{});
  add(v, "choices", s.order.given, list<departure_form>{});
}

void visit_drawn(key_visitor& v, crawl_scenario& s) {
  add(v, "faults", s.drawn_faults, number{0, 1'000});
  add(v, "reloads", s.drawn_reloads, number{0, 1'000});
}

/// What `[crawler.config]` has where it says nothing.
crawler_part usual_part() {
  return plain_crawl(1, 4).parts().front();
}

} // namespace

void visit_scenario(key_visitor& v, crawl_scenario& s) {
  add(v, "seed", s.seed, number{0, seeds_end});
  add(v, "deep", s.deep, flag{});
  add(v, "limit", s.limit, time{});
  add(v, "wall", s.wall, wall_clock{});
  add(v, "starts_at_dns", s.starts_at_dns, flag{});
  add(v, "oracles", s.oracles, oracle_names_form{});
  v.table("nodes", [&](key_visitor& inside) { visit_nodes(inside, s.nodes); });
  add_tables(v, "node", s.nodes.changes, visit_node);
  add_tables(v, "model", s.nodes.models, visit_model);
  v.table("network", [&](key_visitor& inside) { visit_network(inside, s); });
  const auto usual = usual_part();
  auto parts = s.parts();
  add_tables(v, "crawler", parts, visit_crawler, usual);
  if (parts.empty())
    parts.push_back(usual); // `crawler = []`, which `--set` may say of a file that has some.
  s.set_parts(std::move(parts));
  // Where nodes are depends on all of the above.
  const auto nodes = completed_nodes(s);
  add_tables(v, "name", s.names,
             [&nodes](key_visitor& inside, named_answer& one) { visit_name(inside, one, nodes); });
  add_tables(v, "fault", s.faults,
             [&nodes](key_visitor& inside, fault_rule& rule) { visit_fault(inside, rule, nodes); });
  add_tables(v, "operation", s.operations, [&nodes](key_visitor& inside, planned_operation& one) {
    visit_operation(inside, one, nodes);
  });
  v.table("drawn", [&](key_visitor& inside) { visit_drawn(inside, s); });
  v.table("schedule", [&](key_visitor& inside) { visit_schedule(inside, s); });
  v.table("expect", [&](key_visitor& inside) { visit_expectations(inside, s.expect); });
}

} // namespace seedwalk::sim
