#pragma once

#include <functional>
#include <optional>
#include <string>

#include "actors/config/log_options.hpp"
#include "actors/logging/log_sink.hpp"
#include "sim/record/replay.hpp"

namespace seedwalk::sim {

/// How a recorded crawl is built again. What it logs, and where to, changes nothing else.
struct crawl_replayer_options {
  std::optional<actors::log_level> level; ///< Instead of the recorded one.
  actors::log_sink* lines = nullptr;
  std::function<void(const std::string& build)>
      other_build; ///< Told if another build made the recording; may be empty.
};

/// Builds the crawl that a recording's header describes. It throws `foreign_recording` where the
/// header's configuration cannot be read.
replay_builder crawl_replayer(crawl_replayer_options options);

} // namespace seedwalk::sim
