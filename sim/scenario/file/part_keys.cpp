#include "sim/scenario/file/part_keys.hpp"

#include <csignal>

namespace seedwalk::sim {

using namespace forms;

namespace forms {

parsed<std::chrono::seconds> wall_clock::parse(const option_texts& texts) const {
  constexpr std::uint64_t year_2200 = 7'258'118'400;
  const auto seconds = actors::parse_number(texts.at(0), year_2200);
  if (!seconds)
    return tl::unexpected(seconds.error());
  return std::chrono::seconds{static_cast<std::int64_t>(*seconds)};
}

parsed<std::uint32_t> crawler_letter::parse(const option_texts& texts) const {
  for (std::uint32_t nth = 0; nth != crawlers_max; ++nth)
    if (crawler_name(nth) == texts.at(0))
      return nth;
  return tl::unexpected(std::string{"must be the letter of a crawler: \"a\" is the first"});
}

one_of<proxy_state> proxy_states() {
  return {{{"absent", proxy_state::absent},
           {"silent", proxy_state::silent},
           {"working", proxy_state::working}}};
}

} // namespace forms

namespace {

constexpr std::uint64_t no_bound = UINT64_MAX;

one_of<net::error> reasons() {
  return names_of<net::error>(static_cast<std::size_t>(net::error::unknown) + 1);
}

/// What the resolver says; null where a table is about something else.
void visit_answer(key_visitor& v, name_answer* answer, const topology_options& nodes,
                  std::string_view needs) {
  add_if(v, "addresses", answer ? &answer->addresses : nullptr, list<node_address>{{&nodes}},
         needs);
  add_if(v, "reason", answer ? &answer->reason : nullptr, reasons(), needs);
  add_if(v, "latency", answer ? &answer->delay : nullptr, delay{}, needs);
}

void visit_disk_fault(key_visitor& v, disk_fault& f) {
  add(v, "call", f.call, names_of<disk_call>(disk_call_count), true);
  add(v, "does", f.consequence,
      one_of<disk_fault::effect>{{{"io_error", disk_fault::effect::io_error},
                                  {"no_space", disk_fault::effect::no_space},
                                  {"slow", disk_fault::effect::slow},
                                  {"lie", disk_fault::effect::lie}}},
      true);
  add(v, "first", f.first, number{1, no_bound});
  add(v, "count", f.count, number{1, no_bound});
  add(v, "extra", f.extra, time{});
}

void visit_disk(key_visitor& v, disk::options& o) {
  add(v, "capacity_bytes", o.capacity_bytes, number{0, no_bound});
  add(v, "sync_commits_names", o.sync_commits_names, flag{});
  add(v, "call_cost", o.call_cost, time{});
  add(v, "kib_cost", o.kib_cost, time{});
  add(v, "sync_cost_min", o.sync_cost_min, time{});
  add(v, "sync_cost_max", o.sync_cost_max, time{});
  add_tables(v, "fault", o.faults, visit_disk_fault);
}

void visit_clock(key_visitor& v, clock_step& step) {
  add(v, "at", step.at, time{}, true);
  add(v, "by", step.by, shift{});
  add_optional(v, "rate", step.rate, number{0, 10 * clock_step::right_rate});
}

constexpr std::array<std::string_view, 10> fault_names = {
    "pass", "fail_dial", "drop",        "silence",  "delay",
    "drip", "reset",     "reset_after", "truncate", "corrupt"};

void visit_action(key_visitor& v, fault_action& action) {
  add_choice(v, "does", action, fault_names);
  add_if(v, "reason", member_of(action, &fault::fail_dial::reason), reasons(),
         "does = \"fail_dial\"");
  add_if(v, "extra", member_of(action, &fault::delay::extra), delay{}, "does = \"delay\"");
  add_if(v, "segment_bytes", member_of(action, &fault::drip::segment_bytes), number{1, UINT32_MAX},
         "does = \"drip\"");
  add_if(v, "interval", member_of(action, &fault::drip::interval), time{}, "does = \"drip\"");
  auto* after_bytes = member_of(action, &fault::reset::after_bytes);
  if (after_bytes == nullptr)
    after_bytes = member_of(action, &fault::truncate::after_bytes);
  add_if(v, "after_bytes", after_bytes, number{0, no_bound}, "does = \"reset\" or \"truncate\"");
  add_if(v, "age", member_of(action, &fault::reset_after::age), time{}, "does = \"reset_after\"");
  add_if(v, "offset", member_of(action, &fault::corrupt::offset), number{0, no_bound},
         "does = \"corrupt\"");
  add_if(v, "mask", member_of(action, &fault::corrupt::mask), number{1, 255}, "does = \"corrupt\"");
}

constexpr std::array<std::string_view, 9> operation_names = {
    "reload", "stop", "crash", "own_address", "proxy", "disk_room", "name", "flip_bit", "control"};

/// When an operation comes: one of three keys says it.
void visit_moment(key_visitor& v, planned_operation& one) {
  add_optional(v, "at_step", one.at_step, number{0, no_bound});
  add_optional(v, "at_disk_call", one.at_disk_call, number{1, no_bound});
  const bool is_elsewhere = one.at_step || one.at_disk_call;
  add_if(v, "at", is_elsewhere ? nullptr : &one.at, time{},
         "an operation without at_step and at_disk_call", !is_elsewhere);
}

void visit_stop(key_visitor& v, operation_action& action) {
  add_if(v, "signal", member_of(action, &operation::stop::signal),
         one_of<int>{{{"none", 0}, {"SIGINT", SIGINT}, {"SIGTERM", SIGTERM}}}, "does = \"stop\"");
}

void visit_flip(key_visitor& v, operation_action& action) {
  using kind = operation::flip_bit::kind;
  constexpr auto needs = "does = \"flip_bit\"";
  add_if(v, "of", member_of(action, &operation::flip_bit::of),
         one_of<kind>{{{"log", kind::log},
                       {"table", kind::table},
                       {"manifest", kind::manifest},
                       {"current", kind::current}}},
         needs);
  add_if(v, "byte", member_of(action, &operation::flip_bit::byte), number{0, no_bound}, needs);
  add_if(v, "bit", member_of(action, &operation::flip_bit::bit), number{0, 7}, needs);
}

void visit_control(key_visitor& v, operation_action& action) {
  constexpr auto needs = "does = \"control\"";
  auto* asked = std::get_if<operation::control>(&action);
  add_if(v, "request", asked ? &asked->request : nullptr, text{}, needs);
  if (asked != nullptr)
    add_optional(v, "answered", asked->answered, text{});
  else
    add_if(v, "answered", static_cast<std::string*>(nullptr), text{}, needs);
}

using progress_form = written<parse_progress, print_progress>;

void visit_crash(key_visitor& v, planned_operation& one) {
  constexpr auto needs = "does = \"crash\"";
  auto* crash = std::get_if<operation::crash>(&one.action);
  add_if(v, "call_done", crash && one.at_disk_call ? &one.progress : nullptr, progress_form{},
         "does = \"crash\" with at_disk_call");
  using bytes = loss_model::bytes;
  using names = loss_model::names;
  add_if(v, "unsynced", crash ? &crash->loss.unsynced : nullptr,
         one_of<bytes>{{{"keep", bytes::keep},
                        {"lose", bytes::lose},
                        {"tear", bytes::tear},
                        {"pages", bytes::pages}}},
         needs);
  add_if(v, "uncommitted", crash ? &crash->loss.uncommitted : nullptr,
         one_of<names>{{{"keep", names::keep}, {"lose", names::lose}, {"prefix", names::prefix}}},
         needs);
  add_if(v, "loss_seed", crash ? &crash->loss.seed : nullptr, number{0, no_bound}, needs);
  add_if(v, "down", crash ? &crash->down : nullptr, time{}, needs);
}

void visit_peer(key_visitor& v, peer_expectation& e) {
  add_optional(v, "node", e.node, number{});
  add_optional(v, "at", e.at, endpoint{});
  add(v, "crawler", e.crawler, crawler_letter{});
  add_optional(v, "known", e.known, flag{});
  add_optional(v, "good", e.good, flag{});
  add_optional(v, "outcome", e.outcome, names_of<net::outcome>(net::outcome_count));
  add_optional(v, "stage", e.stage,
               names_of<net::stage>(static_cast<std::size_t>(net::stage::addresses) + 1));
  add_optional(v, "blame", e.blame,
               names_of<net::blame>(static_cast<std::size_t>(net::blame::cancelled) + 1));
  add_optional(v, "tries", e.tries, number{});
  add_optional(v, "maybe_full", e.maybe_full, number{});
  add_optional(v, "heard", e.heard, number{});
  add_optional(v, "accepted", e.accepted, number{});
  add_optional(v, "user_agent", e.user_agent, text{});
  add_optional(v, "services", e.services, number{0, no_bound});
  add_optional(v, "protocol", e.protocol, signed_number{});
  add_optional(v, "announced_beyond", e.announced_beyond, shift{});
  add_optional(v, "announced_within", e.announced_within, shift{});
}

} // namespace

void visit_crawler(key_visitor& v, crawler_part& part) {
  add(v, "count", part.count, number{1, crawlers_max});
  add(v, "addresses", part.addresses, list<address>{});
  add(v, "endpoints_expected", part.endpoints_expected, number{0, UINT32_MAX});
  v.config("config", part.recipe.config);
  v.table("disk", [&](key_visitor& inside) { visit_disk(inside, part.drive); });
  add_tables(v, "clock", part.wall_steps, visit_clock);
}

void visit_name(key_visitor& v, named_answer& one, const topology_options& nodes) {
  add(v, "host", one.host, text{}, true);
  visit_answer(v, &one.answer, nodes, {});
}

void visit_fault(key_visitor& v, fault_rule& rule, const topology_options& nodes) {
  add(v, "name", rule.name, text{}, true);
  add(v, "since", rule.since, time{});
  add(v, "until", rule.until, time{"never"});
  add(v, "from", rule.from, hosts{&nodes});
  add(v, "to", rule.to, hosts{&nodes});
  add(v, "both_directions", rule.both_directions, flag{});
  add(v, "hit", rule.hit, number{});
  add(v, "of", rule.of, number{1, UINT32_MAX});
  visit_action(v, rule.action);
}

void visit_operation(key_visitor& v, planned_operation& one, const topology_options& nodes) {
  visit_moment(v, one);
  add_optional(v, "crawler", one.crawler, crawler_letter{});
  add_choice(v, "does", one.action, operation_names);
  visit_stop(v, one.action);
  add_if(v, "file", member_of(one.action, &operation::reload::contents), text{},
         "does = \"reload\"");
  visit_crash(v, one);
  add_if(v, "address", member_of(one.action, &operation::own_address::address), address{},
         "does = \"own_address\"");
  add_if(v, "proxy", member_of(one.action, &operation::proxy::does), proxy_states(),
         "does = \"proxy\"");
  add_if(v, "room_bytes", member_of(one.action, &operation::disk_room::bytes), number{0, no_bound},
         "does = \"disk_room\"");
  add_if(v, "host", member_of(one.action, &operation::name::host), text{}, "does = \"name\"");
  visit_answer(v, member_of(one.action, &operation::name::answer), nodes, "does = \"name\"");
  visit_flip(v, one.action);
  visit_control(v, one.action);
}

void visit_expectations(key_visitor& v, expectations& e) {
  add(v, "violations", e.violations, list<text>{});
  add(v, "violations_allowed", e.violations_allowed, list<text>{});
  add_optional(v, "end", e.end,
               one_of<actors::crawl_end>{{{"finished", actors::crawl_end::finished},
                                          {"stopped", actors::crawl_end::stopped},
                                          {"failed", actors::crawl_end::failed}}});
  add_optional(v, "problem", e.problem, text{});
  add_optional(v, "ends_within", e.ends_within, time{});
  add_optional(v, "lasts", e.lasts, time{});
  add_optional(v, "precision_percent", e.precision_percent, number{0, 100});
  add_optional(v, "recall_percent", e.recall_percent, number{0, 100});
  add_optional(v, "recall_percent_max", e.recall_at_most, number{0, 100});
  add_optional(v, "known", e.known, number{});
  add_optional(v, "good", e.good, number{});
  add_optional(v, "addresses", e.addresses, number{});
  add_optional(v, "connections_max", e.most_connections, number{});
  add_optional(v, "visits_min", e.visits_at_least, number{});
  add_optional(v, "resumed", e.resumed, flag{});
  add(v, "outcomes", e.outcomes,
      list<written<parse_outcome_count, print_share<net::outcome, std::uint64_t>>>{});
  add(v, "all_operations", e.all_operations, flag{});
  add(v, "probes", e.probes, list<written<parse_probe, print_probe>>{});
  add_tables(v, "peer", e.peers, visit_peer);
}

} // namespace seedwalk::sim
