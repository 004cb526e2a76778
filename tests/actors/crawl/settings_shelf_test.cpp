#include <stdexcept>

#include <gtest/gtest.h>

#include "actors/crawl/settings.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/archive.hpp"

namespace seedwalk::actors {
namespace {

std::shared_ptr<const settings> made(std::uint32_t connections,
                                     std::set<net::endpoint> resolved = {}) {
  crawl_config config;
  config.limits.max_connections = connections;
  return std::make_shared<const settings>(
      config, 7, "a build", std::vector<address_rule>{},
      findings{{true, false, true, false},
               std::move(resolved),
               net::parse_endpoint("198.51.100.3:9050").value()});
}

/// What an archive makes of it, and no more: as in an actor that was brought back.
settings_in_use through_archive(const settings_in_use& in_use) {
  settings_in_use result;
  EXPECT_TRUE(net::from_archive(net::to_archive(in_use), result));
  return result;
}

TEST(settings_shelf, an_actor_that_is_brought_back_goes_by_its_own_settings_and_not_by_the_newest) {
  settings_shelf shelf{made(10)};
  const auto old = shelf.newest();
  const auto next = shelf.add(made(20));
  auto back = through_archive(old);
  EXPECT_EQ(nullptr, back.values);
  shelf.attach(back);
  EXPECT_EQ(10u, back->config.limits.max_connections);
  EXPECT_EQ(old.values, back.values);
  EXPECT_EQ(next.values, shelf.newest().values);
}

TEST(settings_shelf, whom_nobody_gave_any_goes_by_the_newest) {
  settings_shelf shelf{made(10)};
  shelf.add(made(20));
  settings_in_use fresh;
  shelf.attach(fresh);
  EXPECT_EQ(20u, fresh->config.limits.max_connections);
  EXPECT_EQ(2u, fresh.number);
}

TEST(settings_shelf, what_nobody_goes_by_any_more_is_not_kept) {
  settings_shelf shelf{made(10)};
  auto gone = through_archive(shelf.newest());
  shelf.add(made(20));
  shelf.add(made(30));
  EXPECT_THROW(shelf.attach(gone), std::logic_error);
}

TEST(settings_shelf, all_that_somebody_goes_by_come_back_in_another_process) {
  settings_shelf shelf{made(10, {*net::parse_endpoint("203.0.113.9:8333")})};
  const auto old = shelf.newest();
  shelf.add(made(15));
  const auto newest = shelf.add(made(20));
  settings_shelf other{made(1)};
  ASSERT_TRUE(other.restore(shelf.capture()));
  auto old_there = through_archive(old);
  auto newest_there = through_archive(newest);
  other.attach(old_there);
  other.attach(newest_there);
  EXPECT_EQ(10u, old_there->config.limits.max_connections);
  EXPECT_EQ(old->digest, old_there->digest);
  EXPECT_EQ(old->found, old_there->found);
  EXPECT_EQ(old->session.nonce_key, old_there->session.nonce_key);
  EXPECT_EQ(newest->build, newest_there->build);
  EXPECT_EQ(newest.number, other.newest().number);
  EXPECT_EQ(newest.number + 1, other.add(made(40)).number);
}

TEST(settings_shelf, what_is_no_archive_of_settings_is_refused_and_changes_nothing) {
  settings_shelf shelf{made(10)};
  EXPECT_FALSE(shelf.restore(net::bytes{1, 2, 3}));
  EXPECT_FALSE(shelf.restore({}));
  EXPECT_EQ(10u, shelf.newest()->config.limits.max_connections);
}

} // namespace
} // namespace seedwalk::actors
