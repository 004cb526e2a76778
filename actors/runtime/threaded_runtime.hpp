#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "actors/runtime/channel.hpp"
#include "actors/runtime/real_clock.hpp"
#include "actors/runtime/runtime.hpp"
#include "actors/runtime/timer_queue.hpp"
#include "actors/runtime/timers.hpp"

namespace seedwalk::sim {

/// The same actors on CAF's own work-stealing scheduler (`--threads N`): a check that no actor
/// depends on being alone, and a choice for machines where it pays.
///
/// Steps of different actors run at the same time, those of one actor never. There is no chain, so
/// such a run is neither recorded nor replayed; mailboxes' bounds are not checked; time does not
/// stand still within a step. It is its own sink: completions may come from any thread and go
/// straight into mailboxes.
///
/// A network door under it is built with `asio_options::calls_from_any_thread`, and a thread of the
/// caller's runs its io_context. The storage door must take calls from any thread.
///
/// A number from `next_owner` can be written to at once: an actor that learns it may run before the
/// step that took it has enrolled the actor. What comes until then is kept for it.
///
/// Lifetime: the clock outlives it, and so do no actors: the owner calls `stop`, ends the actor
/// system (which waits for the steps under way, and those still call this and the doors), then the
/// doors and their threads, then this. Threads: any, except `stop` and the destructor, which are
/// the owner's.
class threaded_runtime final : public net::runtime,
                               public net::timers,
                               public channels<threaded_runtime> {
public:
  threaded_runtime(caf::actor_system& system, const real_clock& clock);
  ~threaded_runtime() override;

  threaded_runtime(const threaded_runtime&) = delete;
  threaded_runtime& operator=(const threaded_runtime&) = delete;

  /// Ends every actor after its present message, observers once they have seen what waits for them
  /// (a log's last lines); no timer fires and nothing is delivered any more.
  void stop();

  std::uint64_t failures() const { return failures_.load(); }
  /// The first of them, in words.
  std::vector<std::string> violations() const;

  /// Hands a completion of any door to its owner.
  template <class Completion>
  void deliver(net::owner to, Completion&& completion) {
    std::visit([&](auto& message) { send(to, std::move(message)); }, completion);
  }

  // -- net::timers
  net::instant now() const override { return clock_.now(); }
  net::timer_id start(std::chrono::nanoseconds delay, net::owner owner) override;
  void cancel(net::timer_id id) override;

  // -- net::runtime
  caf::actor_system& system() override { return system_; }
  net::owner next_owner() override;
  void enrol(net::enrolment actor) override;
  void started(net::owner owner) override;
  void retire(net::owner owner) override;
  void note_failure(net::owner owner, std::string_view text) override;

protected:
  bool wants_payloads(net::owner) const override { return false; }
  void note_payload(const net::bytes&) override {}
  void enqueue(net::owner to, caf::mailbox_element_ptr message) override;

private:
  struct known_actor {
    std::string name;
    caf::actor handle; ///< Null until it is enrolled.
    bool ready = false;
    bool observer = false;
    /// What came before it was ready: its `start` may still be running in another thread.
    std::vector<caf::mailbox_element_ptr> held{};
  };
  /// Actors by number, in parts that are locked apart.
  struct shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, known_actor> actors; // order never seen
  };

  shard& shard_of(net::owner owner) { return shards_[owner.id % shards_.size()]; }
  static void end(const known_actor& actor);
  void fire_timers();

  caf::actor_system& system_;
  const real_clock& clock_;
  std::array<shard, 16> shards_;
  std::atomic<std::uint64_t> last_owner_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<bool> stopped_{false};

  mutable std::mutex violations_mutex_;
  std::vector<std::string> violations_;

  std::mutex timers_mutex_;
  std::condition_variable timers_changed_;
  timer_queue timers_;
  std::thread timers_thread_;
};

} // namespace seedwalk::sim
