#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>

#include "store/database.hpp"
#include "store/storage.hpp"

namespace seedwalk::store {

/// The storage door of real runs: LevelDB on a thread of its own, so that no step waits for a disk.
///
/// Takes an open database, so that what is wrong with it was said before anything started. Requests
/// wait in a queue, and are carried out one after the other. A second thread says what is not
/// taken: the first may be waiting for the disk.
///
/// Threads: write and query from any, stop and the destructor from one; a request is made when its
/// call has the door's lock. The sink hears from the two threads, until the destructor returns.
class leveldb_storage final : public storage {
public:
  leveldb_storage(completion_sink& sink, std::unique_ptr<database> db);

  /// As `stop(ending::orderly)`.
  ~leveldb_storage() override;

  request_id write(store::batch batch, net::owner owner) override;
  request_id query(store::query query, net::owner owner) override;

  enum class ending : std::uint8_t {
    orderly, ///< Carry out what was asked for.
    fast,    ///< Carry out the request at hand; what waits completes with `error_code::stopped`.
  };

  /// Closes the database; returns when that is done and every completion of an earlier call was
  /// delivered. Later requests complete with `error_code::stopped`. Twice does nothing.
  void stop(ending mode);

private:
  struct request {
    request_id id;
    net::owner owner;
    std::variant<batch, store::query> content;
  };

  request_id take(std::variant<batch, store::query> request, net::owner owner);
  void run();
  void run_refusals();
  void release_slot();
  void carry_out(request& r);
  void refuse(request& r, error reason);

  completion_sink& sink_;
  std::unique_ptr<database> db_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::uint64_t last_id_ = 0; ///< Guarded by mutex_, as are those below.
  std::size_t in_flight_ = 0; ///< Taken, and their completion not yet on its way.
  std::deque<request> waiting_;
  bool stopping_ = false;
  bool drop_waiting_ = false;

  struct refusal {
    request refused;
    error reason;
  };
  std::condition_variable wake_refusals_;
  std::condition_variable refusals_said_;
  std::deque<refusal> refused_; ///< The first stays until it is delivered.
  bool leaving_ = false;

  std::thread thread_; ///< These last: they use everything above.
  std::thread refusing_;
};

} // namespace seedwalk::store
