#include <map>
#include <set>

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

  friend bool operator==(const everything&, const everything&) = default;

  SEEDWALK_INSPECT(everything, flag, small, signed_small, wide, signed_wide, real, paint, duration,
                   text, data, raw, numbers, perhaps, both, either, list, table, distinct)
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
  const auto which = between(0, 2);
  if (which == 1)
    x.either = any_u32();
  if (which == 2)
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
