#include "store/export.hpp"

#include <string_view>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "net/base/stranger_text.hpp"

namespace seedwalk::store {

namespace {

/// `printable`, fit for one quoted field of CSV that no spreadsheet takes for a formula.
std::string csv_quoted(std::string_view text) {
  constexpr std::string_view begin_formulas = "=+-@";
  std::string out = "\"";
  if (!text.empty() && begin_formulas.find(text.front()) != std::string_view::npos) {
    out += fmt::format("\\x{:02x}", text.front());
    text.remove_prefix(1);
  }
  for (const char c : net::printable(text)) {
    if (c == '"')
      out += '"';
    out += c;
  }
  return out += '"';
}

/// `printable`, with the quote as \x22 besides.
std::string dump_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : net::printable(text)) {
    if (c == '"')
      out += "\\x22";
    else
      out += c;
  }
  return out += '"';
}

/// 12.34% of an average, rounded down.
std::string percent(const average& a) {
  const auto hundredths = std::uint64_t{a.reliability} * 10'000 / average::one;
  return fmt::format("{}.{:02}%", hundredths / 100, hundredths % 100);
}

nlohmann::json chain_document(const header_chain& chain) {
  nlohmann::json document{{"at", chain.at.count()}, {"height", chain.height}, {"hash", nullptr}};
  if (chain.hash)
    document["hash"] = chain_text(chain);
  return document;
}

} // namespace

std::string chain_text(const header_chain& chain) {
  if (!chain.hash)
    return "shorter";
  std::string out;
  for (std::size_t i = chain.hash->size(); i != 0; --i)
    out += fmt::format("{:02x}", (*chain.hash)[i - 1]);
  return out;
}

std::string json_row(const net::endpoint& peer, const peer_record& r) {
  nlohmann::json row;
  row["type"] = "peer";
  row["address"] = net::to_string(peer);
  row["network"] = net::name_of(peer.network);
  row["good"] = good(r);
  row["first_heard"] = r.first_heard.count();
  row["last_try"] = r.last_try.count();
  row["last_success"] = r.last_success.count();
  row["tries"] = r.tries;
  row["successes"] = r.successes;
  row["services"] = nullptr;
  row["user_agent"] = nullptr;
  row["protocol_version"] = nullptr;
  row["start_height"] = nullptr;
  if (r.version) {
    row["services"] = r.version->services;
    row["user_agent"] = r.version->user_agent;
    row["protocol_version"] = r.version->protocol_version;
    row["start_height"] = r.version->start_height;
  }
  row["outcome"] = nullptr;
  row["stage"] = nullptr;
  row["blame"] = nullptr;
  row["via"] = nullptr;
  if (r.last) {
    row["outcome"] = net::name_of(r.last->outcome);
    row["stage"] = net::name_of(r.last->stage);
    row["blame"] = net::name_of(r.last->blame);
    row["via"] = name_of(r.last->via);
  }
  row["v2"] = name_of(offers_v2(r));
  row["chain"] = r.chain ? chain_document(*r.chain) : nlohmann::json{};
  return row.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string csv_header() {
  return "address,network,services,user_agent,protocol_version,start_height,good,outcome,stage,"
         "blame,first_heard,last_try,last_success,tries,successes,via,v2,chain_height,chain_hash";
}

std::string csv_row(const net::endpoint& peer, const peer_record& r) {
  auto out = fmt::format("{},{},", net::to_string(peer), net::name_of(peer.network));
  if (r.version)
    out += fmt::format("{},{},{},{},", r.version->services, csv_quoted(r.version->user_agent),
                       r.version->protocol_version, r.version->start_height);
  else
    out += ",,,,";
  out += good(r) ? "true," : "false,";
  if (r.last)
    out += fmt::format("{},{},{},", net::name_of(r.last->outcome), net::name_of(r.last->stage),
                       net::name_of(r.last->blame));
  else
    out += ",,,";
  out += fmt::format("{},{},{},{},{},{},{},", r.first_heard.count(), r.last_try.count(),
                     r.last_success.count(), r.tries, r.successes,
                     r.last ? name_of(r.last->via) : "", name_of(offers_v2(r)));
  if (!r.chain)
    return out += ",";
  return out += fmt::format("{},{}", r.chain->height, r.chain->hash ? chain_text(*r.chain) : "");
}

std::string dnsseed_header() {
  return "# address                                        good  lastSuccess    %(2h)   %(8h)   "
         "%(1d)   %(7d)  %(30d)  blocks      svcs  version";
}

std::string dnsseed_row(const net::endpoint& peer, const peer_record& r, timestamp now,
                        const seed_policy& policy) {
  const auto& a = r.averages.averages;
  const auto version = r.version.value_or(version_record{});
  return fmt::format(
      "{:<47}  {:>4}  {:>11}  {:>7} {:>7} {:>7} {:>7} {:>7}  {:>6}  {:08x}  {:>5} {}",
      net::to_string(peer), seedable(peer, r, now, policy) ? 1 : 0, r.last_success.count(),
      percent(a[0]), percent(a[1]), percent(a[2]), percent(a[3]), percent(a[4]),
      version.start_height, version.services, version.protocol_version,
      dump_quoted(version.user_agent));
}

} // namespace seedwalk::store
