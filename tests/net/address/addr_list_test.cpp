#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/address/addr_list.hpp"
#include "net/base/archive.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::net::msg {
namespace {

std::vector<addr_entry> any_entries(std::size_t most) {
  std::vector<addr_entry> result(*rc::gen::inRange<std::size_t>(0, most));
  for (auto& entry : result)
    seedwalk::test::draw(entry);
  return result;
}

std::vector<addr_entry> entries_of(const addr_list& list) {
  return {list.begin(), list.end()};
}

TEST(addr_list, has_what_a_vector_has_after_any_calls) {
  EXPECT_TRUE(rc::check([] {
    std::vector<addr_entry> model;
    addr_list list;
    for (int calls = *rc::gen::inRange(1, 12); calls != 0; --calls) {
      switch (*rc::gen::inRange(0, 6)) {
      case 0:
        for (const auto& entry : any_entries(30)) {
          model.push_back(entry);
          list.push_back(entry);
        }
        break;
      case 1: {
        const auto more = any_entries(30);
        model.insert(model.end(), more.begin(), more.end());
        list.append(addr_list(more.begin(), more.end()));
        break;
      }
      case 2: {
        const auto copy = model;
        model.insert(model.end(), copy.begin(), copy.end());
        list.append(list);
        break;
      }
      case 3: {
        const auto size = *rc::gen::inRange<std::size_t>(0, 60);
        addr_entry more;
        seedwalk::test::draw(more);
        model.resize(size, more);
        list.resize(size, more);
        break;
      }
      case 4: {
        const auto unwanted = *rc::gen::inRange<std::uint32_t>(1, 5);
        std::erase_if(model, [&](const auto& entry) { return entry.time % unwanted == 0; });
        list.erase_if([&](const auto& entry) { return entry.time() % unwanted == 0; });
        break;
      }
      default: {
        const auto copy = list;
        list = addr_list{};
        list.reserve(*rc::gen::inRange<std::size_t>(0, 4'000));
        list = copy;
      }
      }
      RC_ASSERT(entries_of(list) == model);
      RC_ASSERT(list.size() == model.size());
      RC_ASSERT(list.empty() == model.empty());
      RC_ASSERT(list == addr_list(model.begin(), model.end()));
    }
  }));
}

TEST(addr_list, reads_of_an_entry_what_is_asked_for) {
  EXPECT_TRUE(rc::check([] {
    const auto entries = any_entries(30);
    const addr_list list(entries.begin(), entries.end());
    auto at = list.begin();
    for (const auto& entry : entries) {
      RC_ASSERT(at.time() == entry.time);
      RC_ASSERT(at.services() == entry.services);
      RC_ASSERT(at.network() == entry.peer.network);
      RC_ASSERT(at.peer() == entry.peer);
      bytes key = {static_cast<std::uint8_t>(entry.peer.network)};
      const auto address = entry.peer.address_bytes();
      key.insert(key.end(), address.begin(), address.end());
      key.push_back(static_cast<std::uint8_t>(entry.peer.port >> 8));
      key.push_back(static_cast<std::uint8_t>(entry.peer.port));
      RC_ASSERT(std::ranges::equal(at.key(), key));
      ++at;
    }
    RC_ASSERT(at == list.end());
  }));
}

TEST(addr_list, takes_nineteen_bytes_an_ipv4_entry) {
  addr_list list;
  list.resize(1000, {ipv4_endpoint(0x08080808, 8333), 1, 1033});
  EXPECT_EQ(list.view().size(), 19'000u);
}

TEST(addr_list, comes_back_from_an_archive) {
  EXPECT_TRUE(rc::check([] {
    const auto entries = any_entries(30);
    const addr_list list(entries.begin(), entries.end());
    addr_list read{{}};
    RC_ASSERT(from_archive(to_archive(list), read));
    RC_ASSERT(read == list);
    RC_ASSERT(read.size() == list.size());
  }));
}

/// What an archive has of it may be anything: it is refused, or is a list that can be walked.
TEST(addr_list, refuses_bytes_that_are_no_entries) {
  EXPECT_TRUE(rc::check([] {
    const auto entries = any_entries(8);
    const addr_list whole(entries.begin(), entries.end());
    bytes damaged{whole.view().begin(), whole.view().end()};
    if (*rc::gen::arbitrary<bool>() && !damaged.empty())
      damaged.resize(*rc::gen::inRange<std::size_t>(0, damaged.size()));
    if (*rc::gen::arbitrary<bool>() && !damaged.empty())
      damaged[*rc::gen::inRange<std::size_t>(0, damaged.size())] =
          *rc::gen::arbitrary<std::uint8_t>();
    addr_list read;
    if (!read.assign(damaged)) {
      RC_ASSERT(read.empty());
      return;
    }
    RC_ASSERT(entries_of(read).size() == read.size());
    RC_ASSERT(std::ranges::equal(read.view(), damaged));
  }));
  for (const std::uint8_t network : {0, 8, 255}) {
    bytes unknown(addr_list::entry_bytes_max);
    unknown[addr_list::key_offset] = network;
    EXPECT_FALSE(addr_list{}.assign(unknown)) << int{network};
  }
}

} // namespace
} // namespace seedwalk::net::msg
