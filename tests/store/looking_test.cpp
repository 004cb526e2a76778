// To look at a database, commands opened it as a crawl does: that needs the right to write, writes
// a new manifest, deletes logs, and keeps a crawl from beginning as long as `db list | less` is
// open.

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "draw.hpp"
#include "store/folder_contents.hpp"
#include "store/folder_lock.hpp"
#include "store/looking_env.hpp"

namespace seedwalk::store {
namespace {

using namespace test;
namespace fs = std::filesystem;

struct store_looking : testing::Test {
  fs::path folder;

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "seedwalk-looking-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override { fs::remove_all(folder); }

  std::string path() const { return (folder / "db").string(); }

  static database_options looking() {
    auto options = options_on(nullptr);
    options.disk.look = true;
    return options;
  }

  static void announce(database& db, std::uint32_t first, std::uint32_t count) {
    record_announcements heard{peer(60'000), start, {}};
    for (std::uint32_t i = 0; i != count; ++i)
      heard.announcements.push_back(
          {peer(first + i), static_cast<std::uint32_t>(start.count()), 1});
    must(db, heard);
  }

  void fill(std::uint32_t first, std::uint32_t count) const {
    database db(path(), options_on(nullptr));
    ASSERT_TRUE(db.open());
    announce(db, first, count);
  }

  /// All endpoints, by pages of 100.
  static tl::expected<std::size_t, error> count(database& db) {
    list_query query;
    query.limit = 100;
    for (std::size_t total = 0;;) {
      const auto answer = db.answer(query);
      if (!answer)
        return tl::unexpected(answer.error());
      const auto& page = std::get<list_answer>(*answer);
      total += page.peers.size();
      if (!page.next)
        return total;
      query.after = page.next;
    }
  }
};

TEST_F(store_looking, holds_what_the_log_holds_and_takes_no_writes) {
  fill(0, 300);
  database db(path(), looking());
  ASSERT_TRUE(db.open());
  EXPECT_EQ(count(db), 300u);
  EXPECT_EQ(db.check()->problem_count, 0u);
  const auto refused = db.apply({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, error_code::not_writable);
}

TEST_F(store_looking, locks_nobody_out_and_notices_who_comes) {
  fill(0, 300);
  database first(path(), looking());
  database second(path(), looking());
  ASSERT_TRUE(first.open());
  ASSERT_TRUE(second.open()) << "two may look";
  EXPECT_TRUE(first.is_as_opened());
  EXPECT_FALSE(folder_lock::is_held(path()));
  {
    database writer(path(), options_on(nullptr));
    ASSERT_TRUE(writer.open());
    EXPECT_TRUE(folder_lock::is_held(path()));
    EXPECT_FALSE(first.is_as_opened());
  }
  EXPECT_FALSE(folder_lock::is_held(path()));
  EXPECT_FALSE(first.is_as_opened()) << "the writer came and went";
  ASSERT_TRUE(first.open());
  EXPECT_TRUE(first.is_as_opened());
}

/// A writer may take any file away at any time: the view has what it had, or says that it
/// cannot read.
TEST_F(store_looking, beside_a_writer_it_holds_what_it_held_or_fails) {
  fill(0, 1'500);
  fill(1'500, 1'500);
  database view(path(), looking());
  ASSERT_TRUE(view.open());
  {
    database writer(path(), options_on(nullptr));
    ASSERT_TRUE(writer.open());
    for (std::uint32_t n = 0; n != 8; ++n)
      announce(writer, 3'000 + n * 500, 500);
  }
  if (const auto counted = count(view)) {
    EXPECT_EQ(*counted, 3'000u);
  }
  ASSERT_TRUE(view.open());
  EXPECT_EQ(count(view), 7'000u);
}

/// With more tables at the first level than LevelDB likes it wants to compact at once.
TEST_F(store_looking, many_small_tables_are_read_as_they_are) {
  for (std::uint32_t n = 0; n != 12; ++n)
    fill(n * 300, 300);
  const auto files = [this] {
    std::map<std::string, std::uintmax_t> sizes;
    for (const auto& entry : fs::directory_iterator(path()))
      sizes[entry.path().filename()] = entry.is_regular_file() ? entry.file_size() : 0;
    return sizes;
  };
  const auto before = files();
  database view(path(), looking());
  ASSERT_TRUE(view.open());
  for (int again = 0; again != 3; ++again)
    EXPECT_EQ(count(view), 3'600u);
  EXPECT_EQ(view.check()->problem_count, 0u);
  EXPECT_EQ(files(), before);
}

/// What LevelDB begins by itself would take memory without an end.
TEST_F(store_looking, nothing_is_written_once_it_is_open_not_even_in_memory) {
  looking_env env{leveldb::Env::Default()};
  const auto file = (folder / "000007.ldb").string();
  leveldb::WritableFile* opened = nullptr;
  ASSERT_TRUE(env.NewWritableFile(file, &opened).ok());
  delete opened;
  EXPECT_TRUE(env.FileExists(file));
  EXPECT_FALSE(fs::exists(file));
  std::thread{[&] { EXPECT_FALSE(env.NewWritableFile(file, &opened).ok()); }}.join();
  env.seal();
  EXPECT_FALSE(env.NewWritableFile((folder / "000008.ldb").string(), &opened).ok());
}

TEST_F(store_looking, where_nothing_is_nothing_begins) {
  const auto refused = [&] {
    database db(path(), looking());
    const auto opened = db.open();
    return opened ? error_code::none : opened.error().code;
  };
  EXPECT_EQ(refused(), error_code::not_found);
  EXPECT_FALSE(fs::exists(path()));
  fs::create_directory(path());
  EXPECT_EQ(refused(), error_code::not_found);
  EXPECT_TRUE(fs::is_empty(path()));
}

/// Zeros in a log, as a machine that lost power leaves them, were passed over without a word.
TEST_F(store_looking, bytes_in_a_log_that_are_no_records_are_found_and_kept) {
  fill(0, 300);
  fill(300, 1'500);
  fs::path log;
  for (const auto& entry : fs::directory_iterator(path()))
    if (kind_of_file(entry.path().filename().string()) == file_kind::log)
      log = entry.path();
  ASSERT_FALSE(log.empty());
  auto& env = *leveldb::Env::Default();
  EXPECT_EQ(find_log_gap(env, log.string()), std::nullopt);
  const auto size = fs::file_size(log);
  ASSERT_GT(size, 32'768u) << "more than one block";
  for (const char filler : {'\0', '\xff'}) {
    std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(32'768);
    file << std::string(100, filler);
    file.close();
    EXPECT_EQ(find_log_gap(env, log.string()), 32'768u);
  }
  // A record that goes on in the block of zeros is damage, to LevelDB as well; a lost block is not.
  std::ofstream(log, std::ios::binary) << std::string(size, '\0');
  {
    database view(path(), looking());
    ASSERT_TRUE(view.open());
    ASSERT_EQ(view.findings().size(), 1u);
    EXPECT_NE(view.findings()[0].find(log.filename().string()), std::string::npos);
    EXPECT_EQ(view.check()->problem_count, 1u);
  }
  database db(path(), options_on(nullptr));
  ASSERT_TRUE(db.open());
  EXPECT_EQ(db.findings().size(), 1u);
  EXPECT_EQ(fs::file_size(folder / "db" / "unclaimed" / log.filename()), size);
}

TEST_F(store_looking, no_log_of_leveldb_has_a_gap) {
  EXPECT_TRUE(rc::check([&] {
    const auto env = memory_disk();
    leveldb::Options o;
    o.env = env.get();
    o.create_if_missing = true;
    leveldb::DB* raw = nullptr;
    RC_ASSERT(leveldb::DB::Open(o, "/db", &raw).ok());
    const std::unique_ptr<leveldb::DB> db{raw};
    for (const auto size :
         *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 40'000)))
      RC_ASSERT(db->Put({}, "key", std::string(size, '\0')).ok());
    std::vector<std::string> names;
    RC_ASSERT(env->GetChildren("/db", &names).ok());
    for (const auto& name : names)
      if (kind_of_file(name) == file_kind::log)
        RC_ASSERT(!find_log_gap(*env, "/db/" + name));
  }));
}

} // namespace
} // namespace seedwalk::store
