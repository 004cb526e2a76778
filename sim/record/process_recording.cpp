#include "sim/record/process_recording.hpp"

#include <utility>

namespace seedwalk::sim {

recording_header recording_header_of(const process& of) {
  const auto& world = of.world().settings();
  recording_header header;
  header.seed = world.seed;
  header.schedule = world.schedule;
  header.deep = world.deep;
  header.wall = world.wall;
  header.simulated = of.world().is_scheduled();
  header.process = of.name();
  return header;
}

tl::expected<std::unique_ptr<process_recording>, std::string>
process_recording::begin(const std::string& path, process& of, const recording_header& header,
                         recording_writer::options settings) {
  if (header.simulated)
    settings.of = &of;
  auto writer = recording_writer::create(path, header, std::move(settings));
  if (!writer)
    return tl::unexpected(std::move(writer.error()));
  return std::unique_ptr<process_recording>{new process_recording(of, std::move(*writer))};
}

process_recording::process_recording(process& of, std::unique_ptr<recording_writer> writer)
    : process_(of), writer_(std::move(writer)) {
  if (process_.world().is_scheduled())
    process_.world().events().count_passed_over();
  process_.world().listen(*writer_);
}

process_recording::~process_recording() {
  if (!finished_)
    process_.world().ignore(*writer_);
}

void process_recording::finish(std::string_view reason) {
  if (finished_)
    return;
  finished_ = true;
  process_.world().ignore(*writer_);
  writer_->finish(process_.steps(), process_.run_chain().value(), reason);
}

} // namespace seedwalk::sim
