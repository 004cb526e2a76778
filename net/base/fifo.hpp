#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace seedwalk::net {

/// A queue that keeps its memory: `std::deque` allocates even while it is empty, and a simulated
/// connection has four queues that hardly ever hold more than two elements.
template <class T>
class fifo {
public:
  bool empty() const { return head_ == items_.size(); }
  std::size_t size() const { return items_.size() - head_; }
  T& front() { return items_[head_]; }

  void push(T&& item) { items_.push_back(std::move(item)); }

  T pop() {
    auto first = std::move(items_[head_++]);
    if (empty()) {
      clear();
    } else if (head_ >= 64 && head_ > items_.size() / 2) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    return first;
  }

  void clear() {
    items_.clear();
    head_ = 0;
  }

private:
  std::vector<T> items_;
  std::size_t head_ = 0; ///< Those before it are gone.
};

} // namespace seedwalk::net
