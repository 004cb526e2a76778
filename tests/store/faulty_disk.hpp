#pragma once

#include <cstdarg>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "draw.hpp"

namespace seedwalk::store::test {

/// A disk in memory that stops, or is full, from its nth change on, and runs LevelDB's background
/// work only when asked: a run on it depends on nothing but its inputs.
class faulty_disk final : public leveldb::EnvWrapper {
public:
  faulty_disk() : faulty_disk(memory_disk()) {}

  /// From change number `n` on, counted from now, every change fails with `message`.
  void fail_from(long n, std::string message) {
    calls_ = 0;
    fail_from_ = n;
    message_ = std::move(message);
  }
  void heal() { fail_from_ = -1; }
  bool failing() const { return fail_from_ >= 0 && calls_ >= fail_from_; }
  long calls() const { return calls_; }

  /// What `key_value_options::settle` calls.
  void settle() {
    while (!work_.empty()) {
      const auto [function, argument] = work_.front();
      work_.pop_front();
      function(argument);
    }
  }

  database_options options() {
    auto o = options_on(this);
    o.disk.settle = [this] { settle(); };
    return o;
  }

  void Schedule(void (*function)(void*), void* argument) override {
    work_.emplace_back(function, argument);
  }
  void StartThread(void (*)(void*), void*) override { std::abort(); }
  void SleepForMicroseconds(int) override {}

  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** out) override {
    return changed([&] { return target()->NewWritableFile(name, out); }, out);
  }
  leveldb::Status NewAppendableFile(const std::string& name, leveldb::WritableFile** out) override {
    return changed([&] { return target()->NewAppendableFile(name, out); }, out);
  }
  leveldb::Status RenameFile(const std::string& a, const std::string& b) override {
    return changed([&] { return target()->RenameFile(a, b); });
  }
  leveldb::Status RemoveFile(const std::string& name) override {
    return changed([&] { return target()->RemoveFile(name); });
  }
  leveldb::Status CreateDir(const std::string& name) override {
    return changed([&] { return target()->CreateDir(name); });
  }

private:
  explicit faulty_disk(std::unique_ptr<leveldb::Env> memory)
      : EnvWrapper(memory.get()), memory_(std::move(memory)) {}

  struct file final : leveldb::WritableFile {
    file(faulty_disk& d, leveldb::WritableFile* f) : disk(d), inner(f) {}
    leveldb::Status Append(const leveldb::Slice& s) override {
      return disk.changed([&] { return inner->Append(s); });
    }
    leveldb::Status Close() override {
      return disk.changed([&] { return inner->Close(); });
    }
    leveldb::Status Flush() override {
      return disk.changed([&] { return inner->Flush(); });
    }
    leveldb::Status Sync() override {
      return disk.changed([&] { return inner->Sync(); });
    }
    faulty_disk& disk;
    std::unique_ptr<leveldb::WritableFile> inner;
  };

  leveldb::Status changed(const std::function<leveldb::Status()>& change,
                          leveldb::WritableFile** out = nullptr) {
    ++calls_;
    if (out != nullptr)
      *out = nullptr;
    if (failing())
      return leveldb::Status::IOError("/db", message_);
    const auto status = change();
    if (out != nullptr && status.ok())
      *out = new file(*this, *out);
    return status;
  }

  std::unique_ptr<leveldb::Env> memory_;
  std::deque<std::pair<void (*)(void*), void*>> work_;
  long calls_ = 0;
  long fail_from_ = -1;
  std::string message_;
};

} // namespace seedwalk::store::test
