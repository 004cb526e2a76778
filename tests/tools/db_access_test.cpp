#include <gtest/gtest.h>

#include "tests/tools/fake_crawl.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/db_access.hpp"

namespace seedwalk::tools {
namespace {

net::endpoint endpoint(std::uint32_t number) {
  return net::ipv4_endpoint(0x01020000u + number, 18'444);
}

store::database_options small() {
  store::database_options options;
  options.disk.write_buffer_bytes = 64u << 10;
  options.record_cache_bytes = 4u << 10;
  return options;
}

void announce(store::database& db, std::uint32_t first, std::uint32_t count) {
  store::record_announcements heard{endpoint(60'000), store::timestamp{1'800'000'000}, {}};
  for (std::uint32_t i = 0; i != count; ++i)
    heard.announcements.push_back({endpoint(first + i), 1'800'000'000, 1});
  ASSERT_TRUE(db.apply({{heard}}));
}

/// `seedwalk db list | less`, read slowly: a crawl begins meanwhile, writes, and ends.
TEST(db_access, a_list_goes_on_while_a_crawl_comes_and_goes) {
  const temporary_folder folder;
  const auto path = folder / "db";
  {
    store::database db{path, small()};
    ASSERT_TRUE(db.open());
    announce(db, 0, 3'000);
  }
  auto access = db_access::open(path, small());
  ASSERT_TRUE(access) << access.error().message;
  ASSERT_NE(access->local(), nullptr);
  store::list_query query;
  query.limit = 1'000;
  std::uint32_t listed = 0;
  const auto read_page = [&] {
    const auto answer = access->ask(query);
    ASSERT_TRUE(answer) << answer.error().message;
    const auto& page = std::get<store::list_answer>(*answer);
    for (const auto& [peer, record] : page.peers)
      EXPECT_EQ(peer, endpoint(listed++));
    query.after = page.next;
  };
  read_page();
  store::database writer{path, small()};
  ASSERT_TRUE(writer.open()) << "nobody is locked out by a reader";
  {
    const fake_crawl crawl{path, writer};
    for (std::uint32_t n = 0; n != 10; ++n)
      announce(writer, 3'000 + n * 500, 500);
    read_page();
  }
  writer.close();
  while (query.after)
    read_page();
  EXPECT_GE(listed, 3'000u);
}

/// A crawl that has the database is asked; once it is gone, the same access looks for itself.
TEST(db_access, a_command_that_asked_a_crawl_looks_for_itself_when_that_ends) {
  const temporary_folder folder;
  const auto path = folder / "db";
  store::database writer{path, small()};
  ASSERT_TRUE(writer.open());
  announce(writer, 0, 100);
  std::optional<db_access> access;
  {
    const fake_crawl crawl{path, writer};
    auto found = db_access::open(path, small());
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->local(), nullptr);
    access = std::move(*found);
    ASSERT_TRUE(access->ask(store::stats_query{}));
  }
  writer.close();
  const auto stats = access->ask(store::stats_query{});
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(std::get<store::stats_answer>(*stats).known, 100u);
  EXPECT_NE(access->local(), nullptr);
}

} // namespace
} // namespace seedwalk::tools
