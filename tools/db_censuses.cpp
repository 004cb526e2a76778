#include <ostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/db_subcommands.hpp"
#include "tools/option_values.hpp"
#include "tools/text_table.hpp"

namespace seedwalk::tools {

namespace {

using nlohmann::json;
using store::network_reach;

std::string network_name(std::size_t network) {
  return std::string{net::name_of(static_cast<net::network_id>(network))};
}

/// Counts by an enumerator, by its names; those that were never counted are left out.
template <class Enum>
json by_name(const std::vector<std::uint64_t>& counts) {
  auto out = json::object();
  for (std::size_t i = 0; i != counts.size(); ++i)
    if (counts[i] != 0)
      out[std::string{net::name_of(static_cast<Enum>(i))}] = counts[i];
  return out;
}

json networks_document(const store::census_record& c) {
  auto out = json::object();
  for (std::size_t i = 1; i != c.networks.size(); ++i)
    if (c.networks[i] != network_reach::unknown)
      out[network_name(i)] = {{"reach", name_of(c.networks[i])},
                              {"tried", c.counts.tried_by_network[i]},
                              {"good", c.counts.good_by_network[i]}};
  return out;
}

json census_document(std::uint32_t number, const store::census_record& c) {
  json document{{"type", "census"},
                {"census", number},
                {"state", name_of(c.state)},
                {"start", c.start.count()},
                {"end", c.end.count()},
                {"vantage", c.vantage},
                {"build", c.build},
                {"seeds", c.seeds},
                {"restarts", c.restarts},
                {"tried", c.counts.tried},
                {"good", c.counts.good},
                {"failed", c.counts.failed},
                {"addresses", c.counts.addresses},
                {"peak_connections", c.counts.peak_connections},
                {"peak_unwritten_bytes", c.counts.peak_unwritten_bytes},
                {"outcomes", by_name<net::outcome>(c.counts.outcomes)},
                {"collections", by_name<net::collection_end>(c.counts.collections)},
                {"networks", networks_document(c)}};
  auto& failures = document["local_failures"] = json::object();
  for (const auto& [reason, n] : c.counts.local_failures)
    failures[std::string{net::name_of(reason)}] = n;
  auto& outages = document["outages"] = json::array();
  for (const auto& outage : c.outages)
    outages.push_back({{"network", net::name_of(outage.network)},
                       {"since", outage.since.count()},
                       {"until", outage.until.count()}});
  return document;
}

/// "torv3 (no_proxy), i2p (not_supported)"; empty: all are dialled, or nobody knows.
std::string not_dialled_text(const store::census_record& c) {
  std::string out;
  for (std::size_t i = 1; i != c.networks.size(); ++i)
    if (c.networks[i] > network_reach::dialled &&
        i != static_cast<std::size_t>(net::network_id::torv2))
      out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", network_name(i),
                         name_of(c.networks[i]));
  return out;
}

void print(const store::censuses_answer& answer, std::ostream& out) {
  text_table table{{{"census", text_table::align::right},
                    {"state", text_table::align::left},
                    {"start (UTC)", text_table::align::left},
                    {"end (UTC)", text_table::align::left},
                    {"visits", text_table::align::right},
                    {"good", text_table::align::right},
                    {"not dialled", text_table::align::left}}};
  for (const auto& [number, c] : answer.censuses)
    table.add({fmt::format("{}", number), std::string{name_of(c.state)}, time_text(c.start.count()),
               c.end == store::never ? "" : time_text(c.end.count()),
               fmt::format("{}", c.counts.tried), fmt::format("{}", c.counts.good),
               not_dialled_text(c)});
  table.print(out);
}

} // namespace

exit_code run_db_censuses(invocation& invoked) {
  db_line line{"db censuses",
               "Lists the censuses of a database, the newest first: what was counted, and which "
               "networks were not dialled, and why.",
               "seedwalk db censuses --db ./main-db\n"
               "seedwalk db censuses --limit 1 --json --db ./main-db"};
  bool as_json = false;
  std::uint32_t limit = 20;
  line.app().add_flag("--json", as_json, "print a JSON document a line");
  add_number(line.app(), "--limit", limit, {1}, "at most so many");
  if (const auto code = line.parse(invoked))
    return *code;
  auto code = exit_code::done;
  auto db = line.open(invoked, code);
  if (!db)
    return code;
  const auto found = db->ask(store::censuses_query{limit});
  if (!found)
    return line.fail(invoked, found.error());
  const auto& answer = std::get<store::censuses_answer>(*found);
  if (!as_json) {
    print(answer, invoked.terminal.out);
    return exit_code::done;
  }
  for (const auto& [number, census] : answer.censuses)
    invoked.terminal.out
        << census_document(number, census).dump(-1, ' ', true, json::error_handler_t::replace)
        << '\n';
  return exit_code::done;
}

} // namespace seedwalk::tools
