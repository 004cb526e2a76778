#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "draw.hpp"
#include "store/export.hpp"
#include "store/schedule.hpp"

namespace seedwalk::store {
namespace {

using namespace test;

peer_record visited_record() {
  peer_record r;
  auto v = visit_at(start, net::outcome::complete, net::stage::addresses);
  v.version = version_record{};
  v.version->protocol_version = 70'016;
  v.version->services = 0x409;
  v.version->user_agent = "/Satoshi:28.0.0/";
  v.version->start_height = 871'234;
  count_visit(r, v, {});
  return r;
}

TEST(store_export, json_has_the_promised_fields) {
  const auto row =
      nlohmann::json::parse(json_row(net::ipv4_endpoint(0x7f010001, 18444), visited_record()));
  EXPECT_EQ(row["address"], "127.1.0.1:18444");
  EXPECT_EQ(row["network"], "ipv4");
  EXPECT_EQ(row["services"], 0x409);
  EXPECT_EQ(row["user_agent"], "/Satoshi:28.0.0/");
  EXPECT_EQ(row["protocol_version"], 70'016);
  EXPECT_EQ(row["start_height"], 871'234);
  EXPECT_EQ(row["good"], true);
  EXPECT_EQ(row["outcome"], "complete");
  EXPECT_EQ(row["stage"], "addresses");
  EXPECT_EQ(row["blame"], "peer");
  EXPECT_EQ(row["last_try"], start.count());
  EXPECT_EQ(row["last_success"], start.count());
  EXPECT_EQ(row["tries"], 1);
  EXPECT_EQ(row["successes"], 1);
  const auto fresh = nlohmann::json::parse(json_row(peer(1), peer_record{}));
  EXPECT_EQ(fresh["good"], false);
  EXPECT_TRUE(fresh["outcome"].is_null());
  EXPECT_TRUE(fresh["user_agent"].is_null());
}

TEST(store_export, rows_tell_the_way_the_transport_and_the_chain) {
  auto r = visited_record();
  r.last->via = transport::sam;
  r.version->services |= service_p2p_v2;
  auto row = nlohmann::json::parse(json_row(peer(1), r));
  EXPECT_EQ(row["via"], "sam");
  EXPECT_EQ(row["v2"], "version");
  EXPECT_TRUE(row["chain"].is_null());
  const auto ends_with = [&](const std::string& end) {
    const auto csv = csv_row(peer(1), r);
    EXPECT_TRUE(csv.ends_with(end)) << csv;
  };
  ends_with(",1,1,sam,version,,");
  r.chain = header_chain{start, 800'000, {}};
  ends_with(",sam,version,800000,");
  r.chain->hash.emplace().back() = 0xab;
  const std::string hash = "ab" + std::string(62, '0');
  row = nlohmann::json::parse(json_row(peer(1), r));
  EXPECT_EQ(row["chain"]["at"], start.count());
  EXPECT_EQ(row["chain"]["height"], 800'000);
  EXPECT_EQ(row["chain"]["hash"], hash);
  ends_with(",sam,version,800000," + hash);
  r = {};
  ends_with(",0,0,,none,,");
  EXPECT_TRUE(nlohmann::json::parse(json_row(peer(1), r))["via"].is_null());
}

TEST(store_export, every_row_is_one_line_whatever_peers_send) {
  EXPECT_TRUE(rc::check([] {
    const auto e = *any_endpoint();
    const auto r = *any_peer_record();
    for (const auto& row : {json_row(e, r), csv_row(e, r), dnsseed_row(e, r, start, {})})
      for (const char c : row)
        RC_ASSERT(static_cast<std::uint8_t>(c) >= 0x20);
    RC_ASSERT(nlohmann::json::parse(json_row(e, r)).is_object());
  }));
}

TEST(store_export, csv_rows_have_as_many_fields_as_the_header) {
  EXPECT_TRUE(rc::check([] {
    const auto fields = [](const std::string& line) {
      std::size_t n = 1;
      bool quoted = false;
      for (const char c : line) {
        quoted = quoted != (c == '"');
        n += c == ',' && !quoted ? 1 : 0;
      }
      return n;
    };
    RC_ASSERT(fields(csv_row(*any_endpoint(), *any_peer_record())) == fields(csv_header()));
  }));
}

TEST(store_export, a_dump_row_is_what_makeseeds_splits) {
  const auto row = dnsseed_row(peer(1), visited_record(), start, {});
  // As makeseeds.py does: split at white space; the user agent is what is left.
  std::istringstream in(row);
  std::string address;
  std::string uptimes;
  std::string agent;
  std::string services;
  long good = 0;
  long last = 0;
  long blocks = 0;
  long version = 0;
  in >> address >> good >> last;
  for (int i = 0; i != 5; ++i) {
    in >> uptimes;
    EXPECT_EQ(uptimes.back(), '%');
  }
  in >> blocks >> services >> version >> agent;
  EXPECT_EQ(address, "1.2.0.1:8333");
  EXPECT_EQ(good, 1);
  EXPECT_EQ(last, start.count());
  EXPECT_EQ(blocks, 871'234);
  EXPECT_EQ(services, "00000409");
  EXPECT_EQ(version, 70'016);
  EXPECT_EQ(agent, "\"/Satoshi:28.0.0/\"");
}

/// What stands between the quotes of a CSV row, as the peer sent it.
std::string agent_in_csv(const std::string& row) {
  const auto begin = row.find('"') + 1;
  std::string out;
  for (auto i = begin; i < row.size(); ++i) {
    if (row[i] == '"' && row[i + 1] != '"')
      return out;
    if (row[i] == '"') {
      out += row[++i];
    } else if (row[i] == '\\') {
      out += static_cast<char>(std::stoi(row.substr(i + 2, 2), nullptr, 16));
      i += 3;
    } else {
      out += row[i];
    }
  }
  return out;
}

// A user agent is any bytes. CSV had them as they were: one peer made a whole file no UTF-8, and C1
// controls and changes of direction went through to the terminal, in JSON too.
TEST(store_export, every_row_is_ascii_and_csv_gives_back_what_the_peer_sent) {
  EXPECT_TRUE(rc::check([] {
    auto r = visited_record();
    r.version->user_agent = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::arbitrary<char>(), rc::gen::element('"', '\\', '=', '+', '-', '@', ',', '\x9b')));
    const auto e = *any_endpoint();
    for (const auto& row : {json_row(e, r), csv_row(e, r), dnsseed_row(e, r, start, {})})
      for (const char c : row)
        RC_ASSERT(c >= ' ' && c <= '~');
    const auto csv = csv_row(e, r);
    RC_ASSERT(agent_in_csv(csv) == r.version->user_agent);
    RC_ASSERT(std::string_view("=+-@").find(csv[csv.find('"') + 1]) == std::string_view::npos);
  }));
}

} // namespace
} // namespace seedwalk::store
