#include "tools/live_crawl.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <sys/resource.h>

#include "actors/config/build_identity.hpp"
#include "actors/crawl/crawl_program.hpp"
#include "net/base/archive.hpp"
#include "sim/record/image_file.hpp"
#include "sim/record/process_recording.hpp"
#include "tools/crawl_database.hpp"
#include "tools/image_target.hpp"
#include "tools/live_world.hpp"
#include "tools/store_errors.hpp"
#include "tools/threaded_crawl.hpp"

namespace seedwalk::tools {

namespace {

/// Descriptors beside those of connections: database files, log, recording, control socket, epoll
/// ...
constexpr std::uint64_t other_descriptors = 256;

/// Raises the soft limit on descriptors as far as the hard one; what is wrong if that is too few.
std::string problem_with_descriptors(std::uint32_t connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return {};
  const auto needed = connections + other_descriptors;
  if (limit.rlim_cur < needed) {
    limit.rlim_cur = std::min<rlim_t>(needed, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= needed)
    return {};
  return fmt::format("--max-connections {} needs {} file descriptors, and this process may have "
                     "{}: lower it, or raise "
                     "the limit (ulimit -Hn)",
                     connections, needed, limit.rlim_cur);
}

/// Everything of one run, in the order in which it must be destroyed backwards.
class live_crawl {
public:
  live_crawl(const live_crawl_options& options, std::unique_ptr<store::database> db)
      : options_(options), live_(options.seed, std::move(db), !options.record_file.empty()),
        program_({live_.process, live_.network, live_.storage, live_.process}, options.recipe,
                 options.seed, actors::build_identity(), options.lines) {
    if (options.progressed)
      program_.on_progress(options.progressed);
  }

  /// Begins the recording, if there is to be one. The error is one line.
  tl::expected<void, std::string> record() {
    if (options_.record_file.empty())
      return {};
    auto header = sim::recording_header_of(live_.process);
    header.build = actors::build_identity();
    header.configuration = net::to_archive(options_.recipe);
    sim::recording_writer::options settings;
    settings.on_failure = [this](const std::string& reason) {
      program_.env().log.write(actors::log_level::error, "recorder",
                               "the recording ends, the crawl goes on", {{"error", reason}});
    };
    auto recording = sim::process_recording::begin(options_.record_file, live_.process, header,
                                                   std::move(settings));
    if (!recording)
      return tl::unexpected("--record " + recording.error());
    recording_ = std::move(*recording);
    return {};
  }

  /// Opens the file of the image, if there is to be one. The error is one line.
  tl::expected<void, std::string> prepare_image() {
    if (options_.image_file.empty())
      return {};
    auto target = image_target::create(options_.image_file, options_.record_file);
    if (!target)
      return tl::unexpected(target.error());
    image_file_ = std::move(*target);
    return {};
  }

  live_crawl_result run() {
    const auto crawler = program_.start();
    if (options_.handle_signals)
      live_.driver.handle_signals(crawler, hangup_plan_of(options_));
    bool image_is_due = image_file_ != nullptr;
    live_.driver.run([&] {
      if (image_is_due && world_.now().steady >= options_.image_after) {
        image_is_due = false;
        live_.driver.when_quiet([this](std::chrono::nanoseconds so_far) { make_image(so_far); });
      }
      return program_.summary().has_value() && world_.idle();
    });
    live_crawl_result result;
    result.summary = *program_.summary();
    result.hash = world_.hash();
    result.steps = world_.steps();
    for (const auto& rule : world_.violations())
      result.violations.push_back(rule.text);
    if (recording_) {
      recording_->finish("done");
      result.recording_bytes = recording_->bytes_written();
      result.recording_problem = recording_->failure();
    }
    finish_image(result);
    live_.process.kill();
    live_.disk.stop(store::leveldb_storage::ending::orderly);
    return result;
  }

private:
  /// Captures in this thread, which holds everything up; compresses and writes in another.
  void make_image(std::chrono::nanoseconds so_far) {
    const auto begin = live_.clock.now().steady;
    sim::image_parts parts;
    program_.add_parts(parts);
    parts.add_number("network", [this] { return live_.network.last_asked(); });
    parts.add_number("storage", [this] { return live_.storage.last_asked(); });
    auto image = live_.process.image(parts);
    image_ = {image.steps, image.actors.size(), so_far + live_.clock.now().steady - begin};
    image_writer_ = std::jthread([this, image = std::move(image)]() mutable {
      try {
        image_problem_ =
            image_file_->write(sim::pack_image({actors::build_identity(), std::move(image)}));
      } catch (const std::exception& e) {
        image_problem_ = e.what();
      }
    });
  }

  void finish_image(live_crawl_result& result) {
    if (image_writer_.joinable())
      image_writer_.join();
    result.image_problem = std::move(image_problem_);
    if (image_file_ && !image_)
      result.image_problem = "the crawl ended before it could be made";
    if (result.image_problem.empty())
      result.image = image_;
  }

  const live_crawl_options& options_;
  live_world live_;
  sim::world& world_ = live_.world;
  actors::crawl_program program_;
  std::unique_ptr<sim::process_recording> recording_;
  std::unique_ptr<image_target> image_file_;
  std::optional<live_image> image_;
  std::string image_problem_; ///< Of `image_writer_`, until that is joined.
  std::jthread image_writer_; ///< Joined before what it writes goes.
};

} // namespace

sim::hangup_plan hangup_plan_of(const live_crawl_options& options) {
  sim::hangup_plan plan{options.config_file, {}};
  if (options.lines)
    plan.reopen = [lines = options.lines] { lines->reopen(); };
  return plan;
}

tl::expected<live_crawl_result, start_error> run_live_crawl(const live_crawl_options& options) {
  const auto connections =
      options.recipe.config.limits.max_connections + options.recipe.config.limits.over_capacity;
  if (auto problem = problem_with_descriptors(connections); !problem.empty())
    return tl::unexpected(start_error{exit_code::usage, std::move(problem)});
  auto db = std::make_unique<store::database>(
      options.recipe.config.storage.path,
      crawl_database_options(options.recipe.config, options.seed));
  if (const auto opened = db->open(); !opened)
    return tl::unexpected(start_error{exit_code_of(opened.error().code), opened.error().message});
  if (const auto& done = db->migrated(); done && options.lines != nullptr)
    options.lines->write({actors::log_level::info,
                          sim::real_clock{}.now(),
                          "database",
                          "brought up to date from an earlier version",
                          {{"from_schema", fmt::to_string(done->from)},
                           {"to_schema", fmt::to_string(done->to)},
                           {"values", fmt::to_string(done->looked_at)}}});
  if (options.lines != nullptr)
    for (const auto& finding : db->findings())
      options.lines->write(
          {actors::log_level::warning, sim::real_clock{}.now(), "database", finding, {}});
  if (options.recipe.config.run.threads > 0)
    return run_threaded_crawl(options, std::move(db));
  live_crawl crawl{options, std::move(db)};
  // First what replaces nothing: a recording of before is gone when the next begins.
  if (auto image = crawl.prepare_image(); !image)
    return tl::unexpected(start_error{exit_code::usage, std::move(image.error())});
  if (auto recording = crawl.record(); !recording)
    return tl::unexpected(start_error{exit_code::usage, std::move(recording.error())});
  return crawl.run();
}

} // namespace seedwalk::tools
