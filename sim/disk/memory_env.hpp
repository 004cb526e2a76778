#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include <leveldb/env.h>

#include "sim/disk/disk.hpp"

namespace seedwalk::sim {

/// LevelDB's operating system, on a simulated disk and on one thread.
///
/// LevelDB is deterministic here: `Schedule` queues, and the driver of the database calls
/// `run_background` after each of its calls has returned and before it is closed (never from within
/// `Schedule`, where LevelDB holds its lock). Its clock is the disk's. The limit of this: a
/// compaction never interleaves with a write.
///
/// Files are read in place, so a read copies nothing; writes are buffered as on POSIX, and reach
/// the disk when the buffer is full, flushed, synced or closed. As LevelDB's own POSIX Env does,
/// syncing a MANIFEST syncs the folder first.
///
/// Errors have the texts of a POSIX system ("No space left on device").
///
/// The disk outlives the Env, and the Env the database. Threads: that of the world.
class memory_env final : public leveldb::Env {
public:
  explicit memory_env(disk& on) : disk_(on) {}
  memory_env(const memory_env&) = delete;
  memory_env& operator=(const memory_env&) = delete;

  /// Runs what LevelDB has put off, until nothing is left.
  void run_background();

  /// Makes the names in a folder durable, which no call of an `Env` does.
  leveldb::Status sync_folder(const std::string& folder);

  leveldb::Status NewSequentialFile(const std::string& name,
                                    leveldb::SequentialFile** result) override;
  leveldb::Status NewRandomAccessFile(const std::string& name,
                                      leveldb::RandomAccessFile** result) override;
  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** result) override;
  leveldb::Status NewAppendableFile(const std::string& name,
                                    leveldb::WritableFile** result) override;
  bool FileExists(const std::string& name) override;
  leveldb::Status GetChildren(const std::string& folder, std::vector<std::string>* result) override;
  leveldb::Status RemoveFile(const std::string& name) override;
  leveldb::Status CreateDir(const std::string& name) override;
  leveldb::Status RemoveDir(const std::string& name) override;
  leveldb::Status GetFileSize(const std::string& name, std::uint64_t* size) override;
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override;
  leveldb::Status LockFile(const std::string& name, leveldb::FileLock** lock) override;
  leveldb::Status UnlockFile(leveldb::FileLock* lock) override;
  void Schedule(void (*work)(void*), void* argument) override;
  /// LevelDB starts no thread but through here, and only its tests do.
  void StartThread(void (*work)(void*), void* argument) override;
  leveldb::Status GetTestDirectory(std::string* path) override;
  leveldb::Status NewLogger(const std::string& name, leveldb::Logger** result) override;
  std::uint64_t NowMicros() override;
  void SleepForMicroseconds(int micros) override;

private:
  struct put_off {
    void (*work)(void*);
    void* argument;
  };

  disk& disk_;
  std::deque<put_off> background_;
  std::set<std::string> locked_;
};

} // namespace seedwalk::sim
