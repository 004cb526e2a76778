#include "sim/disk/memory_env.hpp"

#include <algorithm>
#include <cstdarg>
#include <memory>
#include <string_view>
#include <utility>

namespace seedwalk::sim {

namespace {

using leveldb::Slice;
using leveldb::Status;

/// As LevelDB's POSIX Env has it.
constexpr std::size_t write_buffer_bytes = 64 * 1024;

Status status_of(disk::failure reason, const std::string& name) {
  switch (reason) {
  case disk::failure::none:
    return Status::OK();
  case disk::failure::not_found:
    return Status::NotFound(name, "No such file or directory");
  case disk::failure::no_space:
    return Status::IOError(name, "No space left on device");
  case disk::failure::io_error:
  case disk::failure::frozen:
    break;
  }
  return Status::IOError(name, "Input/output error");
}

class sequential_file final : public leveldb::SequentialFile {
public:
  sequential_file(disk& on, std::string name, disk::file_ref file)
      : disk_(on), name_(std::move(name)), file_(std::move(file)) {}

  Status Read(std::size_t n, Slice* result, char*) override {
    *result = {};
    const auto& data = file_->data;
    const auto size = std::min(n, data.size() - std::min(at_, data.size()));
    if (const auto reason = disk_.read(size); reason != disk::failure::none)
      return status_of(reason, name_);
    *result = Slice(data.data() + at_, size);
    at_ += size;
    return Status::OK();
  }

  Status Skip(std::uint64_t n) override {
    at_ = static_cast<std::size_t>(std::min<std::uint64_t>(file_->data.size(), at_ + n));
    return Status::OK();
  }

private:
  disk& disk_;
  std::string name_;
  disk::file_ref file_;
  std::size_t at_ = 0;
};

class random_access_file final : public leveldb::RandomAccessFile {
public:
  random_access_file(disk& on, std::string name, disk::file_ref file)
      : disk_(on), name_(std::move(name)), file_(std::move(file)) {}

  Status Read(std::uint64_t offset, std::size_t n, Slice* result, char*) const override {
    *result = {};
    const auto& data = file_->data;
    if (offset + n > data.size())
      return Status::IOError(name_, "Invalid argument");
    if (const auto reason = disk_.read(n); reason != disk::failure::none)
      return status_of(reason, name_);
    *result = Slice(data.data() + offset, n);
    return Status::OK();
  }

private:
  disk& disk_;
  std::string name_;
  disk::file_ref file_;
};

class writable_file final : public leveldb::WritableFile {
public:
  writable_file(disk& on, std::string name, disk::file_ref file)
      : disk_(on), name_(std::move(name)), file_(std::move(file)) {
    const auto base = name_.rfind('/') + 1;
    names_others_ = std::string_view{name_}.substr(base).starts_with("MANIFEST");
    folder_ = name_.substr(0, base);
  }

  Status Append(const Slice& data) override {
    buffer_.append(data.data(), data.size());
    return buffer_.size() < write_buffer_bytes ? Status::OK() : Flush();
  }

  Status Flush() override {
    if (buffer_.empty())
      return Status::OK();
    const auto reason = disk_.append(file_, buffer_);
    buffer_.clear();
    return status_of(reason, name_);
  }

  Status Sync() override {
    // New files that a manifest names must be found after a crash.
    if (names_others_)
      if (const auto reason = disk_.sync_folder(folder_); reason != disk::failure::none)
        return status_of(reason, name_);
    if (auto flushed = Flush(); !flushed.ok())
      return flushed;
    return status_of(disk_.sync(file_), name_);
  }

