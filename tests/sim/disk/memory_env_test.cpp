#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <leveldb/db.h>
#include <leveldb/write_batch.h>

#include "sim/disk/memory_env.hpp"

namespace seedwalk::sim {
namespace {

/// A LevelDB on a disk, settled after each call.
class opened {
public:
  explicit opened(disk& on) : disk_(on), env_(on) {
    leveldb::Options o;
    o.env = &env_;
    o.create_if_missing = true;
    o.write_buffer_size = 64 * 1024;
    leveldb::DB* db = nullptr;
    status_ = leveldb::DB::Open(o, "/db", &db);
    db_.reset(db);
    env_.run_background();
  }
  ~opened() { env_.run_background(); }

  const leveldb::Status& status() const { return status_; }
  /// The journal's length when the newest write was acknowledged, before what it put off was done.
  std::size_t done_at() const { return done_at_; }

  leveldb::Status put(const std::string& key, const std::string& value) {
    leveldb::WriteBatch batch;
    batch.Put(key, value);
    batch.Put("last", key);
    leveldb::WriteOptions o;
    o.sync = true;
    const auto result = db_->Write(o, &batch);
    done_at_ = disk_.journal().size();
    env_.run_background();
    return result;
  }

  std::string get(const std::string& key) {
    std::string value;
    const auto found = db_->Get({}, key, &value);
    env_.run_background();
    return found.ok() ? value : "(none)";
  }

private:
  disk& disk_;
  std::size_t done_at_ = 0;
  memory_env env_;
  leveldb::Status status_;
  std::unique_ptr<leveldb::DB> db_;
};

std::string key(int i) {
  auto text = std::to_string(i);
  return std::string(6 - text.size(), '0') + text;
}

/// Writes until the disk refuses; what was acknowledged.
int fill(disk& on, int count) {
  opened db(on);
  if (!db.status().ok())
    return 0;
  for (int i = 1; i <= count; ++i)
    if (!db.put(key(i), std::string(300, static_cast<char>('a' + i % 26))).ok())
      return i - 1;
  return count;
}

TEST(memory_env, a_database_comes_back) {
  disk on({});
  ASSERT_EQ(fill(on, 1'000), 1'000);
  opened db(on);
  ASSERT_TRUE(db.status().ok()) << db.status().ToString();
  for (int i = 1; i <= 1'000; ++i)
    EXPECT_EQ(db.get(key(i)), std::string(300, static_cast<char>('a' + i % 26)));
}

TEST(memory_env, two_runs_do_the_same_calls_at_the_same_times) {
  disk a({}), b({});
  fill(a, 1'000);
  fill(b, 1'000);
  EXPECT_EQ(a.now(), b.now());
  ASSERT_EQ(a.journal().size(), b.journal().size());
  for (std::size_t i = 0; i != a.journal().size(); ++i) {
    EXPECT_EQ(a.journal()[i].call, b.journal()[i].call);
    EXPECT_EQ(a.journal()[i].ends, b.journal()[i].ends);
    EXPECT_EQ(a.journal()[i].size, b.journal()[i].size);
  }
}

TEST(memory_env, a_second_lock_is_refused) {
  disk on({});
  memory_env env(on);
  leveldb::FileLock* first = nullptr;
  leveldb::FileLock* second = nullptr;
  ASSERT_TRUE(env.LockFile("/lock", &first).ok());
  EXPECT_FALSE(env.LockFile("/lock", &second).ok());
  ASSERT_TRUE(env.UnlockFile(first).ok());
  ASSERT_TRUE(env.LockFile("/lock", &second).ok());
  env.UnlockFile(second);
}

TEST(memory_env, a_full_disk_says_so_in_the_words_of_posix) {
  disk::options o;
  o.capacity_bytes = 50'000;
  disk on(o);
  opened db(on);
  leveldb::Status status;
  for (int i = 1; status.ok() && i != 1'000; ++i)
    status = db.put(key(i), std::string(300, 'x'));
  EXPECT_TRUE(status.IsIOError());
  EXPECT_NE(status.ToString().find("No space left on device"), std::string::npos);
}

/// The number of the newest write when each entry of the journal was made: what was acknowledged by
/// then.
struct filled {
  disk on;
  std::vector<std::pair<std::size_t, int>> acknowledged; ///< Journal's length, number.

  explicit filled(disk::options o, int count) : on(std::move(o)) {
    opened db(on);
    for (int i = 1; i <= count; ++i) {
      EXPECT_TRUE(db.put(key(i), std::string(300, 'v')).ok());
      acknowledged.emplace_back(db.done_at(), i);
    }
  }

  int acknowledged_by(std::size_t done) const {
    int result = 0;
    for (const auto& [length, number] : acknowledged)
      if (length <= done)
        result = number;
    return result;
  }
};

struct verdict {
  int crashes = 0;
  int lost = 0;
  int unopened = 0;
};

verdict crash_everywhere(const filled& f, loss_model loss, std::size_t stride) {
  verdict v;
  for (std::size_t done = 0; done < f.on.journal().size(); done += stride) {
    const auto grown = f.on.journal()[done].grown;
    for (const auto torn : {std::uint64_t{0}, std::uint64_t{1}, grown / 2}) {
      loss.seed = done * 3 + torn;
      const auto left = f.on.after_crash(done, torn, loss);
      opened db(*left);
      ++v.crashes;
      if (!db.status().ok())
        ++v.unopened;
      else if (const auto at_least = f.acknowledged_by(done);
               at_least > 0 && (db.get("last") == "(none)" || db.get("last") < key(at_least)))
        ++v.lost;
    }
  }
  return v;
}

TEST(memory_env, a_crash_at_every_call_loses_nothing_acknowledged) {
  const filled f({}, 400);
  for (const auto bytes : {loss_model::bytes::lose, loss_model::bytes::tear})
    for (const auto names : {loss_model::names::lose, loss_model::names::prefix}) {
      const auto v = crash_everywhere(f, {bytes, names, 1}, 11);
      EXPECT_GT(v.crashes, 200);
      EXPECT_EQ(v.lost, 0);
      EXPECT_EQ(v.unopened, 0);
    }
}

TEST(memory_env, strict_posix_names_lose_the_writes_of_a_new_log) {
  // The other side of `sync_commits_names`: where a synced file's name is not durable, LevelDB
  // loses what it acknowledged after it had begun a new log.
  disk::options o;
  o.sync_commits_names = false;
  const filled f(o, 400);
  const auto v = crash_everywhere(f, {loss_model::bytes::lose, loss_model::names::lose, 1}, 2);
  EXPECT_GT(v.lost, 0);
}

TEST(memory_env, a_sync_that_lies_loses_what_was_acknowledged) {
  disk::options o;
  o.faults.push_back({disk_call::sync, 100, 1'000, disk_fault::effect::lie, {}});
  const filled f(o, 400);
  const auto v = crash_everywhere(f, {loss_model::bytes::lose, loss_model::names::lose, 1}, 7);
  EXPECT_GT(v.lost, 0);
}

} // namespace
} // namespace seedwalk::sim
