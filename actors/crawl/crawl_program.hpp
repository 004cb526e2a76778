#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/crawl/crawler.hpp"
#include "actors/crawl/environment.hpp"
#include "actors/logging/log_sink.hpp"
#include "actors/runtime/checkpoint.hpp"
#include "actors/runtime/image.hpp"

namespace seedwalk::actors {

/// The doors of one crawler, whatever is behind them.
struct crawl_doors {
  net::runtime& runtime;
  net::network& network;
  store::storage& storage;
  net::timers& time;
};

/// A crawl as a program: everything that its actors need, put together the same way for every
/// runtime.
///
/// Doors and sink outlive it, and it outlives the actor system. Threads: that of the steps.
class crawl_program {
public:
  /// `recipe.config` is valid. `build` names the binary in records: a replay gives what was
  /// recorded. `lines` may be null: then nothing is logged. Whether and what is logged changes
  /// nothing else.
  crawl_program(crawl_doors doors, crawl_recipe recipe, std::uint64_t seed, std::string build,
                log_sink* lines);

  /// Called with how far the crawl is, about once a second. Like a log: what it does changes
  /// nothing.
  void on_progress(std::function<void(const crawl_progress&)> hear) {
    env_.progressed = std::move(hear);
  }

  /// Spawns the actors; returns the crawler, who takes control completions. Several crawlers in one
  /// world have different names.
  net::owner start(const std::string& name = "crawler");

  /// What an image has of it beside its actors.
  void add_parts(sim::image_parts& parts);

  /// Goes on from an image, whose parts and process have been restored: brings the actors back, and
  /// the logger anew, where there is one. Returns the names of those that could not be brought
  /// back.
  std::vector<std::string> resume(sim::process& inside, const sim::process_image& image);

  /// How its actors are brought back. It outlives `kinds`.
  void add_kinds(sim::actor_kinds& kinds);

  /// What the crawl came to, once it is over.
  const std::optional<crawl_summary>& summary() const { return summary_; }

  actors::environment& env() { return env_; }

private:
  void start_logger();

  log_sink* lines_;
  log log_;
  net::owner logger_number_; ///< Taken whether there is a logger or not.
  settings_shelf settings_;
  environment env_;
  std::optional<crawl_summary> summary_;
};

} // namespace seedwalk::actors
