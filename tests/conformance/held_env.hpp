#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <leveldb/env.h>

#include "tests/conformance/storage_under_test.hpp"

namespace seedwalk::storage_conformance {

/// The operating system's files as LevelDB sees them, with a hand on them: syncs can be held up,
/// changes can fail, and the power can fail.
///
/// What was appended to a file and not synced may be lost with the power; names are kept. Nothing
/// waits for the machine's own disk: that is not what is tested.
///
/// Threads: any.
class held_env final : public leveldb::EnvWrapper {
public:
  held_env() : EnvWrapper(leveldb::Env::Default()) {}

  /// The next sync waits. `reached` is called when it does, with the lock of this.
  void hold(std::function<void()> reached);
  void release();
  void set_trouble(trouble kind);

  /// From now on everything fails, and what waits does, too. Copies what a power failure leaves of
  /// the files in folder `from` to a new folder `to`; a drawn part of what was not synced stays.
  void lose_power(const std::filesystem::path& from, const std::filesystem::path& to,
                  std::uint64_t seed);

  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** out) override;
  leveldb::Status NewAppendableFile(const std::string& name, leveldb::WritableFile** out) override;
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override;
  leveldb::Status RemoveFile(const std::string& name) override;

private:
  class file;

  leveldb::Status verdict() const;
  leveldb::Status append(leveldb::WritableFile& to, const leveldb::Slice& data);
  leveldb::Status sync(leveldb::WritableFile& synced, const std::string& name);
  leveldb::Status opened(leveldb::Status status, const std::string& name,
                         leveldb::WritableFile** out, std::uint64_t synced);

  std::mutex mutex_;
  std::condition_variable released_;
  std::function<void()> reached_; ///< Guarded by mutex_, as are those below.
  bool is_held_ = false;
  bool is_off_ = false;
  trouble trouble_ = trouble::none;
  std::map<std::string, std::uint64_t> synced_; ///< Bytes of each file that was opened for writing.
};

} // namespace seedwalk::storage_conformance
