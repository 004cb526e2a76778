#pragma once

#include <cstddef>
#include <cstdint>

namespace seedwalk::sim {

/// Writes an integer of a file's head, little-endian, and moves on behind it.
template <class T>
void put_little_endian(std::uint8_t*& to, T value) {
  for (std::size_t i = 0; i != sizeof(T); ++i)
    *to++ = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i));
}

/// Reads one. Precondition: so many bytes are there.
template <class T>
T take_little_endian(const std::uint8_t*& from) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i != sizeof(T); ++i)
    value |= static_cast<std::uint64_t>(*from++) << (8 * i);
  return static_cast<T>(value);
}

} // namespace seedwalk::sim
