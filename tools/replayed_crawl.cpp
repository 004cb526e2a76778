#include "tools/replayed_crawl.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

#include "actors/config/build_identity.hpp"
#include "actors/crawl/crawl_program.hpp"
#include "net/base/archive.hpp"

namespace seedwalk::tools {

sim::replay_builder crawl_replayer(crawl_replayer_options options) {
  return [options =
              std::move(options)](sim::world& home, net::network& network, store::storage& storage,
                                  const sim::recording_header& header) -> std::shared_ptr<void> {
    actors::crawl_recipe recipe;
    if (!net::from_archive(header.configuration, recipe))
      throw std::runtime_error("its configuration was written by another version of this program");
    if (options.other_build && header.build != actors::build_identity())
      options.other_build(header.build);
    if (options.level)
      recipe.config.log.level = *options.level;
    auto program = std::make_shared<actors::crawl_program>(
        actors::crawl_doors{home, network, storage, home}, std::move(recipe), header.seed,
        header.build, options.lines);
    program->start();
    return program;
  };
}

} // namespace seedwalk::tools
