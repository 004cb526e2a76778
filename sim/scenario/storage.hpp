#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "actors/runtime/schedule.hpp"
#include "sim/disk/disk.hpp"
#include "sim/disk/memory_env.hpp"
#include "sim/scenario/acknowledged_writes.hpp"
#include "sim/scenario/door_listener.hpp"
#include "store/database.hpp"
#include "store/storage.hpp"

namespace seedwalk::sim {

/// The storage door of simulated runs: the real database and the real LevelDB, on a simulated disk.
///
/// A request runs whole when it is made, and its calls to the disk take their places in virtual
/// time from then on, behind those of the request before it. The completion comes when the last of
/// them is over, so the rest of the program runs on while a batch is being written, and a crash can
/// land inside it. A request that is not taken completes at the moment of its call, behind the
/// step.
///
/// Ownership: has the disk. What is passed by reference outlives it, and it outlives the schedule's
/// last event: a crash ends the database in it, and not the door itself.
///
/// Threads: that of the world.
class storage final : public store::storage, private event_source {
public:
  struct options {
    std::string host; ///< Whose disk it is: names its events, where there are several.
    std::string path = "/db";
    store::database_options database;     ///< `env` and `settle` are set by the door.
    net::steady_time request_cost{5'000}; ///< Of any request, besides the disk's calls.
    door_listener* listener = nullptr;    ///< Hears of everything, and outlives the door; or null.
  };

  /// Sizes that make a fresh database cheap, for runs of some milliseconds. Buffers grow with how
  /// many `endpoints` it is for: a small world's database is compacted now and then, a large one's
  /// once its endpoints are visited again, none all the time.
  static store::database_options small_database(std::uint64_t endpoints = 0);

  storage(options o, schedule& events, store::completion_sink& sink, std::unique_ptr<disk> on);
  ~storage() override;
  storage(const storage&) = delete;
  storage& operator=(const storage&) = delete;

  /// Opens the database, or begins one. Takes virtual time of the disk, not of the world. Ids begin
  /// anew: precondition: no request is under way.
  tl::expected<void, store::error> open();

  store::request_id write(store::batch batch, net::owner owner) override;
  store::request_id query(store::query query, net::owner owner) override;

  /// The machine dies now, possibly inside requests: their completions never come, and the disk
  /// keeps what `loss` leaves. The database is closed; `open` is what a restart does.
  void crash(const loss_model& loss);

  /// The same in the nth call that changes its disk, once that has come so far: precondition, it
  /// has been made, and that moment is now.
  void crash_in(std::uint64_t nth, const call_progress& progress, const loss_model& loss);

  /// What acknowledged writes did not survive a crash or a failure, a sentence each. Kept of disks
  /// with a journal.
  const std::vector<std::string>& lost() const { return lost_; }
  /// What was acknowledged, by keys and values. The same.
  const acknowledged_writes& account() const { return account_; }

  /// `hear` is told of each call that changes the disk, on the disks after a crash too; see
  /// `disk::on_change`.
  void on_change(std::function<void(std::uint64_t nth, const disk::entry&)> hear);

  /// The database is closed in order: requests under way still complete, later ones complete with
  /// `error_code::stopped` until it is opened again.
  void close();

  /// What happens in its calls takes its turn between its completions: what is planned while a
  /// request is carried out comes before anybody hears of that.
  schedule::lane& turns() { return lane_; }

  disk& on() { return *disk_; }
  /// Where the database is on it.
  const std::string& path() const { return options_.path; }
  bool is_open() const { return database_ != nullptr; }
  /// More endpoints its database does not keep, whether it is open or not.
  std::uint64_t known_max() const { return options_.database.limits.known; }
  /// For oracles: looks without taking virtual time from the program. Precondition: open.
  store::database& database() { return *database_; }
  std::size_t in_flight() const { return pending_.size(); }

  /// Queries of which `which` says so fail, as on a disk that cannot be read there.
  void fail_queries(std::function<bool(const store::query&)> failing) {
    fails_ = std::move(failing);
  }

private:
  struct pending {
    std::uint64_t event;
    net::owner owner;
    store::completion completion;
  };

  void on_due(std::uint64_t payload) override;
  void begin();
  void crash_to(std::unique_ptr<disk> left);
  std::optional<store::error> refusal() const;
  void finish(net::owner owner, store::completion completion);
  void refuse(net::owner owner, store::completion completion);
  bool deliver_front(std::deque<pending>& of, std::uint64_t event);

  options options_;
  schedule& events_;
  heard_sink<store::completion> sink_;
  std::unique_ptr<disk> disk_;
  std::unique_ptr<memory_env> env_;
  std::unique_ptr<store::database> database_;
  schedule::lane lane_;
  schedule::lane refusals_; ///< They wait for nothing on the disk.
  std::uint64_t last_id_ = 0;
  std::uint64_t last_event_ = 0; ///< Never begins anew: events of before a crash are recognised.
  std::deque<pending> pending_;
  std::deque<pending> refused_;
  std::function<bool(const store::query&)> fails_;
  std::function<void(std::uint64_t, const disk::entry&)> on_change_;
  const bool keeps_account_;
  acknowledged_writes account_;
  std::vector<std::string> lost_;
};

} // namespace seedwalk::sim
