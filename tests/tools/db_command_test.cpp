#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "store/database.hpp"
#include "tests/tools/fake_crawl.hpp"
#include "tests/tools/run_program.hpp"
#include "tools/crawl_database.hpp"

namespace seedwalk::tools {
namespace {

using nlohmann::json;

/// A database of three endpoints: one good, one that refused, one never tried.
class db_command : public testing::Test {
protected:
  void SetUp() override {
    open();
    store::visit_record good;
    good.ended = good.started = store::timestamp{1'700'000'000};
    good.stage = net::stage::addresses;
    good.version.emplace();
    good.version->user_agent = "/Test:1\x1b[31m/";
    good.version->protocol_version = 70'016;
    good.version->start_height = 123;
    store::visit_record refused;
    refused.ended = refused.started = store::timestamp{1'700'000'000};
    refused.outcome = net::outcome::refused;
    const store::announcement announced{endpoint(3), 1'699'999'000, 1};
    const auto applied = database_->apply(
        {{store::record_visit{endpoint(1), good}, store::record_visit{endpoint(2), refused},
          store::record_announcements{{}, store::timestamp{1'700'000'000}, {announced}}}});
    ASSERT_TRUE(applied) << applied.error().message;
  }

  void open() {
    store::database_options options;
    options.chain = "regtest";
    database_ = std::make_unique<store::database>(path(), options);
    const auto opened = database_->open();
    ASSERT_TRUE(opened) << opened.error().message;
  }

  void close() { database_.reset(); }

  static net::endpoint endpoint(std::uint32_t last) {
    return net::ipv4_endpoint(0x7f010000 + last, 18'444);
  }

  std::string path() const { return folder_ / "db"; }

  finished_program run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "db");
    arguments.insert(arguments.end(), {"--db", path()});
    return run_seedwalk(arguments);
  }

  temporary_folder folder_;
  std::unique_ptr<store::database> database_;
};

std::vector<json> lines_of(const std::string& text) {
  std::vector<json> documents;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    documents.push_back(json::parse(line));
  return documents;
}

TEST_F(db_command, list_prints_one_object_a_line_in_the_order_of_endpoints) {
  close();
  const auto listed = run({"list", "--json"});
  ASSERT_EQ(listed.code, 0) << listed.err;
  const auto rows = lines_of(listed.out);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0]["address"], "127.1.0.1:18444");
  EXPECT_EQ(rows[0]["network"], "ipv4");
  EXPECT_EQ(rows[0]["good"], true);
  EXPECT_EQ(rows[0]["outcome"], "complete");
  EXPECT_EQ(rows[0]["stage"], "addresses");
  EXPECT_EQ(rows[0]["blame"], "peer");
  EXPECT_EQ(rows[0]["protocol_version"], 70'016);
  EXPECT_EQ(rows[0]["start_height"], 123);
  EXPECT_EQ(rows[0]["last_try"], 1'700'000'000);
  EXPECT_EQ(rows[0]["successes"], 1);
  EXPECT_EQ(rows[1]["outcome"], "refused");
  EXPECT_EQ(rows[1]["good"], false);
  EXPECT_EQ(rows[2]["outcome"], nullptr);
  for (const auto& row : rows)
    for (const auto* field : {"services", "user_agent", "last_success", "tries"})
      EXPECT_TRUE(row.contains(field)) << field;
}

TEST_F(db_command, list_selects) {
  close();
  EXPECT_EQ(lines_of(run({"list", "--json", "--good"}).out).size(), 1u);
  EXPECT_EQ(lines_of(run({"list", "--json", "--tried"}).out).size(), 2u);
  EXPECT_EQ(lines_of(run({"list", "--json", "--limit", "1"}).out).size(), 1u);
  EXPECT_EQ(lines_of(run({"list", "--json", "--only", "ipv6"}).out).size(), 0u);
  const auto wrong = run({"list", "--only", "ipv5"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("must be one of ipv4"), std::string::npos);
}

TEST_F(db_command, what_a_peer_says_reaches_no_terminal_as_it_is) {
  close();
  EXPECT_NE(run({"list"}).out.find("/Test:1\\x1b[31m/"), std::string::npos);
  for (const auto* command : {"list", "get"}) {
    std::vector<std::string> arguments = {command};
    if (arguments[0] == "get")
      arguments.emplace_back("127.1.0.1:18444");
    EXPECT_EQ(run(arguments).out.find('\x1b'), std::string::npos) << command;
  }
}

TEST_F(db_command, get_knows_the_visits_of_one_endpoint) {
  close();
  const auto got = run({"get", "127.1.0.2:18444", "--json"});
  ASSERT_EQ(got.code, 0) << got.err;
  const auto document = json::parse(got.out);
  EXPECT_EQ(document["address"], "127.1.0.2:18444");
  ASSERT_EQ(document["visits"].size(), 1u);
  EXPECT_EQ(document["visits"][0]["outcome"], "refused");
  const auto unknown = run({"get", "127.1.0.9:18444"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_EQ(unknown.err, "seedwalk db get: 127.1.0.9:18444 is not known\n");
}

TEST_F(db_command, stats_counts) {
  close();
  const auto stats = json::parse(run({"stats", "--json"}).out);
  EXPECT_EQ(stats["known"], 3);
  EXPECT_EQ(stats["visited"], 2);
  EXPECT_EQ(stats["good"], 1);
  EXPECT_EQ(stats["known_by_network"]["ipv4"], 3);
  EXPECT_EQ(run({"stats"}).code, 0);
}

/// The bound of a crawl's configuration, as its database has it.
TEST_F(db_command, stats_say_how_many_sightings_are_kept_and_how_many_went_for_the_bound) {
  close();
  {
    actors::crawl_config config;
    config.network.name = "regtest";
    config.storage.max_inbound_records = 3;
    store::database db{path(), crawl_database_options(config, 1)};
    ASSERT_TRUE(db.open());
    store::batch crowd;
    for (std::uint32_t n = 0; n != 10; ++n) {
      store::record_inbound seen;
      seen.sighting.from = endpoint(n);
      crowd.operations.emplace_back(seen);
    }
    ASSERT_TRUE(db.apply(crowd));
  }
  const auto document = json::parse(run({"stats", "--json"}).out);
  EXPECT_EQ(document["inbound"], 10);
  EXPECT_EQ(document["inbound_kept"], 3);
  EXPECT_EQ(document["inbound_dropped"], 7);
  const auto text = run({"stats"}).out;
  EXPECT_NE(text.find("  kept"), std::string::npos) << text;
  EXPECT_NE(text.find("7  the oldest"), std::string::npos) << text;
}

TEST_F(db_command, exports_have_a_row_for_each) {
  close();
  const auto csv = run({"export", "--format", "csv"}).out;
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 4);
  EXPECT_TRUE(csv.starts_with("address,"));
  const auto dump = run({"export", "--format", "dnsseed", "--output", folder_ / "dump"});
  EXPECT_EQ(dump.code, 0) << dump.err;
  EXPECT_EQ(dump.out, "");
  EXPECT_TRUE(text_of_file(folder_ / "dump").starts_with("# address"));
  const auto unwritable = run({"export", "--output", folder_ / "no/such/file"});
  EXPECT_EQ(unwritable.code, 2);
  EXPECT_NE(unwritable.err.find("No such file"), std::string::npos);
}

TEST_F(db_command, censuses_tell_what_was_counted_and_which_networks_were_not_dialled) {
  store::census_record census;
  census.start = store::timestamp{1'700'000'000};
  census.networks[1] = store::network_reach::dialled;
  census.networks[4] = store::network_reach::no_proxy;
  census.outages = {{net::network_id::ipv4, census.start, census.start + std::chrono::minutes{5}}};
  store::visit_record visit;
  visit.census = 1;
  visit.started = visit.ended = census.start;
  visit.stage = net::stage::addresses;
  visit.addresses.entries[4] = 12;
  visit.addresses.ended_by = net::collection_end::pong;
  ASSERT_TRUE(
      database_->apply({{store::open_census{census}, store::record_visit{endpoint(1), visit},
                         store::note_census{1, 33, 4'000, {{net::error::no_descriptors, 2}}}}}));
  close();
  const auto as_json = json::parse(run({"censuses", "--json"}).out);
  EXPECT_EQ(as_json["census"], 1);
  EXPECT_EQ(as_json["state"], "open");
  EXPECT_EQ(as_json["tried"], 1);
  EXPECT_EQ(as_json["addresses"], 12);
  EXPECT_EQ(as_json["collections"]["pong"], 1);
  EXPECT_EQ(as_json["peak_connections"], 33);
  EXPECT_EQ(as_json["local_failures"]["no_descriptors"], 2);
  EXPECT_EQ(as_json["networks"]["ipv4"]["reach"], "dialled");
  EXPECT_EQ(as_json["networks"]["ipv4"]["good"], 1);
  EXPECT_EQ(as_json["networks"]["torv3"]["reach"], "no_proxy");
  EXPECT_FALSE(as_json["networks"].contains("i2p")) << "nothing is known of it";
  EXPECT_EQ(as_json["outages"][0]["network"], "ipv4");
  const auto as_text = run({"censuses"});
  EXPECT_EQ(as_text.code, 0);
  EXPECT_NE(as_text.out.find("torv3 (no_proxy)"), std::string::npos) << as_text.out;
}

/// Looking writes nothing: a database of before has to be brought up to date by who may.
TEST_F(db_command, one_of_an_earlier_version_is_named_and_migrate_brings_it_up_to_date) {
  close();
  std::filesystem::remove_all(path());
  std::filesystem::copy(std::filesystem::path{SEEDWALK_SOURCES} / "tests/golden/schema_1", path());
  for (const char* command : {"stats", "list", "export", "check", "digest", "censuses"}) {
    const auto refused = run({command});
    EXPECT_EQ(refused.code, 2) << command;
    EXPECT_NE(refused.err.find("seedwalk db migrate"), std::string::npos) << refused.err;
    EXPECT_EQ(refused.out, "");
  }
  EXPECT_EQ(run({"migrate", "--network", "main"}).code, 2) << "another chain";
  const auto migrated = json::parse(run({"migrate", "--json"}).out);
  EXPECT_EQ(migrated["from"], 1);
  EXPECT_EQ(migrated["to"], 2);
  EXPECT_EQ(migrated["looked_at"], 26);
  const auto again = run({"migrate"});
  EXPECT_EQ(again.code, 0);
  EXPECT_EQ(again.out, "schema 2: there is nothing to do\n");
  EXPECT_EQ(run({"check"}).code, 0);
  const auto peer = json::parse(run({"get", "127.1.0.1:28444", "--json"}).out);
  EXPECT_EQ(peer["via"], "tcp");
  EXPECT_EQ(peer["v2"], "none");
  EXPECT_TRUE(peer["chain"].is_null());
  EXPECT_EQ(peer["visits"].size(), 2u);
  EXPECT_EQ(peer["visits"][0]["via"], "tcp");
}

TEST_F(db_command, migrate_begins_no_database) {
  close();
  std::filesystem::remove_all(path());
  const auto refused = run({"migrate"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(db_command, check_and_digest_read_everything) {
  const auto digest = database_->digest();
  ASSERT_TRUE(digest);
  close();
  const auto check = run({"check", "--json"});
  EXPECT_EQ(check.code, 0) << check.err << check.out;
  EXPECT_EQ(json::parse(check.out)["ok"], true);
  EXPECT_EQ(json::parse(check.out)["peers"], 3);
  EXPECT_EQ(json::parse(run({"digest", "--json"}).out)["digest"], fmt::format("{:016x}", *digest));
}

TEST_F(db_command, a_database_that_is_not_there_is_not_begun) {
  close();
  const auto run = run_seedwalk({"db", "stats", "--db", folder_ / "none"});
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none"));
}

TEST_F(db_command, another_chain_is_refused_only_where_a_chain_was_named) {
  close();
  EXPECT_EQ(run({"stats"}).code, 0);
  EXPECT_EQ(run({"stats", "--network", "regtest"}).code, 0);
  const auto other = run({"stats", "--network", "signet"});
  EXPECT_EQ(other.code, 2);
  EXPECT_NE(other.err.find("regtest"), std::string::npos);
}

TEST_F(db_command, a_truncated_database_is_damaged) {
  close();
  std::size_t cut = 0;
  for (const auto& entry : std::filesystem::directory_iterator{path()})
    if (entry.path().filename().string().starts_with("MANIFEST")) {
      std::filesystem::resize_file(entry.path(), 10);
      ++cut;
    }
  ASSERT_EQ(cut, 1u);
  const auto damaged = run({"stats"});
  EXPECT_EQ(damaged.code, 13) << damaged.err;
  EXPECT_EQ(std::count(damaged.err.begin(), damaged.err.end(), '\n'), 1) << damaged.err;
}

TEST_F(db_command, a_locked_database_without_a_crawl_that_answers_is_refused) {
  const auto locked = run({"stats"});
  EXPECT_EQ(locked.code, 2);
  EXPECT_NE(locked.err.find("no crawl answers there"), std::string::npos) << locked.err;
  EXPECT_EQ(std::count(locked.err.begin(), locked.err.end(), '\n'), 1) << locked.err;
}

TEST_F(db_command, the_database_of_a_running_crawl_is_read_through_its_socket) {
  using command = std::vector<std::string>;
  const std::vector<command> commands = {{"list", "--json"},
                                         {"list"},
                                         {"stats", "--json"},
                                         {"get", "127.1.0.1:18444"},
                                         {"export", "--format", "csv"}};
  std::vector<std::string> through_the_crawl;
  {
    const fake_crawl crawl{path(), *database_};
    for (const auto& c : commands) {
      const auto asked = run(c);
      EXPECT_EQ(asked.code, 0) << asked.err;
      through_the_crawl.push_back(asked.out);
    }
    EXPECT_EQ(run({"check"}).code, 2);
    EXPECT_EQ(run({"digest"}).code, 2);
  }
  close();
  for (std::size_t i = 0; i != commands.size(); ++i)
    EXPECT_EQ(run(commands[i]).out, through_the_crawl[i]) << commands[i][0];
}

} // namespace
} // namespace seedwalk::tools
