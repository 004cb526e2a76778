#include "tools/db_command.hpp"

#include <algorithm>
#include <array>
#include <ostream>

#include <fmt/format.h>

#include "net/bitcoin/chain_params.hpp"
#include "tools/db_subcommands.hpp"
#include "tools/option_values.hpp"
#include "tools/store_errors.hpp"

namespace seedwalk::tools {

namespace {

constexpr std::string_view db_help =
    R"(Looks into a database; into that of a crawl that runs, too, through its control socket.
Usage: seedwalk db stats|get|list|export|censuses|check|digest|migrate [OPTIONS]

  stats     count what is known
  get       all that is known of one endpoint
  list      the endpoints that are known
  export    the same for other programs: JSON lines, CSV, or the dump of a DNS seed
  censuses  the walks through the network: what was counted, which networks were not dialled
  check     prove that records and indexes agree
  digest    a hash of everything: two databases that hold the same have the same
  migrate   bring one of an earlier version up to date; nothing else here writes

Examples:
  seedwalk db stats --db ./main-db
  seedwalk db get 127.1.0.1:18444 --db ./zoo-db
  seedwalk db list --good --json --db ./main-db | jq -r .user_agent | sort | uniq -c
)";

std::optional<net::network_id> network_named(std::string_view name) {
  constexpr std::array known = {net::network_id::ipv4,  net::network_id::ipv6,
                                net::network_id::torv3, net::network_id::i2p,
                                net::network_id::cjdns, net::network_id::yggdrasil};
  const auto found =
      std::ranges::find(known, name, [](net::network_id n) { return net::name_of(n); });
  return found == known.end() ? std::nullopt : std::optional{*found};
}

} // namespace

db_line::db_line(const std::string& name, std::string purpose, std::string examples)
    : name_(name), line_(name, std::move(purpose), std::move(examples)),
      flags_(line_, {"network.name", "storage.path"}) {}

std::optional<db_line::database_place> db_line::place(const invocation& invoked,
                                                      exit_code& code) const {
  const auto layered = flags_.load(invoked.env);
  if (!layered) {
    code = line_.refuse(invoked, layered.error());
    return std::nullopt;
  }
  // A path that was given is opened whatever its chain; a chain that was given has to be its.
  const auto named = [&layered](std::string_view path) {
    return layered->source_of(path) != value_source::built_in;
  };
  const bool any_chain = named("storage.path") && !named("network.name");
  const auto& config = layered->config;
  store::database_options options;
  options.chain = any_chain ? "" : config.network.name;
  return database_place{config.storage.path, std::move(options)};
}

std::optional<db_access> db_line::open(const invocation& invoked, exit_code& code) const {
  auto named = place(invoked, code);
  if (!named)
    return std::nullopt;
  auto db = db_access::open(named->path, std::move(named->options));
  if (!db) {
    code = fail(invoked, db.error());
    return std::nullopt;
  }
  if (const auto* local_store = db->local(); local_store != nullptr)
    for (const auto& finding : local_store->findings())
      invoked.terminal.err << fmt::format("note: {}\n", finding);
  return std::move(*db);
}

std::uint16_t db_line::default_port(const invocation& invoked) const {
  const auto layered = flags_.load(invoked.env);
  const auto* chain = net::find_chain(layered ? layered->config.network.name : "main");
  return chain == nullptr ? 0 : chain->default_port;
}

exit_code db_line::fail(const invocation& invoked, const store::error& error) const {
  invoked.terminal.err << fmt::format("seedwalk {}: {}\n", name_, error.message);
  return exit_code_of(error.code);
}

void db_selection::declare(CLI::App& app) {
  app.add_flag("--good", good_only, "only those whose last visit reached their verack");
  app.add_flag("--tried", tried_only, "only those that were visited");
  add_name(app, "--only", network, "only this network")
      ->type_name("ipv4|ipv6|torv3|i2p|cjdns|yggdrasil");
  add_number(app, "--limit", limit, {1}, "at most so many");
}

std::string db_selection::problem() const {
  if (network.empty() || network_named(network))
    return {};
  return fmt::format("--only {}: must be one of ipv4, ipv6, torv3, i2p, cjdns, yggdrasil", network);
}

store::list_query db_selection::query() const {
  store::list_query query;
  query.good_only = good_only;
  query.tried_only = tried_only;
  query.network = network_named(network);
  return query;
}

std::optional<exit_code>
for_each_peer(const db_line& line, const invocation& invoked, db_access& db,
              const db_selection& selection,
              const std::function<void(const net::endpoint&, const store::peer_record&)>& each) {
  auto query = selection.query();
  const auto wanted = selection.limit.value_or(UINT64_MAX);
  for (std::uint64_t given = 0; given < wanted;) {
    query.limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted - given, 1'000));
    const auto answer = db.ask(query);
    if (!answer)
      return line.fail(invoked, answer.error());
    const auto& page = std::get<store::list_answer>(*answer);
    for (const auto& [peer, record] : page.peers)
      each(peer, record);
    given += page.peers.size();
    if (!page.next)
      return std::nullopt;
    query.after = page.next;
  }
  return std::nullopt;
}

store::timestamp wall_time() {
  return std::chrono::duration_cast<store::timestamp>(
      std::chrono::system_clock::now().time_since_epoch());
}

exit_code run_db(invocation& invoked) {
  struct subcommand {
    std::string_view name;
    exit_code (*run)(invocation& invoked);
  };
  constexpr std::array<subcommand, 8> subcommands = {{{"stats", run_db_stats},
                                                      {"get", run_db_get},
                                                      {"list", run_db_list},
                                                      {"export", run_db_export},
                                                      {"censuses", run_db_censuses},
                                                      {"check", run_db_check},
                                                      {"digest", run_db_digest},
                                                      {"migrate", run_db_migrate}}};
  std::array<std::string_view, subcommands.size()> names;
  std::ranges::transform(subcommands, names.begin(), &subcommand::name);
  const auto chosen = choose_subcommand(invoked, "db", names, db_help);
  const auto found = std::ranges::find(subcommands, chosen.name, &subcommand::name);
  return found == subcommands.end() ? chosen.code : found->run(invoked);
}

} // namespace seedwalk::tools
