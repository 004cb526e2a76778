#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <leveldb/env.h>

namespace seedwalk::store {

/// LevelDB has no way to open a database without writing: it empties the log into a table, begins a
/// new log and manifest, and deletes what it does not need any more.
///
/// This lets it read the files of another `Env`, and keeps in memory all that it writes, renames
/// and deletes. It locks nothing. So a database can be looked into that is on a read-only medium,
/// that belongs to somebody else, or that a crawl begins to write meanwhile.
///
/// Memory: as much as the database's logs have. Only the thread that made this may begin files,
/// until `seal`: LevelDB gives up its first compaction, and does not begin another. So its
/// tables stay those that are in the folder, beside what it made of the logs.
///
/// Threads: any, as LevelDB needs it.
class looking_env final : public leveldb::EnvWrapper {
public:
  /// `base` outlives it.
  explicit looking_env(leveldb::Env* base);
  ~looking_env() override;

  /// The database is open: nothing needs to be written any more.
  void seal();

  /// True for a file that was written here, whatever is beneath.
  bool is_written(const std::string& file) { return memory_->FileExists(file); }

  leveldb::Status NewSequentialFile(const std::string& file,
                                    leveldb::SequentialFile** result) override;
  leveldb::Status NewRandomAccessFile(const std::string& file,
                                      leveldb::RandomAccessFile** result) override;
  leveldb::Status NewWritableFile(const std::string& file, leveldb::WritableFile** result) override;
  leveldb::Status NewAppendableFile(const std::string& file,
                                    leveldb::WritableFile** result) override;
  bool FileExists(const std::string& file) override;
  leveldb::Status GetChildren(const std::string& folder, std::vector<std::string>* names) override;
  leveldb::Status RemoveFile(const std::string& file) override;
  leveldb::Status CreateDir(const std::string& folder) override;
  leveldb::Status RemoveDir(const std::string& folder) override;
  leveldb::Status GetFileSize(const std::string& file, std::uint64_t* size) override;
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override;
  leveldb::Status LockFile(const std::string& file, leveldb::FileLock** lock) override;
  leveldb::Status UnlockFile(leveldb::FileLock* lock) override;

private:
  /// Where a file is to be read: what was written here hides what is beneath.
  leveldb::Env* holder(const std::string& file);
  bool removed(const std::string& file);

  std::unique_ptr<leveldb::Env> memory_;
  std::mutex mutex_;
  std::set<std::string> removed_; ///< Guarded by mutex_.
};

} // namespace seedwalk::store
