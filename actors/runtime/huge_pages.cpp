#include "actors/runtime/huge_pages.hpp"

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

namespace seedwalk::sim {

namespace {

constexpr int room = 1 << 30;
constexpr int ordinary_pad = 128 << 10;
constexpr std::uintptr_t huge_page = 2 << 20;
/// Less than what malloc maps apart from the heap.
constexpr std::size_t probe = 64 << 10;
constexpr std::size_t most_probes = 64;

struct released {
  void operator()(void* p) const noexcept {
    std::free(p); // NOLINT(cppcoreguidelines-no-malloc): the heap of malloc is what is grown
  }
};

std::uintptr_t end_of_heap() {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): an address as a number
  return reinterpret_cast<std::uintptr_t>(sbrk(0));
}

/// Whether the heap has grown by one piece of `room`.
bool grow(std::uintptr_t before) {
  std::vector<std::unique_ptr<void, released>> probes;
  for (std::size_t i = 0; i != most_probes && end_of_heap() < before + room; ++i) {
    // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): see above
    probes.emplace_back(std::malloc(probe));
    if (!probes.back())
      break;
  }
  return end_of_heap() >= before + room;
}

} // namespace

void use_huge_pages() noexcept {
  // Each time would take another piece of addresses.
  static bool is_done = false;
  if (std::exchange(is_done, true))
    return;
  const auto before = end_of_heap();
  // What is freed at the end of the heap is not given back: it will be wanted again. Nor are large
  // blocks mapped apart, each of which would be page faults again.
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TOP_PAD, room);
  if (grow(before)) {
    const auto from = (before + huge_page - 1) / huge_page * huge_page;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast,performance-no-int-to-ptr):
    // an address of sbrk is a number
    madvise(reinterpret_cast<void*>(from), before + room - from, MADV_HUGEPAGE);
  }
  mallopt(M_TOP_PAD, ordinary_pad);
}

} // namespace seedwalk::sim
