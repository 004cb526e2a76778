#include <algorithm>

#include "net/chain_params.hpp"
#include "tools/command_line.hpp"
#include "tools/node_kind_flags.hpp"
#include "tools/zoo_command.hpp"

namespace seedwalk::tools {

namespace {

constexpr auto examples = R"(seedwalk zoo --nodes 500
seedwalk zoo --nodes 5000 --addresses 1000 --kind honest=1
seedwalk zoo --nodes 200 --kind honest=6 --kind silent=2 --kind refused=2 --pace 1)";

} // namespace

exit_code run_zoo(invocation& how) {
  command_line line{
      "zoo", "Serves simulated nodes on real loopback ports, to crawl without leaving the machine.",
      examples};
  zoo_options options;
  node_kind_flags kinds;
  auto& nodes = options.server.nodes;
  std::uint16_t port = nodes.first.port;
  double pace_s = 1;
  line.app()
      .add_option("--nodes", nodes.nodes, "how many nodes there are")
      ->check(CLI::Range(4u, 1'000'000u));
  line.app().add_option("--seed", nodes.seed, "kinds and tables are drawn from it");
  line.app()
      .add_option("--port", port, "where they listen; the next port is that of those that refuse")
      ->check(CLI::Range(1, 65534));
  line.app()
      .add_option("--addresses", nodes.addresses_a_node, "what a node tells of others")
      ->check(CLI::Range(1u, 1000u));
  line.app()
      .add_option("--pace", pace_s, "by how many seconds slow nodes are late")
      ->check(CLI::Range(0.0, 3600.0));
  line.app().add_option("--network", options.network, "which chain they are of");
  kinds.declare(line.app());
  line.app().add_flag("--json", options.json,
                      "the first line of standard output tells how to crawl it, as JSON");
  line.app().add_flag("--quiet", options.quiet, "say nothing else");
  if (const auto code = line.parse(how))
    return *code;
  const auto chain = net::find_chain(options.network);
  if (!chain)
    return line.refuse(how,
                       "--network " + options.network + ": there is no such chain; try regtest");
  const auto shares = kinds.read(mixed_kinds(false));
  if (!shares)
    return line.refuse(how, shares.error());
  nodes.shares = *shares;
  nodes.magic = chain->magic;
  nodes.first.port = port;
  nodes.pace = std::chrono::nanoseconds{static_cast<std::int64_t>(pace_s * 1e9)};
  nodes.addresses_a_node = std::min(nodes.addresses_a_node, nodes.nodes);
  return run_zoo(options, how.terminal);
}

} // namespace seedwalk::tools
