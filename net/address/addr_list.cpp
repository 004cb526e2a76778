#include "net/address/addr_list.hpp"

namespace seedwalk::net::msg {

bool addr_list::assign(byte_view packed) {
  clear();
  std::size_t entries = 0;
  for (std::size_t at = 0; at != packed.size(); ++entries) {
    const auto left = packed.size() - at;
    if (left <= key_offset)
      return false;
    const auto address = address_size(static_cast<network_id>(packed[at + key_offset]));
    const auto bytes = key_offset + 1 + address + port_bytes;
    if (address == 0 || left < bytes)
      return false;
    at += bytes;
  }
  reserve(packed.size());
  std::ranges::copy(packed, data_.get());
  used_ = packed.size();
  size_ = entries;
  return true;
}

void addr_list::append(const addr_list& other) {
  const auto view = other.view();
  if (view.empty())
    return;
  const auto bytes = view.size();
  if (capacity_ - used_ < bytes)
    grow(used_ + std::max(used_ / 4, bytes) + entry_bytes_max); // `other` may be this one.
  std::copy_n(other.data_.get(), bytes, data_.get() + used_);
  used_ += bytes;
  size_ += other.size_;
}

void addr_list::resize(std::size_t entries, const addr_entry& more) {
  if (entries < size_) {
    const auto end = std::next(begin(), static_cast<std::ptrdiff_t>(entries));
    used_ = static_cast<std::size_t>(end.at_ - data_.get());
    size_ = entries;
  }
  while (size_ < entries)
    push_back(more);
}

void addr_list::grow(std::size_t capacity) {
  auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
  std::copy_n(data_.get(), used_, larger.get());
  data_ = std::move(larger);
  capacity_ = capacity;
}

} // namespace seedwalk::net::msg
