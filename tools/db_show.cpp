#include <ostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "net/bitcoin/services.hpp"
#include "store/export.hpp"
#include "tools/db_subcommands.hpp"
#include "tools/option_values.hpp"
#include "tools/text_table.hpp"

namespace seedwalk::tools {

namespace {

using nlohmann::json;

/// The counters of a database by the names that reports have.
json stats_document(const store::stats_answer& s) {
  json document{{"known", s.known},
                {"visited", s.visited},
                {"reached", s.reached},
                {"good", s.good},
                {"reached_this_week", s.reached_lately},
                {"visits", s.visits},
                {"inbound", s.inbound},
                {"inbound_kept", s.inbound_kept},
                {"inbound_dropped", s.inbound_dropped},
                {"censuses", s.censuses},
                {"bans", s.bans},
                {"user_agents", s.user_agents}};
  auto& networks = document["known_by_network"] = json::object();
  for (std::size_t i = 1; i != s.known_by_network.size(); ++i)
    networks[std::string{net::name_of(static_cast<net::network_id>(i))}] = s.known_by_network[i];
  auto& not_dialled = document["not_dialled"] = json::object();
  for (std::size_t i = 1; i != s.not_dialled.size(); ++i)
    if (s.not_dialled[i] != 0)
      not_dialled[std::string{net::name_of(static_cast<net::network_id>(i))}] = s.not_dialled[i];
  auto& classes = document["known_by_class"] = json::object();
  for (std::size_t i = 0; i != s.known_by_class.size(); ++i)
    classes[std::string{store::name_of(static_cast<store::dial_class>(i))}] = s.known_by_class[i];
  return document;
}

void print_stats(const store::stats_answer& s, std::ostream& out) {
  text_table table{{{"", text_table::align::left},
                    {"", text_table::align::right},
                    {"", text_table::align::left}}};
  const auto add = [&table](const char* text, std::uint64_t count, const char* meaning) {
    table.add({text, fmt::format("{}", count), meaning});
  };
  add("known", s.known, "endpoints");
  for (std::size_t i = 1; i != s.known_by_network.size(); ++i)
    if (s.known_by_network[i] != 0)
      table.add({fmt::format("  {}", net::name_of(static_cast<net::network_id>(i))),
                 fmt::format("{}", s.known_by_network[i]),
                 s.not_dialled[i] == 0
                     ? std::string{}
                     : fmt::format("{} of them are not dialled", s.not_dialled[i])});
  add("visited", s.visited, "endpoints");
  add("reached", s.reached, "endpoints, ever");
  add("  this week", s.reached_lately, "");
  add("good", s.good, "endpoints, on their last visit");
  add("visits", s.visits, "ever recorded");
  add("inbound", s.inbound, "connections that others made");
  add("  kept", s.inbound_kept, "");
  if (s.inbound_dropped != 0)
    add("  dropped", s.inbound_dropped, "the oldest, for storage.max_inbound_records");
  add("censuses", s.censuses, "");
  add("user agents", s.user_agents, "different ones");
  add("bans", s.bans, "");
  table.print(out);
}

json visit_document(const store::visit_record& v) {
  return {{"started", v.started.count()},
          {"ended", v.ended.count()},
          {"census", v.census},
          {"via", store::name_of(v.via)},
          {"v2", has(v.features, store::feature::p2p_v2)},
          {"outcome", net::name_of(v.outcome)},
          {"stage", net::name_of(v.stage)},
          {"blame", net::name_of(v.blame)},
          {"dial_ms", v.durations.dial.count()},
          {"handshake_ms", v.durations.handshake.count()},
          {"addresses_ms", v.durations.addresses.count()},
          {"total_ms", v.durations.total.count()},
          {"bytes_in", v.bytes_in},
          {"bytes_out", v.bytes_out},
          {"addr_answer", net::name_of(v.addresses.answer)},
          {"addr_ended_by", net::name_of(v.addresses.ended_by)}};
}

const char* offer_text(store::v2_offer offer) {
  switch (offer) {
  case store::v2_offer::spoken:
    return "yes, it was spoken on the last success";
  case store::v2_offer::version:
    return "as its version says";
  case store::v2_offer::gossip:
    return "as others say of it";
  case store::v2_offer::none:
    break;
  }
  return "no";
}

void print_record(const net::endpoint& peer, const store::peer_record& r, std::ostream& out) {
  text_table table{{{}, {}}};
  const auto add = [&table](const char* text, std::string value) {
    table.add({text, std::move(value)});
  };
  add("address", net::to_string(peer));
  add("network", std::string{net::name_of(peer.network)});
  add("good", store::good(r) ? "yes" : "no");
  if (r.last)
    add("last visit", fmt::format("{} (stage {}, blame {}, via {})", net::name_of(r.last->outcome),
                                  net::name_of(r.last->stage), net::name_of(r.last->blame),
                                  name_of(r.last->via)));
  add("last try", time_text(r.last_try.count()));
  add("last success", time_text(r.last_success.count()));
  add("tries", fmt::format("{}, {} of them good", r.tries, r.successes));
  add("next", fmt::format("{}, {}", store::name_of(r.queue), time_text(r.due.count())));
  add("first heard", time_text(r.first_heard.count()));
  add("announced", fmt::format("{}, services {}", time_text(r.announced_time.count()),
                               net::services_text(r.announced_services)));
  if (r.version) {
    add("user agent", printable(r.version->user_agent));
    add("protocol", fmt::format("{}", r.version->protocol_version));
    add("services", net::services_text(r.version->services));
    add("height", fmt::format("{}", r.version->start_height));
  }
  if (const auto offer = offers_v2(r); offer != store::v2_offer::none)
    add("offers BIP324", offer_text(offer));
  if (r.chain)
    add("chain", fmt::format("{} at height {}, {}", store::chain_text(*r.chain), r.chain->height,
                             time_text(r.chain->at.count())));
  table.print(out);
}

void print_visits(const std::vector<store::visit_record>& visits, std::ostream& out) {
  if (visits.empty())
    return;
  text_table table{{{"started", text_table::align::left},
                    {"outcome", text_table::align::left},
                    {"stage", text_table::align::left},
                    {"blame", text_table::align::left},
                    {"ms", text_table::align::right},
                    {"addr answer", text_table::align::left},
                    {"ended by", text_table::align::left}}};
  for (const auto& v : visits)
    table.add({time_text(v.started.count()), std::string{net::name_of(v.outcome)},
               std::string{net::name_of(v.stage)}, std::string{net::name_of(v.blame)},
               fmt::format("{}", v.durations.total.count()),
               std::string{net::name_of(v.addresses.answer)},
               std::string{net::name_of(v.addresses.ended_by)}});
  out << '\n';
  table.print(out);
}

} // namespace

exit_code run_db_stats(invocation& invoked) {
  db_line line{"db stats", "Counts what a database knows.",
               "seedwalk db stats --db ./main-db\nseedwalk db stats --network signet --json"};
  bool as_json = false;
  line.app().add_flag("--json", as_json, "print one JSON document");
  if (const auto code = line.parse(invoked))
    return *code;
  auto code = exit_code::done;
  auto db = line.open(invoked, code);
  if (!db)
    return code;
  const auto answer = db->ask(store::stats_query{wall_time()});
  if (!answer)
    return line.fail(invoked, answer.error());
  const auto& stats = std::get<store::stats_answer>(*answer);
  if (as_json)
    invoked.terminal.out << stats_document(stats) << '\n';
  else
    print_stats(stats, invoked.terminal.out);
  return exit_code::done;
}

exit_code run_db_get(invocation& invoked) {
  db_line line{"db get", "Prints all that is known of one endpoint, its visits included.",
               "seedwalk db get 127.1.0.1:18444 --db ./zoo-db\n"
               "seedwalk db get '[2001:db8::1]:8333' --json"};
  bool as_json = false;
  std::string address;
  line.app().add_flag("--json", as_json, "print one JSON document");
  add_name(line.app(), "ADDRESS", address, "the endpoint; the chain's port unless given")
      ->required();
  if (const auto code = line.parse(invoked))
    return *code;
  const auto peer = net::parse_endpoint(address, line.default_port(invoked));
  if (!peer)
    return line.refuse(invoked, fmt::format("{}: {}", address, peer.error().message));
  auto code = exit_code::done;
  auto db = line.open(invoked, code);
  if (!db)
    return code;
  const auto found = db->ask(store::get_query{*peer});
  if (!found)
    return line.fail(invoked, found.error());
  const auto& record = std::get<store::get_answer>(*found).record;
  if (!record) {
    invoked.terminal.err << fmt::format("seedwalk db get: {} is not known\n",
                                        net::to_string(*peer));
    return exit_code::failed;
  }
  const auto visited = db->ask(store::visits_query{*peer});
  if (!visited)
    return line.fail(invoked, visited.error());
  const auto& visits = std::get<store::visits_answer>(*visited).visits;
  if (as_json) {
    auto document = json::parse(store::json_row(*peer, *record));
    auto& list = document["visits"] = json::array();
    for (const auto& visit : visits)
      list.push_back(visit_document(visit));
    invoked.terminal.out << document << '\n';
    return exit_code::done;
  }
  print_record(*peer, *record, invoked.terminal.out);
  print_visits(visits, invoked.terminal.out);
  return exit_code::done;
}

} // namespace seedwalk::tools
