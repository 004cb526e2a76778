#include <atomic>
#include <bitset>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <gtest/gtest.h>

#include "net/base/archive.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::net {
namespace {

using namespace seedwalk::test;

enum class colour : std::uint8_t { red, green };

/// One of everything that an archive knows.
struct everything {
  bool flag = false;
  std::uint8_t small = 0;
  std::int16_t signed_small = 0;
  std::uint64_t wide = 0;
  std::int64_t signed_wide = 0;
  double real = 0;
  colour paint = colour::red;
  std::chrono::milliseconds duration{};
  std::string text;
  bytes data;
  std::array<std::uint8_t, 3> raw{};
  std::array<std::uint32_t, 2> numbers{};
  std::optional<std::int32_t> perhaps;
  std::pair<std::uint8_t, std::string> both;
  std::variant<std::monostate, std::uint32_t, std::string> either;
  std::vector<std::pair<bool, std::string>> list;
  std::map<std::string, std::uint32_t> table;
  std::set<std::int64_t> distinct;
  std::bitset<40> kinds;

  friend bool operator==(const everything&, const everything&) = default;

  SEEDWALK_INSPECT(everything, flag, small, signed_small, wide, signed_wide, real, paint, duration,
                   text, data, raw, numbers, perhaps, both, either, list, table, distinct, kinds)
};

everything anything() {
  everything x;
  x.flag = between(0, 1) == 1;
  x.small = static_cast<std::uint8_t>(any_u32());
  x.signed_small = static_cast<std::int16_t>(any_u32());
  x.wide = any_u64();
  x.signed_wide = static_cast<std::int64_t>(any_u64());
  x.real = static_cast<double>(any_u64()) / 3;
  x.paint = static_cast<colour>(between(0, 1));
  x.duration = std::chrono::milliseconds{static_cast<std::int64_t>(any_u64())};
  x.text = printable(0, 20);
  x.data = up_to(20);
  draw(x.raw);
  x.numbers = {any_u32(), any_u32()};
  if (between(0, 1) == 1)
    x.perhaps = static_cast<std::int32_t>(any_u32());
  x.both = {x.small, printable(0, 5)};
  x.kinds = any_u64();
  const auto kind = between(0, 2);
  if (kind == 1)
    x.either = any_u32();
  if (kind == 2)
    x.either = printable(0, 5);
  for (auto n = between(0, 3); n != 0; --n) {
    x.list.emplace_back(between(0, 1) == 1, printable(0, 5));
    x.table[printable(0, 5)] = any_u32();
    x.distinct.insert(static_cast<std::int64_t>(any_u64()));
  }
  return x;
}

TEST(archive, reads_back_what_was_written) {
  EXPECT_TRUE(rc::check([] {
    const auto x = anything();
    everything again;
    RC_ASSERT(from_archive(to_archive(x), again));
    RC_ASSERT(again == x);
  }));
}

TEST(archive, refuses_every_strict_prefix_and_anything_after_the_end) {
  EXPECT_TRUE(rc::check([] {
    auto archive = to_archive(anything());
    everything again;
    for (std::size_t size = 0; size != archive.size(); ++size)
      RC_ASSERT(!from_archive(byte_view{archive}.first(size), again));
    archive.push_back(0);
    RC_ASSERT(!from_archive(archive, again));
  }));
}

TEST(archive, survives_damage_and_noise) {
  EXPECT_TRUE(rc::check([] {
    auto archive = to_archive(anything());
    for (auto n = between(1, 4); n != 0; --n)
      archive[between<std::size_t>(0, archive.size() - 1)] ^=
          static_cast<std::uint8_t>(1 << between(0, 7));
    everything again;
    from_archive(archive, again);
    from_archive(up_to(300), again);
  }));
}

/// A class whose fields cannot have just any values, and one of them read by other threads.
class bounded_count {
public:
  static constexpr std::uint32_t most = 10;

  explicit bounded_count(std::uint32_t count = 0) : count_(count) {}
  std::uint32_t count() const { return count_; }
  bool is_consistent() const { return count_ <= most; }

  SEEDWALK_INSPECT(bounded_count, count_)

private:
  std::atomic<std::uint32_t> count_;
};

TEST(archive, refuses_what_a_type_says_cannot_be) {
  for (std::uint32_t count = 0; count != 2 * bounded_count::most; ++count) {
    bounded_count again;
    EXPECT_EQ(from_archive(to_archive(bounded_count{count}), again), count <= bounded_count::most);
    EXPECT_EQ(again.count(), count);
  }
  // In the middle of something else, and nothing is read after it.
  auto archive = to_archive(bounded_count{bounded_count::most + 1});
  archive.push_back(1);
  byte_reader reader{archive};
  bounded_count again;
  bool flag = false;
  EXPECT_FALSE(reader(again, flag));
  EXPECT_FALSE(reader.ok());
  EXPECT_FALSE(flag);
}

struct named_backwards {
  std::uint8_t first = 1;
  std::uint8_t second = 2;
  SEEDWALK_INSPECT(named_backwards, second, first)
};

TEST(archive, is_the_values_in_the_order_in_which_they_are_named) {
  EXPECT_EQ(to_archive(named_backwards{}), (bytes{2, 1}));
}

TEST(archive, has_hash_tables_in_the_order_of_their_keys) {
  EXPECT_TRUE(rc::check([] {
    std::map<std::string, std::uint32_t> ordered;
    for (auto n = between(0, 20); n != 0; --n)
      ordered[printable(0, 5)] = any_u32();
    // order never seen: that is what is tested
    std::unordered_map<std::string, std::uint32_t> hashed(ordered.begin(), ordered.end());
    RC_ASSERT(to_archive(hashed) == to_archive(ordered));
    decltype(hashed) again;
    RC_ASSERT(from_archive(to_archive(ordered), again));
    RC_ASSERT(again == hashed);
    std::set<std::string> names;
    std::unordered_set<std::string> hashed_names; // order never seen: the same
    for (const auto& [name, number] : ordered)
      if (number % 2 == 0) {
        names.insert(name);
        hashed_names.insert(name);
      }
    RC_ASSERT(to_archive(hashed_names) == to_archive(names));
  }));
}

struct with_a_cache {
  std::uint8_t number = 0;
  not_archived<std::string> text;
  SEEDWALK_INSPECT(with_a_cache, number, text)
};

TEST(archive, passes_over_what_says_so_and_leaves_it_as_it_is) {
  with_a_cache known{7, std::string{"seven"}};
  EXPECT_EQ(to_archive(known), bytes{7});
  with_a_cache again{0, std::string{"before"}};
  ASSERT_TRUE(from_archive(to_archive(known), again));
  EXPECT_EQ(again.number, 7);
  EXPECT_EQ(again.text, "before");
}

TEST(archive, stays_failed_after_its_first_failure) {
  const bytes archive = {2, 1, 1};
  byte_reader reader{archive};
  bool flag = false;
  EXPECT_FALSE(reader(flag)) << "2 is no bool";
  EXPECT_FALSE(reader.ok());
  EXPECT_FALSE(reader(flag));
  EXPECT_EQ(reader.left(), 0u);
}

TEST(archive, believes_no_count_that_the_rest_could_not_hold) {
  bytes archive;
  byte_writer{archive}(std::uint64_t{1} << 60);
  std::vector<std::uint64_t> numbers;
  EXPECT_FALSE(from_archive(archive, numbers));
  std::string text;
  EXPECT_FALSE(from_archive(archive, text));
}

} // namespace
} // namespace seedwalk::net
