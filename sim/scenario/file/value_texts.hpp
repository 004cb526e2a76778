#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/config/config_text.hpp"
#include "actors/runtime/schedule.hpp"
#include "net/address/endpoint.hpp"
#include "sim/disk/disk.hpp"
#include "sim/network/fault_rules.hpp"
#include "sim/network/latency.hpp"
#include "sim/nodes/topology.hpp"
#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::sim {

// Values of a scenario as text, for files and for options of the command line. Whatever `print_`
// writes, `parse_` of the same name reads back as the same value. An error is half a sentence, to
// stand behind the name of the key.

using actors::parsed;

/// "40ms" always takes so long; "uniform 1ms 5ms" from least to most; "exponential 0s 1ms" the
/// least and a mean on top; "log_normal 40ms 60" a median and a deviation in percent.
parsed<latency> parse_latency(std::string_view text);
std::string print_latency(const latency& time);

/// Whom a fault is about: "anybody", a network ("torv3"), a subnet ("10.0.0.0/8"), an address, each
/// of them with " port 8333" behind it if need be, or an endpoint. With `nodes`, "node 7" is the
/// address of that node, on any port: it is read, and written as that address.
parsed<endpoint_set> parse_hosts(std::string_view text, const topology_options* nodes = nullptr);
std::string print_hosts(const endpoint_set& hosts);

/// An address without a port, which is then 0.
parsed<net::endpoint> parse_address(std::string_view text);
std::string print_address(const net::endpoint& address);

/// "honest=8": a kind of node, and its parts; one unless they are said.
parsed<std::pair<node_kind, std::uint32_t>> parse_kind_share(std::string_view text);
/// "torv3=2": a network that gossip names, and its parts.
parsed<std::pair<net::network_id, std::uint32_t>> parse_network_share(std::string_view text);
/// "a liar=2": the name of a model, and its parts.
parsed<std::pair<std::string, std::uint32_t>> parse_model_share(std::string_view text);
std::string print_model_share(const std::pair<std::string, std::uint32_t>& share);
/// "complete=12": how visits ended, and how many did.
parsed<std::pair<net::outcome, std::uint64_t>> parse_outcome_count(std::string_view text);
/// A rare place by its name: "census_resumed".
parsed<net::probe> parse_probe(std::string_view text);
inline std::string print_probe(net::probe p) {
  return std::string{net::name_of(p)};
}
/// Any of the others.
template <class Name, class Number>
std::string print_share(const std::pair<Name, Number>& share) {
  return std::string{name_of(share.first)} + "=" + std::to_string(share.second);
}

/// "uniform:7@1200", "pct:3:7@1200", "fifo@1200"; from step `from` where none is said.
parsed<crawl_scenario::another_order> parse_then(std::string_view text, std::uint64_t from = 0);
/// A file says the step, or means the beginning.
inline parsed<crawl_scenario::another_order> parse_then_of_file(std::string_view text) {
  return parse_then(text);
}
std::string print_then(const crawl_scenario::another_order& then);

/// "1200:7": from step 1200 on the seed is 7.
parsed<crawl_scenario::another_seed> parse_reseed(std::string_view text);
std::string print_reseed(const crawl_scenario::another_seed& reseed);

/// "KIND: FIRST, SECOND": a kind of actor, and two types of messages without their namespaces.
parsed<wanted_order> parse_wanted(std::string_view text);
std::string print_wanted(const wanted_order& wanted);

/// "TAKEN BEFORE AFTER": two names of events in 16 hexadecimal digits each, and a number of steps.
parsed<departure> parse_departure(std::string_view text);
std::string print_departure(const departure& choice);

/// A duration with a sign before it if it is below zero, in whole seconds: "-1h".
parsed<std::chrono::seconds> parse_shift(std::string_view text);
std::string print_shift(std::chrono::seconds shift);

/// How far a call of a disk has come: "nothing", "first_byte", "page_border", "all_but_one_byte",
/// "all", or a number of bytes: "17".
parsed<call_progress> parse_progress(std::string_view text);
std::string print_progress(const call_progress& progress);

/// The words of a text, which one or more spaces separate.
std::vector<std::string_view> words_of(std::string_view text);

/// All kinds of nodes, as a list for a person.
std::string known_kinds();

} // namespace seedwalk::sim
