#include "tools/bench/live_pool.hpp"

#include <string_view>
#include <utility>

#include <sys/resource.h>

#include "actors/crawl/crawl_program.hpp"
#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/no_state.hpp"
#include "actors/runtime/real_clock.hpp"
#include "tools/bench/crawl_trial.hpp"
#include "tools/bench/stopwatch.hpp"
#include "tools/crawl_database.hpp"
#include "tools/live_world.hpp"

namespace seedwalk::bench {

namespace {

constexpr double patience_s = 120;

actors::crawl_recipe recipe_for(const std::vector<net::endpoint>& peers,
                                const std::string& folder) {
  actors::crawl_recipe recipe;
  auto& c = recipe.config;
  c.network.name = trial_chain;
  c.network.allow_unroutable = true;
  c.start.connect = peers;
  c.start.fixed = true;
  c.start.dns = false;
  const auto n = static_cast<std::uint32_t>(peers.size());
  c.run.hold = n;
  c.limits.max_connections = c.limits.max_outbound = n + 16;
  c.storage.path = folder;
  return recipe;
}

/// Only an endpoint that was good before is held: each gets a visit of two hours ago.
tl::expected<std::unique_ptr<store::database>, std::string>
prepared_database(const actors::crawl_config& config, std::chrono::seconds now) {
  auto options = tools::crawl_database_options(config, 1);
  // Buffers that fill with what is written, at any number of connections, are not a connection's
  // memory.
  options.disk.write_buffer_bytes = 256u << 10;
  options.record_cache_bytes = 0;
  auto db = std::make_unique<store::database>(config.storage.path, std::move(options));
  if (const auto opened = db->open(); !opened)
    return tl::unexpected(opened.error().message);
  store::batch past;
  for (const auto& peer : config.start.connect) {
    store::record_visit op;
    op.peer = peer;
    op.visit.started = op.visit.ended = now - std::chrono::hours{2};
    op.visit.stage = net::stage::verack;
    op.visit.version = store::version_record{};
    past.operations.emplace_back(std::move(op));
  }
  if (const auto done = db->apply(past); !done)
    return tl::unexpected(done.error().message);
  return db;
}

} // namespace

class live_pool::impl {
  /// What the probe was told last.
  struct answers {
    std::optional<actors::pool_snapshot> snapshot;
    std::optional<actors::broadcast_done> broadcast;
  };

  /// Asks the manager on behalf of the benchmark.
  class probe {
  public:
    static constexpr std::string_view kind = "probe";
    static constexpr std::size_t mailbox_max = 0;
    using environment = answers;
    using state = net::no_state;

    probe(answers& heard, net::actor_host&, state&) : heard_(heard) {}
    void start() {}
    caf::behavior make_behavior() {
      return {[this](actors::pool_snapshot& m) { heard_.snapshot = std::move(m); },
              [this](actors::broadcast_done& m) { heard_.broadcast = std::move(m); }};
    }
    void on_exception(std::string_view) {}

  private:
    answers& heard_;
  };

public:
  impl(const actors::crawl_recipe& recipe, std::unique_ptr<store::database> db)
      : live_(1, std::move(db), false),
        program_({process_, live_.network, live_.storage, process_}, recipe, 1, "bench", nullptr) {
    const auto crawler = program_.start();
    for (auto id = crawler.id; manager_ == net::nobody && id != crawler.id + 8; ++id)
      if (process_.name_of({id}).ends_with("/manager"))
        manager_ = {id};
    probe_ = net::spawn<probe>(process_, heard_, "probe");
  }

  ~impl() {
    process_.kill();
    live_.disk.stop(store::leveldb_storage::ending::fast);
  }

  bool run_until_connected(std::size_t count) {
    const stopwatch time;
    constexpr auto phase = static_cast<std::size_t>(actors::pool_phase::connected);
    while (time.elapsed().wall_s < patience_s) {
      process_.send(manager_, actors::ask_snapshot{probe_, 0});
      const auto snapshot = hear(heard_.snapshot);
      if (snapshot.by_phase.at(phase) >= count)
        return true;
      // The next question comes when sockets have had their turn.
      const stopwatch pause;
      live_.driver.run([&] { return pause.elapsed().wall_s > 0.05; });
    }
    return false;
  }

  bool run_until_quiet() {
    constexpr std::uint64_t own_timers = 20;
    const stopwatch time;
    while (time.elapsed().wall_s < patience_s) {
      const auto before = world_.steps();
      const stopwatch pause;
      live_.driver.run([&] { return pause.elapsed().wall_s > 0.5; });
      if (world_.steps() < before + own_timers)
        return true;
    }
    return false;
  }

  actors::broadcast_done broadcast(const net::message& message) {
    actors::broadcast to_all;
    to_all.from = probe_;
    to_all.message = message;
    process_.send(manager_, std::move(to_all));
    return hear(heard_.broadcast);
  }

private:
  template <class T>
  T hear(std::optional<T>& answer) {
    answer.reset();
    live_.driver.run([&] { return answer.has_value(); });
    return std::move(*answer);
  }

  tools::live_world live_;
  sim::world& world_ = live_.world;
  sim::process& process_ = live_.process;
  actors::crawl_program program_;
  answers heard_;
  net::owner manager_;
  net::owner probe_;
};

live_pool::live_pool(std::unique_ptr<impl> inside) : impl_(std::move(inside)) {}
live_pool::~live_pool() = default;

tl::expected<std::unique_ptr<live_pool>, std::string>
live_pool::start(const std::vector<net::endpoint>& peers, const std::string& folder) {
  constexpr std::size_t other_descriptors = 512;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < 2 * peers.size() + other_descriptors)
    return tl::unexpected(
        std::string{"too few file descriptors: raise the limit, or lower --size"});
  const auto recipe = recipe_for(peers, folder);
  auto db = prepared_database(recipe.config, sim::real_clock{}.wall_at_start());
  if (!db)
    return tl::unexpected(db.error());
  return std::unique_ptr<live_pool>(new live_pool(std::make_unique<impl>(recipe, std::move(*db))));
}

bool live_pool::run_until_connected(std::size_t count) {
  return impl_->run_until_connected(count);
}

bool live_pool::run_until_quiet() {
  return impl_->run_until_quiet();
}

actors::broadcast_done live_pool::broadcast(const net::message& message) {
  return impl_->broadcast(message);
}

} // namespace seedwalk::bench
