#include <algorithm>

#include "actors/config/config_text.hpp"
#include "net/bitcoin/chain_params.hpp"
#include "tools/command_line.hpp"
#include "tools/node_kind_flags.hpp"
#include "tools/option_values.hpp"
#include "tools/zoo_command.hpp"

namespace seedwalk::tools {

namespace {

constexpr auto zoo_examples = R"(seedwalk zoo --nodes 500
seedwalk zoo --nodes 5000 --addresses 1000 --kind honest=1
seedwalk zoo --nodes 200 --kind honest=6 --kind silent=2 --kind refused=2 --pace 1)";

} // namespace

exit_code run_zoo(invocation& invoked) {
  command_line line{
      "zoo", "Serves simulated nodes on real loopback ports, to crawl without leaving the machine.",
      zoo_examples};
  zoo_options options;
  node_kind_flags kinds;
  auto& nodes = options.server.nodes;
  std::uint16_t port = nodes.first.port;
  nodes.pace = std::chrono::seconds{1};
  add_number(line.app(), "--nodes", nodes.nodes, {4, 1'000'000}, "how many nodes there are");
  add_number(line.app(), "--seed", nodes.seed, {}, "kinds and tables are drawn from it");
  add_number(line.app(), "--port", port, {1, 65'534},
             "where they listen; the next port is that of those that refuse");
  add_number(line.app(), "--addresses", nodes.addresses_a_node, {1, 1'000},
             "what a node tells of others");
  add_seconds(line.app(), "--pace", nodes.pace, std::chrono::hours{1},
              "by how many seconds slow nodes are late");
  add_name(line.app(), "--network", options.network, "which chain they are of")
      ->type_name("main|testnet3|testnet4|signet|regtest");
  kinds.declare(line.app());
  line.app().add_flag("--json", options.json,
                      "the first line of standard output tells how to crawl it, as JSON");
  line.app().add_flag("--quiet", options.quiet, "say nothing else");
  if (const auto code = line.parse(invoked))
    return *code;
  const auto chain = net::find_chain(options.network);
  if (!chain)
    return line.refuse(invoked, "--network " + options.network + ": there is no such chain" +
                                    actors::chain_meant(options.network));
  const auto shares = kinds.read(mixed_kinds(false));
  if (!shares)
    return line.refuse(invoked, shares.error());
  nodes.shares = *shares;
  nodes.magic = chain->magic;
  nodes.first.port = port;
  nodes.addresses_a_node = std::min(nodes.addresses_a_node, nodes.nodes);
  return run_zoo(options, invoked.terminal);
}

} // namespace seedwalk::tools
