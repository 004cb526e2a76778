#include "actors/runtime/threaded_runtime.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

namespace seedwalk::sim {

threaded_runtime::threaded_runtime(caf::actor_system& system, const real_clock& clock)
    : system_(system), clock_(clock), timers_thread_([this] { fire_timers(); }) {}

threaded_runtime::~threaded_runtime() {
  stop();
}

void threaded_runtime::stop() {
  {
    const std::lock_guard lock{timers_mutex_};
    stopped_ = true;
    timers_.clear();
  }
  timers_changed_.notify_all();
  if (timers_thread_.joinable())
    timers_thread_.join();
  for (auto& part : shards_) {
    // order never seen: each is told to go, on its own thread
    std::unordered_map<std::uint64_t, known_actor> gone;
    {
      const std::lock_guard lock{part.mutex};
      gone.swap(part.actors);
      // One whose `start` is running in another thread must not run in a worker, too: `started`
      // ends it.
      for (auto i = gone.begin(); i != gone.end();)
        if (const auto starting = i++; starting->second.handle && !starting->second.ready)
          part.actors.insert(gone.extract(starting));
    }
    for (auto& [id, actor] : gone)
      if (actor.handle)
        end(actor);
  }
}

std::vector<std::string> threaded_runtime::violations() const {
  const std::lock_guard lock{violations_mutex_};
  return violations_;
}

// -- what comes in

void threaded_runtime::enqueue(net::owner to, caf::mailbox_element_ptr message) {
  caf::actor handle;
  {
    auto& part = shard_of(to);
    const std::lock_guard lock{part.mutex};
    const auto i = part.actors.find(to.id);
    if (i == part.actors.end())
      return;
    if (!i->second.ready) {
      i->second.held.push_back(std::move(message));
      return;
    }
    handle = i->second.handle;
  }
  handle->enqueue(std::move(message), nullptr);
}

// -- timers

net::timer_id threaded_runtime::start(std::chrono::nanoseconds delay, net::owner owner) {
  const auto due = clock_.now().steady + std::max(delay, std::chrono::nanoseconds{0});
  const std::lock_guard lock{timers_mutex_};
  const auto first = timers_.next_due();
  const auto id = timers_.start(due, owner);
  if (!first || due < *first)
    timers_changed_.notify_all();
  return id;
}

void threaded_runtime::cancel(net::timer_id id) {
  const std::lock_guard lock{timers_mutex_};
  timers_.cancel(id);
}

void threaded_runtime::fire_timers() {
  std::unique_lock lock{timers_mutex_};
  while (!stopped_) {
    const auto due = timers_.next_due();
    if (!due) {
      timers_changed_.wait(lock);
      continue;
    }
    if (const auto now = clock_.now().steady; now < *due) {
      timers_changed_.wait_until(lock, clock_.to_system(*due));
      continue;
    } else if (const auto fired = timers_.pop_due(now)) {
      lock.unlock();
      send(fired->owner, net::timer_fired{fired->id});
      lock.lock();
    }
  }
}

// -- actors

void threaded_runtime::end(const known_actor& actor) {
  // `anon_send_exit` is urgent: it overtakes what waits.
  if (actor.observer)
    caf::anon_send(actor.handle, caf::exit_msg{nullptr, caf::exit_reason::kill});
  else
    caf::anon_send_exit(actor.handle, caf::exit_reason::kill);
}

net::owner threaded_runtime::next_owner() {
  const net::owner result{last_owner_.fetch_add(1) + 1};
  auto& part = shard_of(result);
  const std::lock_guard lock{part.mutex};
  part.actors.try_emplace(result.id);
  return result;
}

void threaded_runtime::enrol(net::enrolment actor) {
  auto& part = shard_of(actor.id);
  const std::lock_guard lock{part.mutex};
  auto& known = part.actors[actor.id.id];
  known.name = std::move(actor.name);
  known.handle = std::move(actor.handle);
  known.observer = actor.observer;
}

void threaded_runtime::started(net::owner owner) {
  known_actor gone; // as in `retire`
  auto& part = shard_of(owner);
  const std::lock_guard lock{part.mutex};
  const auto i = part.actors.find(owner.id);
  if (i == part.actors.end())
    return;
  if (stopped_) {
    gone = std::move(i->second);
    part.actors.erase(i);
    end(gone);
    return;
  }
  // Under the lock, so that nothing overtakes what was held. The actor itself runs in a worker.
  i->second.ready = true;
  for (auto& message : i->second.held)
    i->second.handle->enqueue(std::move(message), nullptr);
  i->second.held.clear();
}

void threaded_runtime::retire(net::owner owner) {
  known_actor gone; // let go of outside the lock: messages that were held go with it
  auto& part = shard_of(owner);
  const std::lock_guard lock{part.mutex};
  const auto i = part.actors.find(owner.id);
  if (i == part.actors.end())
    return;
  gone = std::move(i->second);
  part.actors.erase(i);
}

void threaded_runtime::note_failure(net::owner owner, std::string_view text) {
  ++failures_;
  std::string name;
  {
    auto& part = shard_of(owner);
    const std::lock_guard lock{part.mutex};
    if (const auto i = part.actors.find(owner.id); i != part.actors.end())
      name = i->second.name;
  }
  const std::lock_guard lock{violations_mutex_};
  if (violations_.size() < violations_max)
    violations_.push_back(fmt::format("actor {} failed: {}", name, text));
}

} // namespace seedwalk::sim
