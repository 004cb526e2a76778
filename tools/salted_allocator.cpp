// The allocator of determinism checks: with SEEDWALK_ALLOCATOR_SALT=n (not 0) each block is padded
// by an amount drawn from the salt, so that addresses have another order, and filled with a byte
// drawn from it, so that what nobody initialised has another value. Without it: malloc and free.
//
// Linked into a program, it replaces its global operators new and delete.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

constexpr std::uint64_t multiplier = 6364136223846793005ull; // Knuth's MMIX
constexpr std::uint64_t increment = 1442695040888963407ull;
constexpr std::size_t step_bytes = 16; // what malloc aligns to

/// Zero-initialised before any code runs, so blocks of static initialisers are plain ones.
bool asked = false;
std::uint64_t salt = 0;
unsigned char fill = 0;
thread_local std::uint64_t draws = 0;

void ask() {
  asked = true;
  if (const auto text = std::getenv("SEEDWALK_ALLOCATOR_SALT"))
    salt = std::strtoull(text, nullptr, 10);
  fill = static_cast<unsigned char>(0x5a ^ (salt * 0x9d));
}

void* salted(std::size_t size, std::size_t alignment) {
  if (draws == 0)
    draws = salt;
  draws = draws * multiplier + increment;
  const auto padded = size + ((draws >> 40) & 7) * step_bytes;
  void* block = nullptr;
  if (alignment <= step_bytes)
    block = std::malloc(padded);
  else if (::posix_memalign(&block, alignment, padded) != 0)
    block = nullptr;
  if (block)
    std::memset(block, fill, padded);
  return block;
}

void* allocate(std::size_t size, std::size_t alignment) {
  if (!asked)
    ask();
  void* block = nullptr;
  if (salt != 0) [[unlikely]]
    block = salted(size, alignment);
  else if (alignment <= step_bytes)
    block = std::malloc(size != 0 ? size : 1);
  else if (::posix_memalign(&block, alignment, size != 0 ? size : 1) != 0)
    block = nullptr;
  if (!block)
    throw std::bad_alloc{};
  return block;
}

} // namespace

void* operator new(std::size_t size) {
  return allocate(size, step_bytes);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept {
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  std::free(block);
}
void operator delete(void* block, std::align_val_t) noexcept {
  std::free(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  std::free(block);
}
