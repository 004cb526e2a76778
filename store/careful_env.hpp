#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include <leveldb/env.h>

namespace seedwalk::store {

/// LevelDB deletes, when it opens a database, each log, manifest and table that the manifest does
/// not name. Mostly they are its own leftovers. Where a copy or a sync tool brought an older
/// manifest back they are the newest data, and where somebody chose an unlucky name they are his.
///
/// This passes everything on to another `Env`, and between `begin` and `end` moves such files into
/// the folder `unclaimed` of the database instead of deleting them. What is certainly superfluous
/// is still deleted: what LevelDB itself has read in this opening (the logs that it replays, the
/// manifest that it goes on from), and what it has made in it. A log that has a gap is set aside,
/// too.
///
/// LevelDB knows its files by their paths. Where another database was put in the place of this one
/// while it was open, its own thread would go on with a compaction in that: it would overwrite
/// tables there, and delete all that it does not know. So nothing is made or deleted unless what
/// was opened still stands there.
///
/// LevelDB syncs what it writes, but the folder in which it has begun a file only with the
/// manifest: most file systems write names down with the next sync of anything, POSIX promises it
/// of none. So the first sync of a table is one of the folder, too: what a manifest names has a
/// name, however early that reaches the disk. And before anything is in a log its folder is synced:
/// what was acknowledged is in a file that has a name, and CURRENT names the manifest that this
/// opening has made. Else a crash could bring the one before back, which names other tables, with
/// the new log behind it: LevelDB would replay that, and a batch would be there without those
/// before it.
///
/// Threads: as LevelDB, whose own thread deletes only what it has replaced.
class careful_env final : public leveldb::EnvWrapper {
public:
  static constexpr const char* unclaimed_folder = "unclaimed";
  /// With more files than that set aside, an operator must look. A process that is killed in the
  /// middle of a compaction leaves a few.
  static constexpr std::size_t unclaimed_max = 1'000;

  /// Makes the names in a folder durable.
  using folder_sync = std::function<leveldb::Status(const std::string& folder)>;

  /// `base` outlives it. `stands` says whether the database that is open is still what there is at
  /// its path. Both functions are called in any thread.
  careful_env(leveldb::Env* base, std::function<bool()> stands,
              folder_sync sync_folder = sync_real_folder)
      : EnvWrapper(base), stands_(std::move(stands)), sync_folder_(std::move(sync_folder)) {}

  /// That of the operating system.
  static leveldb::Status sync_real_folder(const std::string& folder);

  /// An opening of the database in `folder` begins, in this thread.
  void begin(const std::string& folder);
  void end();

  /// In the opening that comes next this file is set aside instead of deleted, though LevelDB will
  /// have read it.
  void keep(const std::string& file) { kept_.insert(file); }

  /// What the manifest names after an opening: tables that are LevelDB's own, as those that it
  /// makes.
  void adopt(const std::set<std::string>& tables);

  /// The tables that were LevelDB's own at any time since `begin`, without those that it has
  /// deleted: paths.
  std::set<std::string> own_tables() const;

  /// How many files are set aside in `folder`.
  std::size_t unclaimed_in(const std::string& folder) const;

  leveldb::Status NewSequentialFile(const std::string& file,
                                    leveldb::SequentialFile** result) override;
  leveldb::Status NewWritableFile(const std::string& file, leveldb::WritableFile** result) override;
  leveldb::Status RemoveFile(const std::string& file) override;

private:
  const std::function<bool()> stands_;
  const folder_sync sync_folder_;
  std::string folder_;
  std::set<std::string> kept_;
  std::set<std::string> there_before_; ///< Paths, at `begin`, that were not read since.
  mutable std::mutex mutex_;
  std::set<std::string> own_; ///< Guarded by mutex_: LevelDB's own thread makes tables, too.
};

} // namespace seedwalk::store
