#include "actors/runtime/agenda.hpp"

#include <algorithm>

namespace seedwalk::sim {

void agenda::put(net::steady_time due, lane& in, event_source& source, std::uint64_t what) {
  if (slack_.count() > 0) {
    const std::uint64_t key[2] = {in.key, in.count};
    const auto draw = slack_draw_({reinterpret_cast<const std::uint8_t*>(key), sizeof key});
    due += net::steady_time{
        static_cast<std::int64_t>(draw % static_cast<std::uint64_t>(slack_.count()))};
  }
  ++in.count;
  in.last = std::max(in.last, due);
  events_.push({in.last, ++order_, &source, what});
}

bool agenda::run_one(net::steady_time now) {
  if (events_.empty() || events_.top().due > now)
    return false;
  const auto first = events_.top();
  events_.pop();
  first.source->on_due(first.what);
  return true;
}

} // namespace seedwalk::sim
