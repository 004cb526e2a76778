#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "actors/config/crawl_recipe.hpp"
#include "actors/crawl/crawl_program.hpp"
#include "actors/crawl/watched_storage.hpp"
#include "actors/runtime/checkpoint.hpp"
#include "actors/runtime/process.hpp"
#include "actors/runtime/world.hpp"
#include "sim/disk/disk.hpp"
#include "sim/network/internet.hpp"
#include "sim/network/network.hpp"
#include "sim/record/recording_format.hpp"
#include "sim/record/watched_network.hpp"
#include "sim/scenario/door_listener.hpp"
#include "sim/scenario/storage.hpp"

namespace seedwalk::sim {

/// One crawler of a simulated world: its process, its host on the internet, its disk, its program.
/// The one way in which scenarios and tests put a crawler into a world; there may be several.
///
/// World and internet outlive it. Threads: that of the world.
class simulated_crawler {
public:
  /// Makes a network door that stands before another.
  using network_wrapper = std::function<std::unique_ptr<net::network>(net::network& inner)>;

  struct options {
    /// What its actors' names begin with: "a" gives `a/crawler`. Empty where it is the only one.
    std::string name;
    std::vector<net::endpoint> addresses = network::host{}.addresses;
    actors::crawl_recipe recipe;
    std::uint64_t seed = 1; ///< Of its own draws: nonces, jitters, what its disk loses.
    disk::options drive;    ///< But for its seed.
    std::uint64_t endpoints_expected = 0; ///< What the database has memory for.
    std::vector<clock_step> wall_steps;   ///< When its wall clock is set.
    std::string build = "simulated";
    /// Hears what crosses its doors, and outlives it; may be null.
    door_listener* doors = nullptr;
    /// Puts something between the actors and the network door; what it returns is kept.
    network_wrapper network_between;
    /// Told of each program before it starts: to look into it.
    std::function<void(actors::crawl_program&)> on_program;
  };

  simulated_crawler(sim::world& world, sim::internet& internet, options o);
  ~simulated_crawler();

  simulated_crawler(const simulated_crawler&) = delete;
  simulated_crawler& operator=(const simulated_crawler&) = delete;

  /// Opens its database and spawns its actors. The error is that of the database.
  tl::expected<void, store::error> start();

  /// What a recording of it begins with. It is made from before `start` to the end of this
  /// incarnation, with `recording_writer::options::of` set to `inside()`.
  sim::recording_header recording_header() const;

  /// What an operator's signals say.
  void stop(int signal = 0);
  void reload(const std::string& contents);

  /// The process dies now, between two steps: nothing of it runs any more, every connection is
  /// reset, and its disk keeps what `loss` leaves. Its timers and what doors have on the way to it
  /// are gone. Others do not notice, but by their connections.
  void kill(const loss_model& loss);

  /// The same in a call that changes its disk; see `storage::crash_in`.
  void kill_in(std::uint64_t nth_change, const call_progress& progress, const loss_model& loss);

  /// Its process ends now and for good: its disk keeps all that reached the kernel.
  void end_at_once();

  /// Starts it again on what its disk kept, under a new incarnation in its names. Precondition: it
  /// was killed. The error is that of the database.
  tl::expected<void, store::error> restart();

  /// Captures all its actors, kills the actor system and brings them back in a new one.
  /// Precondition: the world is idle. Returns the names of those that could not be brought back.
  std::vector<std::string> recreate();

  /// All that the process knows, right after one of its steps: `replay` goes on from it. Nothing of
  /// the run changes. Precondition: the world is idle.
  process_image image() const { return process_.image(parts_); }

  /// It gets one more address, and with it a route to that network.
  void own_address(const net::endpoint& address) { door_->add_address(address); }

  /// The name of its root actor.
  const std::string& name() const { return root_; }
  /// What its options call it.
  const std::string& options_name() const { return options_.name; }
  net::owner self() const { return self_; }
  /// The actor of this name below the root, such as "manager"; `nobody` if there is none.
  net::owner actor(const std::string& below) const;
  bool is_up() const { return process_.is_up(); }
  /// True when nobody will start it again: it was ended at once, or its database does not open.
  bool is_gone() const { return is_gone_; }
  /// True when it has given its summary.
  bool over() const { return program_ && program_->summary().has_value(); }
  const actors::crawl_summary& summary() const { return *program_->summary(); }

  process& inside() { return process_; }
  actors::crawl_program& program() { return *program_; }
  sim::storage& disk() { return storage_; }

private:
  void make_program();
  void end_process();

  world& world_;
  internet& internet_;
  options options_;
  process process_;
  heard_sink<net::completion> heard_;
  /// The last is the one in use: those before it died with an incarnation, and still have events.
  std::vector<std::unique_ptr<network>> doors_;
  network* door_ = nullptr;
  std::unique_ptr<net::network> between_;
  std::unique_ptr<heard_network> calls_; ///< Where somebody hears them.
  std::unique_ptr<watched_network> watched_network_;
  sim::storage storage_;
  watched_storage watched_storage_;
  std::unique_ptr<actors::crawl_program> program_;
  actor_kinds kinds_;
  image_parts parts_;
  std::string root_;
  net::owner self_;
  bool is_gone_ = false;
};

} // namespace seedwalk::sim
