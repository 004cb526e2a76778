#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include "faulty_disk.hpp"
#include "net/base/archive.hpp"
#include "net/base/random.hpp"
#include "older_schema.hpp"
#include "sim/disk/memory_env.hpp"
#include "store/keys.hpp"
#include "store/values.hpp"

namespace seedwalk::store {
namespace {

using namespace test;
namespace fs = std::filesystem;

/// What a step makes of a value; nothing: it says that the value is damaged.
std::optional<std::string> stepped(const migration_step& step, const std::string& key,
                                   const std::string& value) {
  struct reader final : leveldb::WriteBatch::Handler {
    std::string value;
    void Put(const leveldb::Slice&, const leveldb::Slice& v) override { value = v.ToString(); }
    void Delete(const leveldb::Slice&) override { value.clear(); }
  } read;
  read.value = value;
  leveldb::WriteBatch out;
  if (!step.convert(key, value, out))
    return std::nullopt;
  out.Iterate(&read);
  return read.value;
}

TEST(store_migration, every_peer_of_schema_1_is_what_it_was) {
  user_agents agents;
  const auto step = migrations().front();
  EXPECT_TRUE(rc::check([&] {
    const auto peer = *any_endpoint();
    const auto then = as_schema_1_knew(peer, *any_peer_record());
    const auto migrated = stepped(step, peer_key(peer), peer_in_schema_1(then, agents));
    RC_ASSERT(migrated.has_value());
    peer_record now;
    RC_ASSERT(decode(*migrated, now, agents));
    RC_ASSERT(now == then);
    // To the byte what is written today.
    RC_ASSERT(*migrated == net::as_text(encode(then, agents)));
  }));
}

TEST(store_migration, every_visit_of_schema_1_is_read_as_it_stands) {
  user_agents agents;
  EXPECT_TRUE(rc::check([&] {
    auto v = *any_visit_record();
    v.chain.reset();
    if (v.via == transport::sam)
      v.via = transport::tcp;
    visit_record read;
    RC_ASSERT(decode(visit_in_schema_1(v, agents), read, agents));
    RC_ASSERT(read == v);
  }));
}

census_record some_census() {
  census_record c;
  c.start = start;
  c.end = start + std::chrono::hours{3};
  c.state = census_state::stopped;
  c.vantage = 3;
  c.build = "a build";
  c.configuration = 0x1234'5678'9abc'def0;
  c.seeds = {"seed.example.org", "1.2.3.4:8333"};
  c.restarts = 2;
  c.outages = {{net::network_id::torv3, start, start + std::chrono::minutes{7}}};
  c.counts.tried = 12;
  c.counts.good = 5;
  c.counts.failed = 7;
  c.counts.outcomes = {5, 3, 4};
  return c;
}

TEST(store_migration, every_census_of_schema_1_is_what_it_was) {
  const auto then = some_census();
  const auto migrated =
      stepped(migrations().front(), census_key(1), census_in_schema_1(then)).value();
  census_record now;
  ASSERT_TRUE(net::from_archive(net::as_bytes(migrated), now));
  EXPECT_EQ(now, then);
}

TEST(store_migration, damage_is_found_and_never_guessed_at) {
  user_agents agents;
  const auto step = migrations().front();
  peer_record r;
  r.first_heard = start;
  r.last = verdict{start, net::outcome::refused, net::stage::dialling, net::blame::peer};
  r.tries = 1;
  const auto whole = peer_in_schema_1(r, agents);
  for (std::size_t size = 0; size != whole.size(); ++size)
    EXPECT_FALSE(stepped(step, peer_key(peer(1)), whole.substr(0, size))) << size;
  const auto census = census_in_schema_1(some_census());
  for (std::size_t size = 0; size != census.size(); ++size)
    EXPECT_FALSE(stepped(step, census_key(1), census.substr(0, size))) << size;
  EXPECT_FALSE(stepped(step, census_key(1), census + '\0'));
  EXPECT_TRUE(rc::check([&](const std::string& bytes) {
    (void)stepped(step, peer_key(peer(1)), bytes);
    (void)stepped(step, census_key(1), bytes);
  }));
}

/// A database made by the program as it was with schema 1: a crawl of 24 nodes, and one after it
/// that was killed.
TEST(store_migration, a_database_that_an_earlier_program_wrote_is_brought_up_to_date) {
  std::string folder = (fs::temp_directory_path() / "seedwalk-migrate-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  fs::copy(fs::path{SEEDWALK_SOURCES} / "tests/golden/schema_1", folder,
           fs::copy_options::recursive);
  auto options = options_on(nullptr);
  options.disk.create = false;
  const auto bytes_of = [&](const char* name) {
    std::ifstream file(fs::path{folder} / name, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(file), {}};
  };
  {
    auto looking = options;
    looking.disk.look = true;
    const auto before = bytes_of("000006.log");
    database db(folder, looking);
    const auto opened = db.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, error_code::older_schema);
    EXPECT_NE(opened.error().message.find("seedwalk db migrate"), std::string::npos)
        << opened.error().message;
    EXPECT_EQ(bytes_of("000006.log"), before);
  }
  {
    database db(folder, options);
    const auto opened = db.open();
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_TRUE(db.migrated());
    EXPECT_EQ(db.migrated()->from, 1u);
    EXPECT_EQ(db.migrated()->to, database::schema);
    EXPECT_EQ(db.migrated()->looked_at, 26u) << "24 peers and two censuses";
    EXPECT_EQ(db.check()->problem_count, 0u);
    const auto peers = ask<list_answer>(db, list_query{}).peers;
    ASSERT_EQ(peers.size(), 24u);
    EXPECT_EQ(std::ranges::count_if(peers, [](const auto& p) { return good(p.second); }), 15);
    for (const auto& [peer, r] : peers) {
      ASSERT_TRUE(r.last);
      EXPECT_EQ(r.last->via, transport::tcp);
      EXPECT_EQ(r.chain, std::nullopt);
    }
    const auto censuses = ask<censuses_answer>(db, censuses_query{9}).censuses;
    ASSERT_EQ(censuses.size(), 2u);
    EXPECT_EQ(censuses[0].second.state, census_state::open);
    EXPECT_EQ(censuses[0].second.counts.tried, 2u);
    EXPECT_EQ(censuses[1].second.state, census_state::finished);
    EXPECT_EQ(censuses[1].second.counts.tried, 24u);
    EXPECT_EQ(censuses[1].second.counts.good, 15u);
    EXPECT_EQ(censuses[1].second.networks[1], network_reach::unknown);
    // And it goes on.
    auto v = visit_at(start, net::outcome::complete, net::stage::addresses);
    v.census = 2;
    must(db, record_visit{peers[0].first, v});
  }
  {
    database db(folder, options);
    ASSERT_TRUE(db.open());
    EXPECT_FALSE(db.migrated()) << "twice";
    EXPECT_EQ(db.check()->problem_count, 0u);
    EXPECT_EQ(ask<stats_answer>(db, stats_query{start}).visits, 27u);
  }
  fs::remove_all(folder);
}

// -- killed, with all that a schema may change
// ------------------------------------------------------------------------------------------

/// A simulated disk with a database on it that was taken back to schema 0, and what has to come of
/// that.
class old_database {
public:
  /// Of so many peers, of which a fifth was visited.
  old_database(std::uint32_t peers, std::size_t batch_bytes, std::size_t write_buffer_bytes)
      : batch_bytes_(batch_bytes), write_buffer_bytes_(write_buffer_bytes),
        steps_(steps_from_schema_0()), disk_(fresh_disk()) {
    {
      sim::memory_env env(*disk_);
      database db("/db", options(env));
      must_be(db.open());
      fill(db, peers);
      digest_ = db.digest().value();
      known_ = db.totals().known;
    }
    sim::memory_env env(*disk_);
    keys_ = take_back("/db", options(env), 0);
    disk_ = disk_->after_crash(disk_->journal().size(), 0, kept);
  }

