#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "actors/config/crawl_recipe.hpp"
#include "actors/crawl/settings.hpp"
#include "actors/logging/log.hpp"
#include "actors/runtime/runtime.hpp"
#include "actors/runtime/timers.hpp"
#include "net/door/network.hpp"
#include "store/storage.hpp"

namespace seedwalk::actors {

struct crawl_summary;
class peer_pool;
class dial_schedule;

/// All that the actors of one crawler can reach beside each other: the doors, the settings of the
/// day, the log.
///
/// Built where a crawl is started, live or simulated, and outlives its actor system.
struct environment {
  net::runtime& runtime;
  net::network& network;
  store::storage& storage;
  net::timers& time;
  actors::log& log;
  settings_shelf& settings; ///< Where actors have theirs from; what they do follows from those.
  crawl_recipe recipe;
  std::uint64_t seed = 0; ///< Every random stream of the run comes from it.
  /// Called once, in the crawler's last step, with what the crawl came to.
  std::function<void(const crawl_summary&)> finished;
  /// Called now and then with how far it is; may be empty. Like a log: what it does changes
  /// nothing.
  std::function<void(const struct crawl_progress&)> progressed;
  /// Called when the manager begins, for a caller that looks at its pool between steps; may be
  /// empty. What it is given lives as long as the manager does, which the last of them says: it has
  /// expired once the manager is gone, also by an exception.
  std::function<void(const peer_pool&, const dial_schedule&, std::weak_ptr<const void>)>
      pool_opened;
};

} // namespace seedwalk::actors
