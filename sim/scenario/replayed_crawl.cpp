#include "sim/scenario/replayed_crawl.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "actors/config/build_identity.hpp"
#include "actors/crawl/crawl_program.hpp"
#include "net/base/archive.hpp"
#include "net/base/stranger_text.hpp"
#include "sim/scenario/replayed_storage.hpp"

namespace seedwalk::sim {

namespace {

const std::string& told_build(const recording_header& header) {
  return header.told_build.empty() ? header.build : header.told_build;
}

/// The actors of a replayed crawl, and the door that the replay knows nothing of.
struct replayed_crawl {
  replayed_crawl(const replay_ground& ground, actors::crawl_recipe recipe, actors::log_sink* lines)
      : store(ground),
        program({ground.process, ground.network, store.watched, ground.process}, std::move(recipe),
                ground.header.seed, told_build(ground.header), lines) {}

  replayed_store store;
  actors::crawl_program program;
};

void go_on(actors::crawl_program& program, const replay_ground& ground) {
  auto lost = ground.parts.restore(*ground.image);
  try {
    if (lost.empty())
      lost = program.resume(ground.process, *ground.image);
  } catch (const std::logic_error&) { // An actor goes by settings that the image has not.
    lost = {"settings"};
  }
  if (!lost.empty())
    throw foreign_recording(fmt::format(
        "the image is damaged or of another version of this program: it has no readable {}",
        net::printable(fmt::format("{}", fmt::join(lost, ", ")))));
}

} // namespace

replay_builder crawl_replayer(crawl_replayer_options options) {
  return [options = std::move(options)](const replay_ground& ground) -> std::shared_ptr<void> {
    actors::crawl_recipe recipe;
    if (!net::from_archive(ground.header.configuration, recipe))
      throw foreign_recording("its configuration was written by another version of this program");
    if (options.other_build && ground.header.build != actors::build_identity())
      options.other_build(ground.header.build);
    if (options.level)
      recipe.config.log.level = *options.level;
    auto replayed = std::make_shared<replayed_crawl>(ground, std::move(recipe), options.lines);
    replayed->program.add_parts(ground.parts);
    if (ground.image == nullptr)
      replayed->program.start(ground.process.prefix() + "crawler");
    else
      go_on(replayed->program, ground);
    return replayed;
  };
}

} // namespace seedwalk::sim
