#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "net/base/bytes.hpp"

namespace seedwalk::net {

/// A piece of a shared, immutable block of bytes. Copying it shares the block; a broadcast sends
/// one block to all.
///
/// Blocks come from a small pool (a bounded free list a thread) and go back when their last
/// `buffer` goes. Copies may be used and dropped in different threads; one object, as ever, in one
/// thread at a time.
class buffer {
public:
  buffer() noexcept = default;

  /// A copy of `data`.
  explicit buffer(byte_view data);

  buffer(const buffer& other) noexcept;
  buffer(buffer&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)), offset_(std::exchange(other.offset_, 0)),
        size_(std::exchange(other.size_, 0)) {}
  buffer& operator=(buffer other) noexcept {
    swap(other);
    return *this;
  }
  ~buffer();

  const std::uint8_t* data() const noexcept;
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  byte_view view() const noexcept { return {data(), size_}; }

  /// The part that begins at `offset` and has at most `count` bytes; shares the block.
  buffer slice(std::size_t offset, std::size_t count = SIZE_MAX) const;

  void swap(buffer& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(offset_, other.offset_);
    std::swap(size_, other.size_);
  }

  friend bool operator==(const buffer& a, const buffer& b) noexcept;

  /// Fills a block of at least `capacity` bytes before anybody shares it, then becomes a `buffer`.
  /// For doors.
  class writable {
  public:
    explicit writable(std::size_t capacity);
    writable(writable&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    writable& operator=(writable&&) = delete;
    ~writable();

    std::uint8_t* data() noexcept;
    std::size_t capacity() const noexcept;

    /// The first `size` bytes, as a buffer. This object is empty afterwards.
    buffer take(std::size_t size) &&;

  private:
    struct buffer_block* block_;
  };

private:
  bool same_bytes(byte_view other) const noexcept;

  struct buffer_block* block_ = nullptr;
  std::uint32_t offset_ = 0;
  std::uint32_t size_ = 0;
};

} // namespace seedwalk::net
