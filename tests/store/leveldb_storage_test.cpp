#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "draw.hpp"
#include "store/leveldb_storage.hpp"

/// What the suite of the storage door (tests/conformance) cannot ask: calls from several threads.
namespace seedwalk::store {
namespace {

using namespace test;

/// Keeps whom completions are for, and of which request.
class test_sink final : public completion_sink {
public:
  void deliver(net::owner to, store::completion&& completion) override {
    const std::lock_guard lock(mutex_);
    std::visit([&](const auto& x) { heard.emplace_back(to, x.request); }, completion);
    failures += std::visit([](const auto& x) { return x.error ? 1u : 0u; }, completion);
  }
  std::vector<std::pair<net::owner, request_id>> heard; ///< To be read when the door is stopped.
  std::size_t failures = 0;

private:
  std::mutex mutex_;
};

TEST(store_leveldb_storage, takes_calls_from_several_threads) {
  const auto disk = memory_disk();
  test_sink sink;
  constexpr std::uint32_t callers = 4;
  constexpr std::uint32_t calls = 100;
  std::vector<std::vector<request_id>> given(callers);
  auto db = std::make_unique<database>("/db", options_on(disk.get()));
  ASSERT_TRUE(db->open());
  {
    leveldb_storage storage(sink, std::move(db));
    std::vector<std::thread> threads;
    for (std::uint32_t c = 0; c != callers; ++c)
      threads.emplace_back([&, c] {
        for (std::uint32_t n = 0; n != calls; ++n)
          given[c].push_back(n % 2 == 0
                                 ? storage.write({{dial_soon{start, {peer(c * calls + n)}}}}, {c})
                                 : storage.query(stats_query{start}, {c}));
      });
    for (auto& t : threads)
      t.join();
  }
  EXPECT_EQ(sink.failures, 0u);
  ASSERT_EQ(sink.heard.size(), callers * calls);
  for (std::uint64_t i = 0; i != sink.heard.size(); ++i)
    EXPECT_EQ(sink.heard[i].second.value, i + 1) << "in the order in which they were made";
  for (std::uint32_t c = 0; c != callers; ++c) {
    EXPECT_TRUE(std::is_sorted(given[c].begin(), given[c].end()));
    for (const auto id : given[c])
      EXPECT_EQ(sink.heard[id.value - 1].first, net::owner{c});
  }
}

} // namespace
} // namespace seedwalk::store
