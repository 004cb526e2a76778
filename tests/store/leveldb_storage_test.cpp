#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "faulty_disk.hpp"
#include "store/leveldb_storage.hpp"

namespace seedwalk::store {
namespace {

using namespace test;

/// Keeps what it is handed, and can hold up other threads that hand it over.
class test_sink final : public completion_sink {
public:
  void deliver(net::owner to, completion&& what) override {
    std::unique_lock gate(gate_, std::defer_lock);
    if (std::this_thread::get_id() != mine_)
      gate.lock();
    const std::lock_guard lock(mutex_);
    all_.emplace_back(to, std::move(what));
  }
  std::vector<std::pair<net::owner, completion>> all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }
  std::mutex& gate() { return gate_; }

private:
  const std::thread::id mine_ = std::this_thread::get_id();
  std::mutex gate_;
  std::mutex mutex_;
  std::vector<std::pair<net::owner, completion>> all_;
};

request_id id_of(const completion& c) {
  return std::visit([](const auto& x) { return x.request; }, c);
}
error_code code_of(const completion& c) {
  return std::visit([](const auto& x) { return x.error.code; }, c);
}

std::unique_ptr<database> opened(leveldb::Env* env) {
  auto db = std::make_unique<database>("/db", options_on(env));
  EXPECT_TRUE(db->open());
  return db;
}

batch one_claim(std::uint32_t n) {
  return {{record_claims{{}, start, {{peer(n), static_cast<std::uint32_t>(start.count()), 1}}}}};
}

TEST(store_leveldb_storage, completes_in_order_and_queries_see_the_batches_before_them) {
  const auto disk = memory_disk();
  test_sink sink;
  leveldb_storage storage(sink, opened(disk.get()));
  std::vector<request_id> ids;
  for (std::uint32_t n = 0; n != 200; ++n) {
    ids.push_back(storage.write(one_claim(n), net::owner{1}));
    ids.push_back(storage.query(stats_query{start}, net::owner{2}));
  }
  storage.stop(leveldb_storage::ending::orderly);
  const auto all = sink.all();
  ASSERT_EQ(all.size(), ids.size());
  for (std::size_t i = 0; i != all.size(); ++i) {
    EXPECT_EQ(id_of(all[i].second), ids[i]);
    EXPECT_EQ(code_of(all[i].second), error_code::none);
    EXPECT_EQ(all[i].first.id, 1 + i % 2);
    if (i % 2 == 1) {
      const auto& stats = std::get<stats_answer>(std::get<answered>(all[i].second).answer);
      EXPECT_EQ(stats.known, i / 2 + 1);
    }
  }
}

TEST(store_leveldb_storage, every_request_completes_once_however_it_ends) {
  for (const auto how : {leveldb_storage::ending::orderly, leveldb_storage::ending::fast}) {
    const auto disk = memory_disk();
    test_sink sink;
    std::uint64_t stored = 0;
    {
      leveldb_storage storage(sink, opened(disk.get()));
      for (std::uint32_t n = 0; n != 500; ++n)
        storage.write(one_claim(n), net::owner{1});
      storage.stop(how);
      storage.write(one_claim(500), net::owner{1});
      storage.query(stats_query{}, net::owner{1});
    }
    const auto all = sink.all();
    ASSERT_EQ(all.size(), 502u);
    for (std::size_t i = 0; i != all.size(); ++i) {
      EXPECT_EQ(id_of(all[i].second), request_id{i + 1});
      stored += code_of(all[i].second) == error_code::none ? 1 : 0;
    }
    EXPECT_EQ(code_of(all[500].second), error_code::stopped);
    EXPECT_EQ(code_of(all[501].second), error_code::stopped);
    if (how == leveldb_storage::ending::orderly) {
      EXPECT_EQ(stored, 500u);
    }
    EXPECT_EQ(opened(disk.get())->totals().known, stored) << "acknowledged is stored";
  }
}

TEST(store_leveldb_storage, takes_no_more_than_it_says) {
  const auto disk = memory_disk();
  test_sink sink;
  leveldb_storage storage(sink, opened(disk.get()));
  constexpr auto asked = 3 * storage::max_in_flight;
  {
    // The storage thread is held up at its first completion.
    const std::lock_guard gate(sink.gate());
    for (std::size_t i = 0; i != asked; ++i)
      storage.query(stats_query{}, net::owner{1});
  }
  storage.stop(leveldb_storage::ending::orderly);
  const auto all = sink.all();
  EXPECT_EQ(all.size(), asked);
  std::size_t done = 0;
  for (const auto& [to, what] : all) {
    const auto code = code_of(what);
    EXPECT_TRUE(code == error_code::none || code == error_code::overloaded);
    done += code == error_code::none ? 1 : 0;
  }
  // As many as may wait, and the one that was at hand.
  EXPECT_GE(done, storage::max_in_flight);
  EXPECT_LE(done, storage::max_in_flight + 1);
}

/// Makes room on the disk as soon as it hears that there is none: on the storage thread, between
/// two requests.
class healing_sink final : public completion_sink {
public:
  explicit healing_sink(faulty_disk& disk) : disk_(disk) {}
  void deliver(net::owner, completion&& what) override {
    codes.push_back(code_of(what));
    if (codes.back() == error_code::disk_full)
      disk_.heal();
  }
  std::vector<error_code> codes; ///< To be read when the thread has ended.

private:
  faulty_disk& disk_;
};

TEST(store_leveldb_storage, a_full_disk_is_reported_and_the_door_works_again_after_it) {
  faulty_disk disk;
  healing_sink sink(disk);
  auto db = std::make_unique<database>("/db", disk.options());
  ASSERT_TRUE(db->open());
  disk.fail_from(30, "No space left on device");
  {
    leveldb_storage storage(sink, std::move(db));
    for (std::uint32_t n = 0; n != 50; ++n)
      storage.write(one_claim(n), net::owner{1});
  }
  ASSERT_EQ(sink.codes.size(), 50u);
  EXPECT_EQ(std::count(sink.codes.begin(), sink.codes.end(), error_code::none), 49);
  EXPECT_EQ(std::count(sink.codes.begin(), sink.codes.end(), error_code::disk_full), 1);
  database after("/db", disk.options());
  ASSERT_TRUE(after.open());
  EXPECT_GE(after.totals().known, 49u);
}

} // namespace
} // namespace seedwalk::store
