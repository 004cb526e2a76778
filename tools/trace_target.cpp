#include "tools/trace_target.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "actors/config/build_identity.hpp"
#include "actors/config/crawl_config.hpp"
#include "actors/crawl/crawl_program.hpp"
#include "net/base/archive.hpp"
#include "net/bitcoin/chain_params.hpp"
#include "tools/option_values.hpp"
#include "tools/recording_target.hpp"

namespace seedwalk::tools {

void trace_target::declare(CLI::App& app) {
  add_name(app, "--trace", path_, "write down what happens, for `seedwalk trace`: the newest of it")
      ->type_name("FILE");
}

tl::expected<void, std::string> trace_target::open() {
  if (path_.empty())
    return {};
  if (auto problem = problem_with_trace(path_); !problem.empty())
    return tl::unexpected(std::move(problem));
  auto made = output_file::create("--trace", path_);
  if (!made)
    return tl::unexpected(std::move(made.error()));
  file_ = std::move(*made);
  return {};
}

void trace_target::begin(sim::crawl_world& world, std::string again) {
  if (file_)
    trace_ = std::make_unique<sim::crawl_trace>(world, std::move(again));
}

void trace_target::finish(const sim::crawl_verdict& verdict) {
  if (!trace_)
    return;
  trace_->finish(verdict);
  write(trace_->recorder());
  trace_.reset();
}

void trace_target::write(const sim::trace_recorder& made) {
  made.write(file_->stream());
  file_->finish();
  told_ = fmt::format("traced {} entries", made.entries() - made.dropped());
  if (made.dropped() != 0)
    told_ += fmt::format(" (the first {} are gone: more than {} are not kept)", made.dropped(),
                         sim::trace_bounds{}.entries);
  told_ += fmt::format("; to see them: {}\n", page_command());
}

/// A replayed program, and who watches it. The world goes behind both.
struct trace_target::traced_replay {
  traced_replay(const sim::replay_ground& ground, std::string again, trace_target& to)
      : target(to), world(ground.process.world()) {
    sim::trace_header header;
    header.build = actors::build_identity();
    header.seed = ground.header.seed;
    header.again = std::move(again);
    header.wall = ground.header.wall;
    header.scenario = {{"recorded by", ground.header.build},
                       {"of", ground.header.simulated ? "a simulated run" : "real sockets"}};
    // Of a configuration that cannot be read no program is built.
    actors::crawl_recipe recipe;
    const bool is_readable =
        net::from_archive(ground.header.configuration, recipe) && actors::validate(recipe.config);
    const auto chain = is_readable ? actors::chain_of(recipe.config) : net::chain_params{};
    recorder = std::make_unique<sim::trace_recorder>(
        world, std::move(header),
        [magic = chain.magic, text = std::string{}](const auto& step) mutable {
          return sim::detail_of(step, magic, text);
        });
  }

  ~traced_replay() {
    program.reset();
    recorder->finish({world.steps(), world.now().steady, world.hash(), {}});
    target.replayed_ = std::move(recorder);
  }

  trace_target& target;
  sim::world& world;
  std::unique_ptr<sim::trace_recorder> recorder;
  std::shared_ptr<void> program;
};

sim::replay_builder trace_target::traced(sim::replay_builder build, std::string again) {
  if (!file_)
    return build;
  return [this, build = std::move(build),
          again = std::move(again)](const sim::replay_ground& ground) -> std::shared_ptr<void> {
    auto traced = std::make_shared<traced_replay>(ground, again, *this);
    traced->program = build(ground);
    return traced;
  };
}

void trace_target::finish_replay() {
  if (replayed_)
    write(*replayed_);
  else if (file_)
    leave_nothing();
  replayed_.reset();
}

/// Nothing began: an empty file would be taken for a trace.
void trace_target::leave_nothing() {
  file_.reset();
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path_, ignored))
    std::filesystem::remove(path_, ignored);
}

std::string trace_target::page_command() const {
  if (path_.empty())
    return {};
  return fmt::format("seedwalk trace export {} --html {}", path_,
                     std::filesystem::path{path_}.replace_extension("html").string());
}

} // namespace seedwalk::tools
