#pragma once

#include <mutex>
#include <string>

#include <tl/expected.hpp>

#include "store/error.hpp"

namespace seedwalk::store {

/// This process's hold on a database's folder of the operating system.
///
/// LevelDB locks its file LOCK, and a process that deletes it can lock the next. This locks
/// CURRENT (an open file description lock, which anybody may ask about without taking it), without
/// which there is no database, and knows whether the folder and CURRENT are still those at their
/// path. (The folder itself is locked for a moment by a process that begins to listen on a socket
/// in it.)
///
/// File systems without such locks (some network mounts) leave it at LOCK. The lock ends with the
/// object, or with the process however it dies.
///
/// Threads: one at a time, but `stands` may be asked in any.
class folder_lock {
public:
  folder_lock() = default;
  ~folder_lock() { release(); }
  folder_lock(const folder_lock&) = delete;
  folder_lock& operator=(const folder_lock&) = delete;

  /// Before LevelDB opens the database at `path`: locks its CURRENT, if there is one. Error:
  /// `locked`.
  tl::expected<void, error> take(const std::string& path);

  /// After that: LevelDB has put a new CURRENT in place. Error: `locked`.
  tl::expected<void, error> follow();

  /// Gives it up.
  void release();

  /// True while the folder and the CURRENT that were locked stand at their path. Two calls of the
  /// operating system; true without a lock.
  bool stands() const;

  /// True while somebody has the database at `path` open for writing: through a lock, or through
  /// LevelDB's LOCK alone. Asks, and locks nothing. In a process that has a database open itself,
  /// only of databases with a CURRENT: what LOCK says there is known to the system alone.
  static bool is_held(const std::string& path);

private:
  tl::expected<void, error> lock_current();

  std::string path_;
  mutable std::mutex mutex_;
  int folder_ = -1;  ///< Guarded by mutex_,
  int current_ = -1; ///< and so is this.
};

} // namespace seedwalk::store
