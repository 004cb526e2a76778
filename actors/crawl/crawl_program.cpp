#include "actors/crawl/crawl_program.hpp"

#include <utility>

#include "actors/logging/logger.hpp"

namespace seedwalk::actors {

crawl_program::crawl_program(crawl_doors doors, crawl_recipe recipe, std::uint64_t seed,
                             std::string build, log_sink* lines)
    : lines_(lines), log_(doors.runtime, doors.time, recipe.config.log.level),
      settings_(
          std::make_shared<const settings>(recipe.config, seed, std::move(build), recipe.excluded)),
      env_{doors.runtime,
           doors.network,
           doors.storage,
           doors.time,
           log_,
           settings_,
           std::move(recipe),
           seed,
           {},
           {},
           {}} {
  env_.finished = [this](const crawl_summary& s) { summary_ = s; };
}

net::owner crawl_program::start(const std::string& name) {
  // The logger's number is taken whether there is a logger or not, so that all other numbers are
  // the same.
  const auto logger_number = env_.runtime.next_owner();
  if (lines_) {
    net::spawn_as<logger>(env_.runtime, *lines_, logger_number, "logger");
    log_.set_logger(logger_number);
  }
  return net::spawn<crawler>(env_.runtime, env_, name);
}

} // namespace seedwalk::actors
