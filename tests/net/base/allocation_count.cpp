#include "tests/net/base/allocation_count.hpp"

#include <cstdlib>
#include <new>

#include <malloc.h>

namespace seedwalk::net::test {

namespace {

thread_local std::uint64_t allocation_calls = 0;
thread_local std::uint64_t bytes_requested = 0;
thread_local std::int64_t bytes_in_use = 0;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

void* count_and_allocate(std::size_t size) {
  auto p = std::malloc(size == 0 ? 1 : size);
  if (!p)
    throw std::bad_alloc{};
  ++allocation_calls;
  bytes_requested += size;
  bytes_in_use += static_cast<std::int64_t>(malloc_usable_size(p));
  return p;
}

void count_and_free(void* p) {
  if (p)
    bytes_in_use -= static_cast<std::int64_t>(malloc_usable_size(p));
  std::free(p);
}

#endif

} // namespace

std::uint64_t allocations() {
  return allocation_calls;
}

std::uint64_t requested_bytes() {
  return bytes_requested;
}

std::int64_t allocated_bytes() {
  return bytes_in_use;
}

} // namespace seedwalk::net::test

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// The array forms and the sized ones forward to these.
void* operator new(std::size_t size) {
  return seedwalk::net::test::count_and_allocate(size);
}

void operator delete(void* p) noexcept {
  seedwalk::net::test::count_and_free(p);
}

void operator delete(void* p, std::size_t) noexcept {
  seedwalk::net::test::count_and_free(p);
}

#endif
