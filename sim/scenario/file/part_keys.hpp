#pragma once

#include "sim/scenario/file/key_makers.hpp"

namespace seedwalk::sim {

// The keys of the parts of a scenario that are lists of tables, for `visit_scenario`. `nodes` is
// where nodes are: "node 7" stands for an address.

void visit_crawler(key_visitor& v, crawler_part& part);
void visit_name(key_visitor& v, named_answer& one, const topology_options& nodes);
void visit_fault(key_visitor& v, fault_rule& rule, const topology_options& nodes);
void visit_operation(key_visitor& v, planned_operation& one, const topology_options& nodes);
void visit_expectations(key_visitor& v, expectations& e);

namespace forms {

/// Seconds since 1970.
struct wall_clock {
  static constexpr auto kind = value_kind::integer;
  static constexpr bool or_text = false;
  parsed<std::chrono::seconds> parse(const option_texts& texts) const;
  option_texts print(std::chrono::seconds value) const {
    return {fmt::format("{}", value.count())};
  }
};

/// The nth crawler by its letter: "a", "b", ..., "z", "a1", ...
struct crawler_letter {
  static constexpr auto kind = value_kind::text;
  static constexpr bool or_text = false;
  parsed<std::uint32_t> parse(const option_texts& texts) const;
  option_texts print(std::uint32_t nth) const { return {crawler_name(nth)}; }
};

one_of<proxy_state> proxy_states();

} // namespace forms

} // namespace seedwalk::sim
