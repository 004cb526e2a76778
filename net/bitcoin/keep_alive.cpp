#include "net/bitcoin/keep_alive.hpp"

#include <algorithm>
#include <cassert>

namespace seedwalk::net {

void keep_alive::sent(std::uint64_t nonce, steady_time now) {
  assert(!waiting_since_);
  nonce_ = nonce;
  excused_ = false;
  waiting_since_ = now;
  ++count_;
}

bool keep_alive::answered(std::uint64_t nonce, steady_time now) {
  if (!waiting_since_ || nonce != nonce_)
    return false;
  latest_.reset();
  if (!excused_) {
    latest_ = now - *waiting_since_;
    shortest_ = shortest_ ? std::min(*shortest_, *latest_) : *latest_;
  }
  waiting_since_.reset();
  return true;
}

void keep_alive::excuse(steady_time pause, steady_time now) {
  if (!waiting_since_)
    return;
  waiting_since_ = std::min(*waiting_since_ + pause, now);
  excused_ = true;
}

} // namespace seedwalk::net
