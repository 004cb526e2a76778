#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "actors/runtime/huge_pages.hpp"

namespace seedwalk::sim {

namespace {

/// The flags by which the kernel knows the memory at an address: "rd wr mr mw me ac hg".
std::string flags_at(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps{"/proc/self/smaps"};
  bool covers = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2)
      covers = from <= wanted && wanted < to;
    else if (covers && line.starts_with("VmFlags:"))
      return line;
  }
  return {};
}

TEST(huge_pages, what_is_allocated_next_lies_on_them_in_one_piece) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the allocator of a sanitizer";
#endif
  if (!std::ifstream{"/sys/kernel/mm/transparent_hugepage/enabled"})
    GTEST_SKIP() << "a kernel without huge pages";
  use_huge_pages();
  const auto* const end = static_cast<const char*>(sbrk(0));
  use_huge_pages();
  EXPECT_EQ(sbrk(0), end) << "a second call takes addresses, too";
  // More than what malloc maps apart by itself, and enough that the first page is behind.
  constexpr std::size_t size = 8 << 20;
  const auto block = std::make_unique<char[]>(size);
  EXPECT_LT(block.get(), end);
  EXPECT_EQ(sbrk(0), end) << "the heap has grown again";
  EXPECT_NE(flags_at(block.get() + size / 2).find(" hg"), std::string::npos)
      << flags_at(block.get() + size / 2);
}

} // namespace

} // namespace seedwalk::sim
