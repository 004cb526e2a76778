#include "tools/zoo_command.hpp"

#include <map>
#include <ostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace seedwalk::tools {

namespace {

std::map<std::string, std::uint64_t> count_kinds(const sim::topology& nodes) {
  std::map<std::string, std::uint64_t> result;
  for (const auto& node : nodes.nodes())
    ++result[std::string(name_of(node.kind))];
  return result;
}

std::uint64_t count_good(const sim::topology& nodes) {
  std::uint64_t result = 0;
  for (const auto& node : nodes.nodes())
    result += truth_of(node.kind).good ? 1 : 0;
  return result;
}

std::string crawl_arguments(const zoo_options& options, const sim::topology& nodes) {
  return fmt::format("--network {} --allow-unroutable --connect {} --once", options.network,
                     net::to_string(nodes.seeds().front()));
}

void greet(const zoo_options& options, const sim::topology& nodes, console& terminal) {
  if (options.json) {
    terminal.out << nlohmann::json{{"type", "listening"},
                                   {"nodes", nodes.nodes().size()},
                                   {"good", count_good(nodes)},
                                   {"kinds", count_kinds(nodes)},
                                   {"connect", net::to_string(nodes.seeds().front())},
                                   {"network", options.network}}
                 << std::endl; // The reader of this line waits behind a pipe.
  } else if (!options.quiet) {
    terminal.err << fmt::format("{} nodes, {} of them good, from {} on. Crawl them with:\n\n"
                                "    seedwalk crawl {} --db zoo-db\n\n",
                                nodes.nodes().size(), count_good(nodes),
                                net::to_string(nodes.nodes().front().at),
                                crawl_arguments(options, nodes))
                 << std::flush;
  }
}

void report(const zoo_options& options, const zoo_server& zoo, console& terminal) {
  const auto s = zoo.statistics();
  const auto violations = zoo.violations();
  if (options.json) {
    auto list = nlohmann::json::array();
    for (const auto& v : violations)
      list.push_back({{"node", net::to_string(v.node)}, {"rule", v.rule}});
    terminal.out << nlohmann::json{{"type", "summary"},        {"accepted", s.accepted},
                                   {"open", s.open},           {"peak_open", s.peak_open},
                                   {"strangers", s.strangers}, {"bytes_in", s.bytes_in},
                                   {"bytes_out", s.bytes_out}, {"violations", s.violations},
                                   {"violation_list", list}}
                 << '\n';
    return;
  }
  if (!options.quiet)
    terminal.err << fmt::format("{} connections, {} at once at most; {} bytes in, {} out\n",
                                s.accepted, s.peak_open, s.bytes_in, s.bytes_out);
  for (const auto& v : violations)
    terminal.err << fmt::format("{}: {}\n", net::to_string(v.node), v.rule);
}

} // namespace

exit_code run_zoo(const zoo_options& options, console& terminal) {
  zoo_server zoo(options.server);
  if (options.server.nodes.nodes == 0) {
    terminal.err << "a zoo needs at least one node\n";
    return exit_code::usage;
  }
  if (const auto listening = zoo.listen(); !listening) {
    terminal.err << listening.error() << '\n';
    return exit_code::usage;
  }
  if (terminal.out_buffer) // Nodes that serve do not wait for the reader of their summary.
    terminal.out_buffer->set_patience(std::chrono::seconds{2});
  greet(options, zoo.nodes(), terminal);
  zoo.run_until_interrupted();
  zoo.stop();
  report(options, zoo, terminal);
  return zoo.statistics().violations == 0 ? exit_code::done : exit_code::invariant_broken;
}

} // namespace seedwalk::tools
