#include "sim/scenario/crawl_recording.hpp"

#include <utility>

namespace seedwalk::sim {

tl::expected<std::unique_ptr<crawl_recording>, std::string>
crawl_recording::begin(const std::string& path, crawl_world& world, std::size_t nth) {
  auto& crawler = *world.crawlers().at(nth);
  recording_writer::options o;
  o.of = &crawler.inside();
  auto writer = recording_writer::create(path, crawler.recording_header(), std::move(o));
  if (!writer)
    return tl::unexpected(std::move(writer.error()));
  return std::unique_ptr<crawl_recording>{new crawl_recording(world, crawler, std::move(*writer))};
}

crawl_recording::crawl_recording(crawl_world& world, simulated_crawler& crawler,
                                 std::unique_ptr<recording_writer> writer)
    : world_(world.inner()), crawler_(crawler), writer_(std::move(writer)) {
  world_.events().count_passed_over();
  world_.listen(*writer_);
}

void crawl_recording::finish(std::string_view reason) {
  world_.ignore(*writer_);
  const auto& inside = crawler_.inside();
  writer_->finish(inside.steps(), inside.run_chain().value(), reason);
}

} // namespace seedwalk::sim
