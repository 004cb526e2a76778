#pragma once

#include <chrono>

#include <nlohmann/json_fwd.hpp>

#include "actors/crawl/pool_messages.hpp"

namespace seedwalk::actors {

/// The pool as `ctl status` shows it.
nlohmann::json to_json(const pool_snapshot& s);

/// One live connection as `ctl peers` shows it.
nlohmann::json to_json(const net::endpoint& peer, const pool_entry& entry,
                       std::chrono::nanoseconds now);

} // namespace seedwalk::actors
