#include "tools/threaded_crawl.hpp"

#include <cassert>
#include <optional>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/config/build_identity.hpp"
#include "actors/crawl/crawl_program.hpp"
#include "actors/runtime/live_driver.hpp"
#include "actors/runtime/process_signals.hpp"
#include "actors/runtime/real_clock.hpp"
#include "actors/runtime/threaded_runtime.hpp"
#include "net/asio/asio_network.hpp"
#include "store/leveldb_storage.hpp"

namespace seedwalk::tools {

namespace {

net::asio_options called_by_workers() {
  net::asio_options options;
  options.calls_from_any_thread = true;
  return options;
}

/// Everything of one run, in the order in which it must be destroyed backwards; the actor system
/// ends before all of it.
class threaded_crawl {
public:
  threaded_crawl(const live_crawl_options& options, std::unique_ptr<store::database> db)
      : options_(options), system_(with_workers(config_, options.recipe.config.run.threads)),
        runtime_(*system_, clock_), network_(io_, runtime_, called_by_workers()),
        disk_(runtime_, std::move(db)),
        program_({runtime_, network_, disk_, runtime_}, options.recipe, options.seed,
                 actors::build_identity(), options.lines) {
    if (options.progressed)
      program_.on_progress(options.progressed);
    // In the crawler's last step, in a worker.
    program_.env().finished = [this](const actors::crawl_summary& s) {
      summary_ = s;
      io_.stop();
    };
  }

  ~threaded_crawl() { end_actors(); }

  threaded_crawl(const threaded_crawl&) = delete;
  threaded_crawl& operator=(const threaded_crawl&) = delete;

  live_crawl_result run() {
    const auto work = boost::asio::make_work_guard(io_);
    const auto crawler = program_.start();
    const sim::process_signals signals{io_,
                                       [this, crawler](int signal) { on_signal(crawler, signal); }};
    io_.run();
    end_actors();
    disk_.stop(store::leveldb_storage::ending::orderly);
    live_crawl_result result;
    result.summary = *summary_; // its writer has been waited for
    result.violations = runtime_.violations();
    return result;
  }

private:
  static caf::actor_system_config& with_workers(caf::actor_system_config& config,
                                                std::size_t threads) {
    config.set("scheduler.max-threads", threads);
    return config;
  }

  void on_signal(net::owner crawler, int signal) {
    runtime_.deliver(crawler, sim::request_of_signal(signal, hangup_plan_of(options_)));
  }

  /// Returns when no step runs any more.
  void end_actors() {
    runtime_.stop();
    system_.reset();
  }

  const live_crawl_options& options_;
  sim::real_clock clock_;
  boost::asio::io_context io_{1};
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
  sim::threaded_runtime runtime_;
  net::asio_network network_;
  store::leveldb_storage disk_;
  std::optional<actors::crawl_summary> summary_;
  actors::crawl_program program_;
};

} // namespace

live_crawl_result run_threaded_crawl(const live_crawl_options& options,
                                     std::unique_ptr<store::database> db) {
  assert(options.recipe.config.run.threads > 0 && options.record_file.empty());
  return threaded_crawl{options, std::move(db)}.run();
}

} // namespace seedwalk::tools
