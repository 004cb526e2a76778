#include "sim/program/simulated_host.hpp"

#include <utility>

#include "actors/runtime/control.hpp"

namespace seedwalk::sim {

simulated_host::life::life(simulated_host& of)
    : sockets(of.doors_.back().get()),
      watched(of.inside_, *sockets), on{of.inside_, watched, of.options_.configuration,
                                        of.options_.seed != 0 ? of.options_.seed
                                                              : of.world_.settings().seed} {}

simulated_host::simulated_host(sim::world& world, sim::internet& internet, options o)
    : world_(world), internet_(internet), options_(std::move(o)),
      inside_(world, {options_.name, options_.wall_steps}) {}

simulated_host::~simulated_host() {
  inside_.kill();
}

tl::expected<void, std::string> simulated_host::record(const std::string& path,
                                                       const std::string& build) {
  auto header = recording_header_of(inside_);
  header.build = build;
  header.configuration = options_.configuration;
  if (options_.seed != 0)
    header.seed = options_.seed;
  auto begun = process_recording::begin(path, inside_, header);
  if (!begun)
    return tl::unexpected(std::move(begun.error()));
  recording_ = std::move(*begun);
  return {};
}

tl::expected<void, std::string> simulated_host::finish_recording(std::string_view reason) {
  if (!recording_)
    return {};
  recording_->finish(reason);
  if (!recording_->failure().empty())
    return tl::unexpected(recording_->failure());
  return {};
}

void simulated_host::start() {
  if (!inside_.is_up())
    inside_.restart();
  doors_.push_back(std::make_unique<network>(
      internet_, inside_, network::host{options_.addresses, inside_.incarnation()}));
  life_ = std::make_unique<life>(*this);
  auto begun = options_.program(life_->on);
  root_ = begun.root;
  kept_ = std::move(begun.kept);
  started_ = true;
}

void simulated_host::stop() {
  inside_.deliver(root_, net::control_completion{net::stop_requested{}});
}

void simulated_host::kill() {
  if (!inside_.is_up())
    return;
  if (recording_)
    recording_->finish("killed");
  inside_.kill();
  inside_.drop_timers_of_the_dead();
  if (!doors_.empty())
    doors_.back()->vanish();
  kept_.reset();
  life_.reset();
  started_ = false;
}

} // namespace seedwalk::sim
