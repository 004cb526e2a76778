#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tools/examples/settings.hpp"

namespace seedwalk::examples {

/// To a pool: something to be done.
struct job {
  net::owner asker;
  std::uint64_t id = 0; ///< The asker's own.
  std::string text;
  SEEDWALK_INSPECT(job, asker, id, text)
};

/// From a pool: it is done.
struct job_done {
  std::uint64_t id = 0;
  std::string result;
  SEEDWALK_INSPECT(job_done, id, result)
};

/// From a pool: too much is waiting; ask again later.
struct job_refused {
  std::uint64_t id = 0;
  SEEDWALK_INSPECT(job_refused, id)
};

/// To a pool: nobody wants to hear of this asker's jobs any more.
struct asker_gone {
  net::owner asker;
  SEEDWALK_INSPECT(asker_gone, asker)
};

/// What became of a job, and how long that takes besides computing: a wait for something else.
struct job_outcome {
  std::string result;
  std::chrono::milliseconds delay{0};
};

/// The work of a pool: a function of the job's text alone.
using job_function = job_outcome (*)(std::string_view text);

/// From a pool to a worker.
struct job_for_worker {
  std::string text;
  SEEDWALK_INSPECT(job_for_worker, text)
};

/// From a worker to its pool.
struct worker_done {
  net::owner worker;
  std::string result;
  SEEDWALK_INSPECT(worker_done, worker, result)
};

/// What a worker knows.
struct worker_state {
  net::owner pool;
  net::timer_id waiting;
  std::string result;
  SEEDWALK_INSPECT(worker_state, pool, waiting, result)
};

/// Does one job at a time.
template <job_function Work>
class worker final : public actor<worker_state> {
public:
  static constexpr std::string_view kind = "worker";
  using actor<worker_state>::actor_base;

  caf::behavior make_behavior() {
    return {[this](const job_for_worker& x) {
              auto outcome = Work(x.text);
              state_.result = std::move(outcome.result);
              if (outcome.delay.count() == 0)
                return tell();
              state_.waiting = env_.process.start(outcome.delay, host_.self());
            },
            [this](const net::timer_fired&) { tell(); },
            [this](const end_now&) {
              env_.process.cancel(state_.waiting);
              host_.quit();
            }};
  }

private:
  void tell() { env_.send(state_.pool, worker_done{host_.self(), std::move(state_.result)}); }
};

/// What a pool knows.
struct pool_state {
  std::vector<net::owner> idle;
  std::deque<job> waiting;
  std::map<net::owner, job> under_way; ///< By worker. An asker that is gone is `nobody`.
  SEEDWALK_INSPECT(pool_state, idle, waiting, under_way)
};

/// A bounded queue of jobs and `settings::limit` workers.
///
/// The planted bug (`settings::bug`): a worker whose asker is gone when it is done is not given
/// another job.
template <job_function Work>
class pool final : public actor<pool_state> {
public:
  static constexpr std::string_view kind = "pool";
  using actor<pool_state>::actor_base;

  /// So many jobs for each worker may wait.
  static constexpr std::size_t waiting_for_each = 4;

  void start() {
    for (std::uint32_t i = 0; i != env_.config.limit; ++i)
      state_.idle.push_back(
          env_.spawn<worker<Work>>("worker/" + std::to_string(i), {host_.self(), {}, {}}));
  }

  caf::behavior make_behavior() {
    return {[this](job& x) { take(x); }, [this](worker_done& x) { on_done(x); },
            [this](const asker_gone& x) {
              std::erase_if(state_.waiting, [&](const job& one) { return one.asker == x.asker; });
              for (auto& [worker, one] : state_.under_way)
                if (one.asker == x.asker)
                  one.asker = net::nobody;
            },
            [this](const end_now&) { end(); }};
  }

private:
  void take(job& x) {
    if (state_.waiting.size() == waiting_for_each * env_.config.limit)
      return env_.send(x.asker, job_refused{x.id});
    state_.waiting.push_back(std::move(x));
    give_next();
  }

  void give_next() {
    if (state_.idle.empty() || state_.waiting.empty())
      return;
    const auto worker = state_.idle.back();
    state_.idle.pop_back();
    auto& next = state_.under_way[worker];
    next = std::move(state_.waiting.front());
    state_.waiting.pop_front();
    env_.send(worker, job_for_worker{std::move(next.text)});
  }

  void on_done(worker_done& x) {
    const auto done = std::move(state_.under_way.at(x.worker));
    state_.under_way.erase(x.worker);
    if (done.asker == net::nobody && env_.config.bug)
      return;
    env_.send(done.asker, job_done{done.id, std::move(x.result)});
    state_.idle.push_back(x.worker);
    give_next();
  }

  void end() {
    for (const auto one : state_.idle)
      env_.send(one, end_now{});
    for (const auto& [worker, one] : state_.under_way)
      env_.send(worker, end_now{});
    host_.quit();
  }
};

} // namespace seedwalk::examples
