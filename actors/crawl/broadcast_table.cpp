#include "actors/crawl/broadcast_table.hpp"

#include <utility>

namespace seedwalk::actors {

std::optional<broadcast_table::finished> broadcast_table::begin(std::uint64_t number,
                                                                net::owner asker,
                                                                std::uint64_t token,
                                                                std::set<net::endpoint> asked) {
  broadcast_done answer{token, 0, {}};
  if (asked.empty())
    return finished{asker, std::move(answer)};
  running_.emplace(number, running{asker, std::move(answer), std::move(asked)});
  return std::nullopt;
}

std::optional<broadcast_table::finished>
broadcast_table::answered(std::uint64_t number, const net::endpoint& peer, bool sent) {
  const auto i = running_.find(number);
  if (i == running_.end() || i->second.asked.erase(peer) == 0)
    return std::nullopt;
  auto& [asker, answer, asked] = i->second;
  if (sent)
    ++answer.sent;
  else
    answer.failed.push_back(peer);
  if (!asked.empty())
    return std::nullopt;
  finished done{asker, std::move(answer)};
  running_.erase(i);
  return done;
}

std::vector<broadcast_table::finished> broadcast_table::gone(const net::endpoint& peer) {
  std::vector<finished> done;
  for (auto i = running_.begin(); i != running_.end();) {
    const auto number = (i++)->first; // `answered` may remove it.
    if (auto last = answered(number, peer, false))
      done.push_back(std::move(*last));
  }
  return done;
}

} // namespace seedwalk::actors