  Status Close() override { return Flush(); }

private:
  disk& disk_;
  std::string name_;
  std::string folder_;
  disk::file_ref file_;
  std::string buffer_;
  bool names_others_ = false;
};

class held_lock final : public leveldb::FileLock {
public:
  explicit held_lock(std::string on) : name(std::move(on)) {}
  std::string name;
};

/// LevelDB's log for people: of no use where time is not real.
class silent_log final : public leveldb::Logger {
public:
  void Logv(const char*, std::va_list) override {}
};

} // namespace

void memory_env::run_background() {
  while (!background_.empty()) {
    const auto next = background_.front();
    background_.pop_front();
    next.work(next.argument);
  }
}

Status memory_env::sync_folder(const std::string& folder) {
  return status_of(disk_.sync_folder(folder), folder);
}

Status memory_env::NewSequentialFile(const std::string& name, leveldb::SequentialFile** result) {
  *result = nullptr;
  auto found = disk_.find(name);
  if (!found)
    return status_of(disk::failure::not_found, name);
  *result = new sequential_file(disk_, name, std::move(found));
  return Status::OK();
}

Status memory_env::NewRandomAccessFile(const std::string& name,
                                       leveldb::RandomAccessFile** result) {
  *result = nullptr;
  auto found = disk_.find(name);
  if (!found)
    return status_of(disk::failure::not_found, name);
  *result = new random_access_file(disk_, name, std::move(found));
  return Status::OK();
}

Status memory_env::NewWritableFile(const std::string& name, leveldb::WritableFile** result) {
  *result = nullptr;
  disk::file_ref made;
  if (const auto reason = disk_.create(name, made); reason != disk::failure::none)
    return status_of(reason, name);
  *result = new writable_file(disk_, name, std::move(made));
  return Status::OK();
}

Status memory_env::NewAppendableFile(const std::string& name, leveldb::WritableFile** result) {
  auto found = disk_.find(name);
  if (!found)
    return NewWritableFile(name, result);
  *result = new writable_file(disk_, name, std::move(found));
  return Status::OK();
}

bool memory_env::FileExists(const std::string& name) {
  return disk_.find(name) != nullptr || disk_.has_folder(name);
}

Status memory_env::GetChildren(const std::string& folder, std::vector<std::string>* result) {
  result->clear();
  if (!disk_.has_folder(folder))
    return status_of(disk::failure::not_found, folder);
  *result = disk_.list(folder);
  return Status::OK();
}

Status memory_env::RemoveFile(const std::string& name) {
  return status_of(disk_.remove(name), name);
}

Status memory_env::CreateDir(const std::string& name) {
  if (disk_.has_folder(name))
    return Status::IOError(name, "File exists");
  return status_of(disk_.make_folder(name), name);
}

Status memory_env::RemoveDir(const std::string& name) {
  return status_of(disk_.remove_folder(name), name);
}

Status memory_env::GetFileSize(const std::string& name, std::uint64_t* size) {
  *size = 0;
  const auto found = disk_.find(name);
  if (!found)
    return status_of(disk::failure::not_found, name);
  *size = found->data.size();
  return Status::OK();
}

Status memory_env::RenameFile(const std::string& from, const std::string& to) {
  return status_of(disk_.rename(from, to), from);
}

Status memory_env::LockFile(const std::string& name, leveldb::FileLock** lock) {
  *lock = nullptr;
  if (!locked_.insert(name).second)
    return Status::IOError("lock " + name, "already held by process");
  if (!disk_.find(name)) {
    disk::file_ref made;
    if (const auto reason = disk_.create(name, made); reason != disk::failure::none) {
      locked_.erase(name);
      return status_of(reason, name);
    }
  }
  *lock = new held_lock(name);
  return Status::OK();
}

Status memory_env::UnlockFile(leveldb::FileLock* lock) {
  const std::unique_ptr<held_lock> held{static_cast<held_lock*>(lock)};
  locked_.erase(held->name);
  return Status::OK();
}

void memory_env::Schedule(void (*work)(void*), void* argument) {
  background_.push_back({work, argument});
}

void memory_env::StartThread(void (*work)(void*), void* argument) {
  Schedule(work, argument);
}

Status memory_env::GetTestDirectory(std::string* path) {
  *path = "/test";
  return CreateDir(*path);
}

Status memory_env::NewLogger(const std::string&, leveldb::Logger** result) {
  *result = new silent_log;
  return Status::OK();
}

std::uint64_t memory_env::NowMicros() {
  return static_cast<std::uint64_t>(disk_.now().count() / 1'000);
}

void memory_env::SleepForMicroseconds(int micros) {
  disk_.spend(std::chrono::microseconds{std::max(micros, 0)});
}

} // namespace seedwalk::sim
