#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/disk/disk.hpp"
#include "sim/disk/memory_env.hpp"
#include "store/folder_contents.hpp"
#include "store/key_values.hpp"

namespace seedwalk::store {
namespace {

using sim::disk;

constexpr auto log_of_db = "/db/000003.log";

/// A database on a simulated disk, with a few keys, each of which was synced before the next.
struct holed_database {
  explicit holed_database(const std::vector<std::size_t>& sizes) {
    key_values db{"/db", options(env)};
    RC_ASSERT(db.open());
    for (const auto size : sizes) {
      leveldb::WriteBatch one;
      // Nothing of it looks like a hole.
      one.Put(key(written), std::string(size, 'x'));
      RC_ASSERT(db.write(one));
      ends.push_back(drive.find(log_of_db)->data.size());
      ++written;
    }
  }

  static key_value_options options(sim::memory_env& on) {
    key_value_options o;
    o.env = &on;
    o.settle = [&on] { on.run_background(); };
    o.sync_folder = [&on](const std::string& folder) { return on.sync_folder(folder); };
    return o;
  }

  static std::string key(std::size_t nth) { return "key " + std::to_string(nth); }

  disk drive{{}};
  sim::memory_env env{drive};
  std::size_t written = 0;
  std::vector<std::size_t> ends; ///< Of each write in the log.
};

/// How many of the keys are there, from the first on; nothing: it does not open.
std::optional<std::size_t> keys_in(disk& on) {
  sim::memory_env env{on};
  key_values db{"/db", holed_database::options(env)};
  if (!db.open())
    return std::nullopt;
  std::size_t found = 0;
  while (*db.get(holed_database::key(found)))
    ++found;
  return found;
}

std::vector<std::size_t> drawn_sizes(std::size_t least) {
  const auto size = rc::gen::oneOf(rc::gen::inRange<std::size_t>(0, 5'000),
                                   rc::gen::inRange<std::size_t>(0, 70'000));
  auto sizes = *rc::gen::container<std::vector<std::size_t>>(size);
  while (sizes.size() < least)
    sizes.push_back(*size);
  return sizes;
}

/// Where the nth write begins in the log.
std::size_t begin_of(const holed_database& db, std::size_t nth) {
  return nth == 0 ? 0 : db.ends[nth - 1];
}

void erase_page(disk& on, std::size_t from, std::size_t to) {
  auto& data = on.find(log_of_db)->data;
  std::fill(data.begin() + static_cast<std::ptrdiff_t>(from),
            data.begin() + static_cast<std::ptrdiff_t>(std::min(to, data.size())), '\0');
}

// LevelDB refuses a log whose last write has holes: a loss of power made a database useless of
// which nothing acknowledged was lost.
TEST(unfinished_write, whatever_pages_of_the_last_write_are_lost_all_before_it_is_there) {
  std::size_t lost = 0;
  EXPECT_TRUE(rc::check([&] {
    const holed_database db{drawn_sizes(1)};
    // The last call is the sync of the last write: in it nothing of that is durable.
    const auto left =
        db.drive.after_crash_in(db.drive.changes(), {},
                                {sim::loss_model::bytes::pages, sim::loss_model::names::lose,
                                 *rc::gen::arbitrary<unsigned>()});
    const auto found = keys_in(*left);
    RC_ASSERT(found.has_value());
    RC_ASSERT(*found == db.written || *found == db.written - 1);
    lost += *found == db.written ? 0 : 1;
  }));
  EXPECT_GT(lost, 20u);
}

TEST(unfinished_write, a_hole_with_a_write_behind_it_is_damage) {
  EXPECT_TRUE(rc::check([] {
    // Each goes beyond the page in which it begins.
    const auto size = rc::gen::inRange<std::size_t>(5'000, 40'000);
    const auto more = *rc::gen::container<std::vector<std::size_t>>(size);
    std::vector<std::size_t> sizes = {*size, *size};
    sizes.insert(sizes.end(), more.begin(), more.end());
    const holed_database db{sizes};
    const auto left = db.drive.copy();
    const auto victim = *rc::gen::inRange<std::size_t>(0, db.written - 1);
    const auto begin = begin_of(db, victim);
    erase_page(*left, begin, (begin / 4096 + 1) * 4096);
    sim::memory_env env{*left};
    RC_ASSERT(!find_unfinished_write(env, log_of_db));
    const auto found = keys_in(*left);
    // Zeros from the beginning of a record on LevelDB passes over, up to the next block.
    RC_ASSERT(!found || *found <= victim);
  }));
}

TEST(unfinished_write, a_bit_that_changed_in_the_last_write_is_damage) {
  EXPECT_TRUE(rc::check([] {
    const holed_database db{drawn_sizes(1)};
    const auto left = db.drive.copy();
    const auto begin = begin_of(db, db.written - 1);
    // In the data: what says how long it is makes it one that was cut, or not.
    const auto at = *rc::gen::inRange(begin + 7, db.ends.back());
    RC_ASSERT(left->flip_bit(log_of_db, at, *rc::gen::inRange(0u, 8u)));
    sim::memory_env env{*left};
    RC_ASSERT(!find_unfinished_write(env, log_of_db));
  }));
}

TEST(unfinished_write, no_log_as_leveldb_writes_it_has_one_wherever_it_is_cut) {
  EXPECT_TRUE(rc::check([] {
    const holed_database db{drawn_sizes(1)};
    const auto left = db.drive.copy();
    left->find(log_of_db)->data.resize(*rc::gen::inRange<std::size_t>(0, db.ends.back() + 1));
    sim::memory_env env{*left};
    RC_ASSERT(!find_unfinished_write(env, log_of_db));
  }));
}

// POSIX does not promise a file's name with its bytes, and LevelDB syncs no folder when it has
// begun a log: what it acknowledged then was in a file that nobody found.
TEST(careful_env, the_name_of_a_log_is_durable_before_its_first_write_is_acknowledged) {
  disk::options o;
  o.sync_commits_names = false;
  disk on(o);
  sim::memory_env env{on};
  auto options = holed_database::options(env);
  options.write_buffer_bytes = 64u << 10;
  // Its own thread, which writes down names besides, has not come to that yet.
  bool runs = true;
  options.settle = [&] {
    if (runs)
      env.run_background();
  };
  key_values db{"/db", options};
  ASSERT_TRUE(db.open());
  runs = false;
  std::size_t written = 0;
  for (std::size_t logs = 1; logs == 1 && !testing::Test::HasFailure();) {
    leveldb::WriteBatch one;
    one.Put(holed_database::key(written++), std::string(9'000, 'x'));
    EXPECT_TRUE(db.write(one));
    const auto names = on.list("/db");
    logs = static_cast<std::size_t>(std::ranges::count(names, file_kind::log, kind_of_file));
    const auto left = on.after_crash(on.now(), {});
    EXPECT_EQ(keys_in(*left), written);
  }
  runs = true;
}

TEST(careful_env, a_folder_that_cannot_be_synced_is_an_error_of_the_write) {
  disk on({});
  sim::memory_env env{on};
  auto options = holed_database::options(env);
  bool fails = false;
  options.sync_folder = [&](const std::string& folder) {
    return fails ? leveldb::Status::IOError(folder, "Input/output error") : leveldb::Status::OK();
  };
  key_values db{"/db", options};
  ASSERT_TRUE(db.open());
  fails = true;
  leveldb::WriteBatch one;
  one.Put("key", "value");
  const auto done = db.write(one);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, error_code::io);
}

TEST(careful_env, a_real_folder_is_synced_and_what_is_none_is_an_error) {
  EXPECT_TRUE(careful_env::sync_real_folder("/tmp").ok());
  EXPECT_FALSE(careful_env::sync_real_folder("/proc/self/cmdline").ok());
}

} // namespace
} // namespace seedwalk::store
