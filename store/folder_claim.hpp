#pragma once

#include <string>

#include <tl/expected.hpp>

#include "store/error.hpp"

namespace seedwalk::store {

/// This process's hold on a database's folder of the operating system.
///
/// LevelDB locks its file LOCK, and whoever deletes that file can lock the next one. This locks the
/// folder itself (flock), which cannot be deleted and made again without becoming another one, and
/// knows whether the folder is still the one at its path.
///
/// File systems that do not lock folders (some network mounts) leave it at LOCK. The lock ends with
/// the object, or with the process however it dies.
///
/// Threads: one at a time.
class folder_claim {
public:
  folder_claim() = default;
  ~folder_claim() { release(); }
  folder_claim(const folder_claim&) = delete;
  folder_claim& operator=(const folder_claim&) = delete;

  /// Claims the folder at `path`, which exists. Errors: `locked`; `not_a_folder`, `io`.
  tl::expected<void, error> take(const std::string& path);

  /// Gives it up.
  void release();

  /// True while the claimed folder stands at its path and has its CURRENT. Two calls of the
  /// operating system; true without a claim.
  bool stands() const;

private:
  std::string path_;
  int folder_ = -1;
};

} // namespace seedwalk::store
