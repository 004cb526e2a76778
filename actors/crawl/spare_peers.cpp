#include "actors/crawl/spare_peers.hpp"

namespace seedwalk::actors {

void spare_peers::add(const net::endpoint& peer) {
  peers_.push_back(peer);
  if (peers_.size() > kept_max)
    peers_.pop_front();
}

void spare_peers::fill(const std::vector<net::endpoint>& peers) {
  peers_.insert(peers_.end(), peers.begin(), peers.end());
}

std::optional<net::endpoint> spare_peers::take() {
  if (peers_.empty())
    return std::nullopt;
  const auto peer = peers_.front();
  peers_.pop_front();
  return peer;
}

bool spare_peers::ask(net::steady_time now) {
  if (!peers_.empty() || (asked_at_ && now - *asked_at_ < asked_every))
    return false;
  asked_at_ = now;
  return true;
}

} // namespace seedwalk::actors
