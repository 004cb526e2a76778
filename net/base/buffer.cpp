#include "net/base/buffer.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

namespace seedwalk::net {

struct buffer_block {
  std::atomic<std::uint32_t> references{1};
  std::uint32_t capacity = 0;

  std::uint8_t* bytes() { return reinterpret_cast<std::uint8_t*>(this + 1); }
};

namespace {

constexpr std::array<std::uint32_t, 3> pooled_capacities = {512, 4096, 65536};
/// At most this many free blocks of each size are kept a thread: 32 * 68.5 KiB, about 2 MiB.
constexpr std::size_t free_blocks_max = 32;

void release_memory(buffer_block* block) {
  block->~buffer_block();
  ::operator delete(block);
}

struct free_lists {
  std::array<std::vector<buffer_block*>, pooled_capacities.size()> lists;
  ~free_lists() {
    for (auto& list : lists)
      for (auto block : list)
        release_memory(block);
    closed() = true;
  }
  /// True once this thread's lists are gone: buffers that outlive them free their blocks directly.
  static bool& closed() {
    thread_local bool value = false;
    return value;
  }
};

free_lists& this_threads() {
  thread_local free_lists lists;
  return lists;
}

buffer_block* allocate(std::size_t capacity) {
  std::size_t rounded = capacity;
  for (std::size_t i = 0; i != pooled_capacities.size(); ++i) {
    if (capacity > pooled_capacities[i])
      continue;
    rounded = pooled_capacities[i];
    if (free_lists::closed())
      break;
    if (auto& list = this_threads().lists[i]; !list.empty()) {
      auto block = list.back();
      list.pop_back();
      block->references.store(1, std::memory_order_relaxed);
      return block;
    }
    break;
  }
  assert(rounded <= UINT32_MAX);
  auto block = new (::operator new(sizeof(buffer_block) + rounded)) buffer_block;
  block->capacity = static_cast<std::uint32_t>(rounded);
  return block;
}

void release(buffer_block* block) {
  if (!block || block->references.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  const auto i = std::find(pooled_capacities.begin(), pooled_capacities.end(), block->capacity);
  if (i != pooled_capacities.end() && !free_lists::closed()) {
    auto& list = this_threads().lists[static_cast<std::size_t>(i - pooled_capacities.begin())];
    if (list.size() < free_blocks_max) {
      list.push_back(block);
      return;
    }
  }
  release_memory(block);
}

} // namespace

buffer::buffer(byte_view data) {
  if (data.empty())
    return;
  block_ = allocate(data.size());
  std::memcpy(block_->bytes(), data.data(), data.size());
  size_ = static_cast<std::uint32_t>(data.size());
}

buffer::buffer(const buffer& other) noexcept
    : block_(other.block_), offset_(other.offset_), size_(other.size_) {
  if (block_)
    block_->references.fetch_add(1, std::memory_order_relaxed);
}

buffer::~buffer() {
  release(block_);
}

const std::uint8_t* buffer::data() const noexcept {
  return block_ ? block_->bytes() + offset_ : nullptr;
}

buffer buffer::slice(std::size_t offset, std::size_t count) const {
  auto part = *this;
  const auto skipped = std::min<std::size_t>(offset, size_);
  part.offset_ += static_cast<std::uint32_t>(skipped);
  part.size_ = static_cast<std::uint32_t>(std::min<std::size_t>(count, size_ - skipped));
  return part;
}

bool buffer::same_bytes(byte_view other) const noexcept {
  return size_ == other.size() && std::equal(other.begin(), other.end(), data());
}

bool operator==(const buffer& a, const buffer& b) noexcept {
  return a.same_bytes(b.view());
}

buffer::writable::writable(std::size_t capacity) : block_(allocate(capacity)) {}

buffer::writable::~writable() {
  release(block_);
}

std::uint8_t* buffer::writable::data() noexcept {
  return block_->bytes();
}

std::size_t buffer::writable::capacity() const noexcept {
  return block_ ? block_->capacity : 0;
}

buffer buffer::writable::take(std::size_t size) && {
  assert(block_ && size <= block_->capacity);
  buffer result;
  result.block_ = std::exchange(block_, nullptr);
  result.size_ = static_cast<std::uint32_t>(size);
  return result;
}

} // namespace seedwalk::net
