#include "actors/runtime/live_driver.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "actors/runtime/process_signals.hpp"
#include "net/base/whole_file.hpp"

namespace seedwalk::sim {

namespace asio = boost::asio;

live_driver::live_driver(sim::process& process, asio::io_context& io, const real_clock& clock,
                         options settings)
    : process_(process), world_(process.world()), io_(io), clock_(clock), options_(settings),
      thread_(std::this_thread::get_id()) {
  using guard = asio::executor_work_guard<asio::io_context::executor_type>;
  work_ = std::make_shared<guard>(io.get_executor());
}

live_driver::~live_driver() = default;

void live_driver::enqueue(std::unique_ptr<queued> entry) {
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    first = queue_.empty();
    queue_.push_back(std::move(entry));
    has_queued_.store(true, std::memory_order_release);
  }
  // The loop may sleep. One that comes later finds the queue non-empty: the wake-up is on its way.
  if (first)
    asio::post(io_, [] {});
}

bool live_driver::deliver_queued() {
  if (!has_queued_.load(std::memory_order_acquire))
    return false;
  {
    const std::lock_guard lock{mutex_};
    delivering_.swap(queue_);
    has_queued_.store(false, std::memory_order_relaxed);
  }
  for (auto& item : delivering_)
    item->deliver(process_);
  delivering_.clear();
  return true;
}

void live_driver::sleep() {
  auto until = clock_.now().steady + options_.sleep_max;
  if (const auto timer = world_.next_timer())
    until = std::min(until, *timer);
  // What a handler brings now is queued: it must not enter before time has moved.
  io_.run_one_until(clock_.to_system(until));
}

void live_driver::when_quiet(std::function<void(std::chrono::nanoseconds)> take) {
  when_quiet_ = std::move(take);
  hushed_since_ = last_listened_ = clock_.now().steady;
}

/// Steps until a look at the sockets is due. Returns how many.
std::size_t live_driver::burst() {
  std::size_t steps = 0;
  while (steps != options_.burst_steps && world_.step())
    ++steps;
  if (when_quiet_ && steps != 0 && world_.idle())
    std::exchange(when_quiet_, {})(clock_.now().steady - last_listened_);
  return steps;
}

/// Has the sockets deliver what they have, or some of it while somebody waits for a quiet moment.
void live_driver::poll() {
  polling_ = true;
  if (!when_quiet_) {
    io_.poll();
  } else {
    last_listened_ = clock_.now().steady;
    const bool too_long = last_listened_ - hushed_since_ >= options_.hushed_max;
    const auto most = too_long ? 1 : options_.hushed_handlers; // Signals come this way, too.
    for (std::size_t n = 0; n != most && io_.poll_one() != 0; ++n) {
    }
  }
  polling_ = false;
}

void live_driver::run(const std::function<bool()>& done) {
  io_.restart();
  while (!done()) {
    const auto steps = burst();
    if (steps == 0 && !has_queued_.load(std::memory_order_acquire))
      sleep();
    world_.advance(clock_.now());
    deliver_queued();
    poll();
  }
}

void live_driver::handle_signals(net::owner owner, hangup_plan at_hangup) {
  signals_.reset();
  signals_ = std::make_unique<process_signals>(
      io_, [this, owner, plan = std::move(at_hangup)](int signal) {
        deliver(owner, request_of_signal(signal, plan));
      });
}

net::control_completion request_of_signal(int signal, const hangup_plan& at_hangup) {
  if (signal != SIGHUP || at_hangup.reload_path.empty())
    return net::stop_requested{signal};
  if (at_hangup.reopen)
    at_hangup.reopen();
  return read_for_reload(at_hangup.reload_path);
}

net::reload_requested read_for_reload(const std::string& path, std::chrono::milliseconds patience) {
  auto text = net::read_whole_file(path, {net::reload_requested::max_contents_bytes, patience});
  if (!text)
    return {path, {}, text.error().message};
  return {path, std::move(*text), {}};
}

} // namespace seedwalk::sim