  /// As a process opens it that has this program's steps.
  database_options options(sim::memory_env& env) const {
    auto o = options_on(&env);
    o.disk.settle = [&env] { env.run_background(); };
    o.disk.write_buffer_bytes = write_buffer_bytes_;
    o.disk.block_cache_bytes = 4 * write_buffer_bytes_;
    o.disk.compress = false;
    o.limits.per_ipv4_address = 1u << 20;
    o.migration.steps = steps_;
    o.migration.batch_bytes = batch_bytes_;
    return o;
  }

  std::unique_ptr<sim::disk> copy() const {
    return disk_->after_crash(disk_->journal().size(), 0, kept);
  }

  /// It is what it was before it was taken back, every key and value of it.
  void expect_whole(database& db) const {
    EXPECT_EQ(db.digest().value(), digest_);
    EXPECT_EQ(db.totals().known, known_);
    const auto report = db.check();
    ASSERT_TRUE(report);
    // What a power failure left in a log is told, and is no record of the database.
    EXPECT_EQ(report->problem_count, db.findings().size()) << report->problems.front();
    EXPECT_EQ(report->peers, known_);
  }

  /// How many values differ from what they were.
  std::uint64_t keys() const { return keys_; }

  /// What every database here begins as.
  static void fill(database& db, std::uint32_t peers) {
    must(db, open_census{some_census()});
    constexpr std::uint32_t at_once = 1'000;
    for (std::uint32_t n = 0; n < peers; n += at_once) {
      record_announcements heard{peer(0x100'0000 + n), start, {}};
      batch visits;
      for (auto i = n; i != std::min(peers, n + at_once); ++i) {
        heard.announcements.push_back(
            {peer(i), static_cast<std::uint32_t>(start.count() - i % 1'000), i % 5'000});
        if (i % 5 == 0)
          visits.operations.push_back(record_visit{peer(i), visit(i)});
      }
      must(db, heard);
      must_be(db.apply(visits));
    }
  }

private:
  /// What reached the kernel stays.
  static constexpr sim::loss_model kept{sim::loss_model::bytes::keep, sim::loss_model::names::keep};

  static std::unique_ptr<sim::disk> fresh_disk() {
    sim::disk::options o;
    o.seed = 11;
    return std::make_unique<sim::disk>(o);
  }
  template <class T>
  static void must_be(const T& done) {
    if (!done)
      throw std::runtime_error(done.error().message);
  }

  static visit_record visit(std::uint32_t n) {
    auto v = n % 3 == 0 ? visit_at(start, net::outcome::complete, net::stage::addresses)
                        : visit_at(start, net::outcome::refused, net::stage::dialling);
    if (n % 3 == 0) {
      v.version.emplace().user_agent = "/node:" + std::to_string(n % 50) + "/";
      v.version->services = n;
    }
    return v;
  }

  std::size_t batch_bytes_;
  std::size_t write_buffer_bytes_;
  std::vector<migration_step> steps_;
  std::unique_ptr<sim::disk> disk_;
  std::uint64_t digest_ = 0;
  std::uint64_t known_ = 0;
  std::uint64_t keys_ = 0;
};

/// Where a process dies: what its disk then loses is drawn. Not holes in what was not synced: after
/// those an opening may have to say that the log is damaged.
sim::loss_model drawn_loss(std::uint64_t draw) {
  using bytes = sim::loss_model::bytes;
  using names = sim::loss_model::names;
  return {std::array{bytes::keep, bytes::lose, bytes::tear}[draw % 3],
          std::array{names::keep, names::lose, names::prefix}[draw / 3 % 3], draw};
}

TEST(store_migration, goes_on_wherever_it_was_killed) {
  const old_database old(400, 4u << 10, 64u << 10);
  std::vector<net::steady_time> moments;
  {
    auto disk = old.copy();
    sim::memory_env env(*disk);
    const auto begun = disk->now();
    database db("/db", old.options(env));
    ASSERT_TRUE(db.open());
    EXPECT_EQ(db.migrated()->from, 0u);
    old.expect_whole(db);
    for (const auto& entry : disk->journal())
      for (const auto at : {entry.begins, (entry.begins + entry.ends) / 2})
        if (at >= begun)
          moments.push_back(at);
  }
  ASSERT_GT(moments.size(), 20u);
  std::uint64_t halves = 0;
  for (std::size_t i = 0; i != moments.size(); ++i) {
    auto disk = old.copy();
    {
      sim::memory_env env(*disk);
      database db("/db", old.options(env));
      ASSERT_TRUE(db.open());
      auto left = disk->after_crash(moments[i], drawn_loss(net::keyed_hash(i, "loss")));
      disk->freeze();
      db.close();
      disk = std::move(left);
    }
    sim::memory_env env(*disk);
    database db("/db", old.options(env));
    const auto opened = db.open();
    ASSERT_TRUE(opened) << opened.error().message;
    halves += db.migrated() && db.migrated()->from == 1 ? 1 : 0;
    old.expect_whole(db);
    if (HasFatalFailure() || HasNonfatalFailure())
      FAIL() << "killed at moment " << i;
  }
  EXPECT_GT(halves, 0u) << "none was killed between two steps";
}

/// The header of a closed database, and whether it is under way to another schema.
std::pair<std::uint32_t, bool> header_of(const std::string& path, const database_options& options) {
  key_values disk(path, options.disk);
  if (!disk.open())
    return {};
  std::uint32_t schema = 0;
  const auto header = disk.get(meta_key("header")).value().value();
  net::byte_reader{net::as_bytes(header)}(schema);
  const auto mark = read_migration_mark(disk);
  return {schema, !mark || mark->has_value()};
}

void write_raw(const std::string& path, const database_options& options, const std::string& key,
               const net::bytes& value) {
  key_values disk(path, options.disk);
  ASSERT_TRUE(disk.open());
  leveldb::WriteBatch out;
  out.Put(key, as_slice(value));
  ASSERT_TRUE(disk.write(out));
}

/// A database of schema 1 on a disk that may fail.
struct old_and_faulty {
  faulty_disk disk;
  std::uint64_t digest = 0;

  explicit old_and_faulty(std::uint32_t peers = 300) {
    {
      database db("/db", disk.options());
      EXPECT_TRUE(db.open());
      record_announcements heard{peer(60'000), start, {}};
      for (std::uint32_t n = 0; n != peers; ++n)
        heard.announcements.push_back({peer(n), static_cast<std::uint32_t>(start.count()), 1});
      must(db, heard);
      for (std::uint32_t n = 0; n != peers; ++n)
        must(db,
             record_visit{peer(n), visit_at(start, net::outcome::refused, net::stage::dialling)});
      digest = db.digest().value();
    }
    take_back("/db", disk.options(), 1);
  }

  database_options options() {
    auto o = disk.options();
    o.migration.batch_bytes = 1u << 10;
    return o;
  }
};

TEST(store_migration, a_full_disk_stops_it_and_it_goes_on_when_there_is_room) {
  std::uint64_t halves = 0;
  for (long at = 0; at < 200; at += 7) {
    old_and_faulty old;
    old.disk.fail_from(at, "No space left on device");
    {
      database db("/db", old.options());
      const auto opened = db.open();
      if (!opened) {
        EXPECT_EQ(opened.error().code, error_code::disk_full) << opened.error().message;
      }
    }
    old.disk.heal();
    const auto [schema, under_way] = header_of("/db", old.options());
    // From its first batch on, the version before refuses it by this number.
    EXPECT_EQ(schema, under_way ? database::schema : schema);
    halves += under_way ? 1 : 0;
    if (under_way) {
      auto looking = old.options();
      looking.disk.look = true;
      const auto looked = database("/db", looking).open();
      ASSERT_FALSE(looked);
      EXPECT_EQ(looked.error().code, error_code::older_schema);
    }
    database db("/db", old.options());
    const auto opened = db.open();
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(db.digest().value(), old.digest) << at;
    EXPECT_EQ(db.check()->problem_count, 0u);
  }
  EXPECT_GT(halves, 5u);
}

TEST(store_migration, what_no_step_leads_from_is_refused_and_left_as_it_is) {
  old_and_faulty old(10);
  const auto refused = [&](const std::string& key, const net::bytes& value) {
    write_raw("/db", old.options(), key, value);
    const auto before = header_of("/db", old.options());
    const auto opened = database("/db", old.options()).open();
    EXPECT_FALSE(opened);
    EXPECT_EQ(header_of("/db", old.options()), before);
    return opened ? error{} : opened.error();
  };
  const auto header = [](std::uint32_t schema) {
    net::bytes out;
    net::byte_writer{out}(schema, std::string{"regtest"}, std::uint64_t{7});
    return out;
  };
  EXPECT_EQ(refused("mheader", header(0)).code, error_code::older_schema);
  EXPECT_EQ(refused("mheader", header(database::schema + 1)).code, error_code::newer_schema);
  write_raw("/db", old.options(), "mheader", header(1));
  EXPECT_EQ(refused("mmigration", net::to_archive(migration_mark{1, "p"})).code,
            error_code::corrupt)
      << "a mark, and the header does not know of it";
  EXPECT_EQ(refused("mmigration", {1, 2, 3}).code, error_code::corrupt);
}

TEST(store_migration, a_database_of_another_chain_is_refused_and_not_changed) {
  old_and_faulty old(10);
  auto options = old.options();
  options.chain = "main";
  const auto opened = database("/db", options).open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, error_code::other_chain);
  EXPECT_EQ(header_of("/db", old.options()), std::pair(1u, false));
}

TEST(store_migration, a_damaged_value_stops_it_and_is_named) {
  old_and_faulty old(10);
  write_raw("/db", old.options(), peer_key(peer(3)), {0x80});
  const auto opened = database("/db", old.options()).open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, error_code::corrupt);
  EXPECT_NE(opened.error().message.find("schema 2"), std::string::npos) << opened.error().message;
}

/// One opening, that dies while its nth batch is written, or between that and the next; true if it
/// came to its end before.
bool migrate_until(const old_database& old, std::unique_ptr<sim::disk>& disk, std::uint64_t nth,
                   std::uint64_t draw) {
  std::uint64_t batches = 0;
  net::steady_time begun{0};
  std::unique_ptr<sim::disk> left;
  sim::memory_env env(*disk);
  auto options = old.options(env);
  options.disk.on_write = [&](const leveldb::WriteBatch& batch) {
    EXPECT_LT(batch.ApproximateSize(), options.migration.batch_bytes + 1'000);
    if (++batches == nth)
      begun = disk->now();
    if (batches != nth + 1)
      return;
    const auto span = static_cast<std::uint64_t>((disk->now() - begun).count()) + 1;
    const auto at = begun + net::steady_time{static_cast<std::int64_t>(draw % span)};
    left = disk->after_crash(at, drawn_loss(net::keyed_hash(draw, "loss")));
    disk->freeze();
  };
  {
    database db("/db", options);
    const auto opened = db.open();
    EXPECT_EQ(opened.has_value(), left == nullptr) << (opened ? "" : opened.error().message);
    if (opened)
      old.expect_whole(db);
  }
  if (left == nullptr)
    return true;
  disk = std::move(left);
  return false;
}

/// A process that is killed again and again on its way, at drawn moments, until it is through; as
/// often as it takes to be killed so many times. Each is to come about `apart` batches after the
/// one before. How many openings there were in all.
std::uint64_t kill_again_and_again(const old_database& old, std::uint64_t kills,
                                   std::uint64_t apart) {
  std::uint64_t openings = 0;
  for (std::uint64_t killed = 0; killed < kills;) {
    auto disk = old.copy();
    for (bool through = false; !through; killed += through ? 0 : 1) {
      const auto draw = net::keyed_hash(++openings, "kill");
      const auto nth = killed < kills ? 1 + draw % (2 * apart) : ~std::uint64_t{0};
      through = migrate_until(old, disk, nth, draw / (2 * apart));
    }
  }
  return openings;
}

TEST(store_migration, goes_on_however_often_it_is_killed) {
  const old_database old(4'000, 16u << 10, 64u << 10);
  EXPECT_GT(kill_again_and_again(old, 100, 3), 100u);
}

/// A figure of this process, from /proc, in MiB.
std::uint64_t memory_mib(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":"))
      return std::stoull(line.substr(name.size() + 1)) / 1024;
  return 0;
}

// What is too large for every run: tools/prove migration.

TEST(store_migration, DISABLED_a_million_records_and_fifty_kills) {
  const old_database old(1'000'000, migration_plan{}.batch_bytes, 16u << 20);
  std::uint64_t batches = 0;
  {
    auto disk = old.copy();
    sim::memory_env env(*disk);
    auto options = old.options(env);
    options.disk.on_write = [&](const leveldb::WriteBatch&) { ++batches; };
    database db("/db", options);
    ASSERT_TRUE(db.open());
    old.expect_whole(db);
  }
  constexpr std::uint64_t kills = 50;
  const auto openings = kill_again_and_again(old, kills, batches / kills);
  std::printf("  %lu values of 1,000,000 peers in %lu batches; killed %lu times in %lu openings\n",
              old.keys(), batches, kills, openings);
}

TEST(store_migration, DISABLED_memory_for_a_million_records) {
  std::string folder = (fs::temp_directory_path() / "seedwalk-migrate-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const auto steps = steps_from_schema_0();
  for (const std::uint32_t peers : {100'000u, 1'000'000u}) {
    const auto path = folder + '/' + std::to_string(peers);
    database_options options;
    options.limits.per_ipv4_address = 1u << 20;
    {
      database db(path, options);
      ASSERT_TRUE(db.open());
      old_database::fill(db, peers);
    }
    take_back(path, options, 0);
    malloc_trim(0); // What was freed is not to be had for nothing.
    std::uint64_t own = 0;
    options.disk.on_write = [&](const leveldb::WriteBatch&) {
      own = std::max(own, memory_mib("RssAnon"));
    };
    key_values disk(path, options.disk);
    ASSERT_TRUE(disk.open());
    std::ofstream("/proc/self/clear_refs") << 5; // The peak is measured anew.
    const auto before = memory_mib("RssAnon");
    const auto begun = std::chrono::steady_clock::now();
    const auto done = migrate(disk, {steps});
    ASSERT_TRUE(done) << done.error().message;
    const auto took = std::chrono::steady_clock::now() - begun;
    std::printf("  %u peers: %lu values in %lu batches, %.1f s; memory of its own %lu MiB before, "
                "%lu at most; %lu with the tables that LevelDB has mapped\n",
                peers, done->looked_at, done->batches, std::chrono::duration<double>(took).count(),
                before, own, memory_mib("VmHWM"));
    // A batch, and LevelDB with its two write buffers, its cache and a table under way.
    EXPECT_LT(own, before + 64);
  }
  fs::remove_all(folder);
}

} // namespace
} // namespace seedwalk::store
