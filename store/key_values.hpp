#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>
#include <tl/expected.hpp>

#include "net/base/bytes.hpp"
#include "store/careful_env.hpp"
#include "store/error.hpp"
#include "store/folder_lock.hpp"
#include "store/looking_env.hpp"
#include "store/unfinished_write.hpp"

namespace seedwalk::store {

/// How LevelDB is to be run.
struct key_value_options {
  leveldb::Env* env = nullptr; ///< Null: the operating system's. Outlives the database.
  /// Called after each call into LevelDB and before it is closed: an `env` that queues background
  /// work instead of starting threads does it here.
  std::function<void()> settle = [] {};
  /// Makes the names in a folder of `env` durable; empty: `env` needs none of it. The operating
  /// system's own knows how.
  careful_env::folder_sync sync_folder;
  /// Called with each batch before it is written. For programs that measure or hash what is stored.
  std::function<void(const leveldb::WriteBatch&)> on_write;
  /// Begin a new database where there is none. Once it was open it is never begun anew: a folder
  /// that is gone since, or its CURRENT, is an error.
  bool create = true;
  /// Only look: nothing is written, locked or deleted in the folder, even if others have it open
  /// (looking_env.hpp). A process that writes there meanwhile may remove files that are yet to be
  /// read: then reading fails, or what was opened is older than what is there (`is_as_opened`).
  bool look = false;
  bool sync = true; ///< Acknowledge only what is on the disk. False loses the last writes.
  /// Twice as much memory is taken while one is written out. Smaller ones are merged into the
  /// tables more often: gossip writes 2.1 GB with 8 MiB, 1.5 GB with 16 and 1 GB with 32, where
  /// each insert costs more, because they are beyond the CPU's cache.
  std::size_t write_buffer_bytes = 16u << 20;
  /// Records have a cache of their own; this one serves what is read in order.
  std::size_t block_cache_bytes = 10u << 20;
  std::size_t max_file_bytes = 8u << 20;
  bool compress = true; ///< Tables, by Snappy. A table says for itself whether it is.
};

/// LevelDB with typed errors: ordered keys and values in a folder.
///
/// Opening finds what can be found without reading everything: a damaged log or manifest, missing
/// files, tables whose size is not what the manifest says. A log or manifest that ends in a write
/// that the machine did not finish is read up to that (unfinished_write.hpp). A folder without
/// CURRENT that has other files of a database, or such that only look so, is refused and left as it
/// is; what an opening would delete unread is set aside (careful_env.hpp). All that is found before
/// anything is written: each opening begins by looking (looking_env.hpp), and who only wants to
/// look ends there. So an opening that fails leaves the folder as it was.
///
/// Threads: one at a time. Errors name the path and what an operator can do.
class key_values {
public:
  key_values(std::string path, key_value_options options);
  ~key_values();
  key_values(const key_values&) = delete;
  key_values& operator=(const key_values&) = delete;

  tl::expected<void, error> open();
  void close();
  bool is_open() const { return db_ != nullptr; }

  /// What the opening found that is no reason to refuse, and that nobody would hear of: a sentence
  /// each.
  const std::vector<std::string>& findings() const { return findings_; }

  /// True while no other process has the database open for writing, and none has had it since this
  /// one opened it. For those who only look.
  bool is_as_opened() const;

  /// The value of a key, if it has one.
  tl::expected<std::optional<std::string>, error> get(const std::string& key);

  /// Applies all of it or nothing; durable on return.
  tl::expected<void, error> write(leveldb::WriteBatch& batch);

  /// An iterator over everything, that must go before `close`.
  std::unique_ptr<leveldb::Iterator> iterate();

  /// Calls `visit(key, value)` for each key that begins with `prefix`, in order, from `first` on if
  /// that is given, until it returns false.
  tl::expected<void, error>
  scan(const std::string& prefix, const std::string& first,
       const std::function<bool(std::string_view, std::string_view)>& visit);

  /// What the state of an iterator says, as an error of ours.
  tl::expected<void, error> status_of(const leveldb::Iterator& iterator) const;

  /// The error for a value that does not decode.
  error damaged_value(std::string_view text) const;

  const std::string& path() const { return path_; }

private:
  error translate(const leveldb::Status& status) const;
  tl::expected<void, error> check_folder();
  tl::expected<void, error> open_in(leveldb::Env& files);
  tl::expected<void, error> open_leveldb();
  std::set<std::string> live_tables() const;
  void remove_leftovers(std::set<std::string> left);
  void forget_leveldb();
  tl::expected<void, error> look();
  void look_for_gaps(const std::vector<std::string>& names);
  bool shorten_unfinished();
  tl::expected<void, error> do_without_current(const std::vector<std::string>& names);
  tl::expected<void, error> restore_current(const std::string& manifest);
  leveldb::Options leveldb_options();
  tl::expected<void, error> check_tables() const;

  std::string path_;
  key_value_options options_;
  leveldb::Env* env_;                    ///< What is beneath `careful_` and `looking_`.
  folder_lock lock_;                     ///< Of folders of the operating system.
  shortened_env shortened_;              ///< On that, beneath the other two.
  careful_env careful_;                  ///< Asks the lock.
  std::unique_ptr<looking_env> looking_; ///< While it is open, or opening, for looking only.
  leveldb::Env* files_ = nullptr;        ///< What LevelDB itself sees: one of the two.
  std::string current_;                  ///< What CURRENT said before the opening.
  std::vector<std::string> findings_;
  std::unique_ptr<leveldb::Cache> cache_;
  std::unique_ptr<const leveldb::FilterPolicy> filter_;
  std::unique_ptr<leveldb::Logger> silent_;
  std::unique_ptr<leveldb::DB> db_;
};

/// The text of a slice, unowned.
inline std::string_view as_view(const leveldb::Slice& s) {
  return {s.data(), s.size()};
}
inline leveldb::Slice as_slice(std::string_view s) {
  return {s.data(), s.size()};
}

inline leveldb::Slice as_slice(net::byte_view bytes) {
  return as_slice(net::as_text(bytes));
}

} // namespace seedwalk::store
