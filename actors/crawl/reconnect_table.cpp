#include "actors/crawl/reconnect_table.hpp"

#include <algorithm>

#include "net/base/archive.hpp"
#include "net/base/probe.hpp"
#include "net/base/random.hpp"

namespace seedwalk::actors {

bool may_reconnect(net::direction direction, net::outcome outcome) {
  if (direction != net::direction::outbound)
    return false;
  switch (outcome) {
  case net::outcome::refused:
  case net::outcome::unreachable:
  case net::outcome::connect_timeout:
  case net::outcome::reset:
  case net::outcome::closed_before_version:
  case net::outcome::closed_before_verack:
  case net::outcome::closed_after_handshake:
  case net::outcome::handshake_timeout:
  case net::outcome::message_timeout:
  case net::outcome::ping_timeout:
  case net::outcome::local_failure:
    return true;
  default:
    return false;
  }
}

std::optional<net::steady_time> reconnect_table::lost(const net::endpoint& peer,
                                                      net::steady_time now,
                                                      const reconnect_options& options,
                                                      std::uint64_t seed) {
  const auto ended = now - options.window;
  if (!reconnects_.contains(peer) && reconnects_.size() >= max_endpoints)
    std::erase_if(reconnects_, [&](const auto& x) {
      return x.second.recent.empty() || x.second.recent.back() <= ended;
    });
  if (!reconnects_.contains(peer) && reconnects_.size() >= max_endpoints)
    return std::nullopt;
  auto& [ever, recent] = reconnects_[peer];
  while (!recent.empty() && recent.front() <= ended)
    recent.pop_front();
  if (recent.size() >= options.max_reconnects) {
    net::reached(net::probe::reconnects_used_up);
    return std::nullopt;
  }
  auto delay = options.first_delay;
  for (std::size_t i = 0; i != recent.size() && delay < options.longest_delay; ++i)
    delay *= 2;
  delay = std::min(delay, options.longest_delay);
  auto key = net::to_archive(peer);
  net::byte_writer{key}(++ever);
  net::random_stream draw{seed, "reconnect", key};
  const auto spread =
      std::chrono::duration_cast<net::steady_time>(delay).count() * options.jitter_percent / 100;
  recent.push_back(now);
  const auto again = now + delay + net::steady_time{spread > 0 ? draw.between(-spread, spread) : 0};
  waiting_.emplace(again, peer);
  return again;
}

std::optional<net::endpoint> reconnect_table::take(net::steady_time now) {
  if (waiting_.empty() || waiting_.begin()->first > now)
    return std::nullopt;
  return waiting_.extract(waiting_.begin()).value().second;
}

std::optional<net::steady_time> reconnect_table::next() const {
  if (waiting_.empty())
    return std::nullopt;
  return waiting_.begin()->first;
}

std::size_t reconnect_table::recent(const net::endpoint& peer, net::steady_time now,
                                    const reconnect_options& options) const {
  const auto i = reconnects_.find(peer);
  if (i == reconnects_.end())
    return 0;
  const auto& asked = i->second.recent;
  return static_cast<std::size_t>(std::count_if(
      asked.begin(), asked.end(), [&](auto at) { return at > now - options.window; }));
}

} // namespace seedwalk::actors
