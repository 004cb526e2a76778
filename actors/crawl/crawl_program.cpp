#include "actors/crawl/crawl_program.hpp"

#include <utility>

#include "actors/control/control_server.hpp"
#include "actors/crawl/connection_manager.hpp"
#include "actors/crawl/db_writer.hpp"
#include "actors/crawl/peer_connection.hpp"
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
  logger_number_ = env_.runtime.next_owner();
  start_logger();
  return net::spawn<crawler>(env_.runtime, env_, name);
}

void crawl_program::start_logger() {
  if (!lines_)
    return;
  net::spawn_as<logger>(env_.runtime, *lines_, logger_number_, "logger");
  log_.set_logger(logger_number_);
}

void crawl_program::add_parts(sim::image_parts& parts) {
  parts.add(
      "settings", [this] { return settings_.capture(); },
      [this](net::byte_view archived) { return settings_.restore(archived); });
  parts.add_number(
      "logger", [this] { return logger_number_.id; },
      [this](std::uint64_t number) { logger_number_ = net::owner{number}; });
}

void crawl_program::add_kinds(sim::actor_kinds& kinds) {
  kinds.add<crawler>(env_);
  kinds.add<connection_manager>(env_);
  kinds.add<peer_connection>(env_);
  kinds.add<db_writer>(env_);
  kinds.add<control_server>(env_);
}

std::vector<std::string> crawl_program::resume(sim::process& inside,
                                               const sim::process_image& image) {
  start_logger();
  sim::actor_kinds kinds;
  add_kinds(kinds);
  return kinds.restore_all(inside, image.actors);
}

} // namespace seedwalk::actors
