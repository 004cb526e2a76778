#pragma once

#include <cstdint>

namespace seedwalk::net::test {

/// False under sanitizers, which bring an allocator of their own: then nothing is counted.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool counts_allocations = false;
#else
inline constexpr bool counts_allocations = true;
#endif

/// Calls of operator new since the thread began.
std::uint64_t allocations();

/// Bytes that operator new was asked for since the thread began.
std::uint64_t requested_bytes();

/// Bytes that operator new gave and operator delete has not taken back, of this thread.
std::int64_t allocated_bytes();

} // namespace seedwalk::net::test
