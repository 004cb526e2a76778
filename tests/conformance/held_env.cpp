#include "tests/conformance/held_env.hpp"

#include <fstream>
#include <utility>

#include "net/base/random.hpp"

namespace seedwalk::storage_conformance {

namespace fs = std::filesystem;
using leveldb::Slice;
using leveldb::Status;

class held_env::file final : public leveldb::WritableFile {
public:
  file(held_env& env, std::string name, leveldb::WritableFile* inner)
      : env_(env), name_(std::move(name)), inner_(inner) {}

  Status Append(const Slice& data) override { return env_.append(*inner_, data); }
  Status Sync() override { return env_.sync(*inner_, name_); }
  Status Flush() override {
    const std::lock_guard lock(env_.mutex_);
    return env_.is_off_ ? env_.verdict() : inner_->Flush();
  }
  Status Close() override {
    const std::lock_guard lock(env_.mutex_);
    // Also where the power is off: what a dying program still writes goes nowhere, but descriptors
    // do not stay open.
    return inner_->Close();
  }

private:
  held_env& env_;
  std::string name_;
  std::unique_ptr<leveldb::WritableFile> inner_;
};

void held_env::hold(std::function<void()> reached) {
  const std::lock_guard lock(mutex_);
  is_held_ = true;
  reached_ = std::move(reached);
}

void held_env::release() {
  const std::lock_guard lock(mutex_);
  is_held_ = false;
  reached_ = {};
  released_.notify_all();
}

void held_env::set_trouble(trouble kind) {
  const std::lock_guard lock(mutex_);
  trouble_ = kind;
}

void held_env::lose_power(const fs::path& from, const fs::path& to, std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  is_off_ = true;
  is_held_ = false;
  released_.notify_all();
  fs::create_directories(to);
  net::random_stream draws(seed, "loss");
  for (const auto& entry : fs::directory_iterator(from)) {
    if (!entry.is_regular_file())
      continue;
    const auto copy = to / entry.path().filename();
    fs::copy_file(entry.path(), copy);
    const auto written = fs::file_size(copy);
    const auto synced = synced_.find(entry.path().string());
    if (synced != synced_.end() && synced->second < written)
      fs::resize_file(copy, draws.between(static_cast<std::int64_t>(synced->second),
                                          static_cast<std::int64_t>(written)));
  }
}

/// Of a change that is asked for now.
Status held_env::verdict() const {
  if (is_off_)
    return Status::IOError("the power is off");
  if (trouble_ == trouble::failing)
    return Status::IOError("Input/output error");
  return Status::OK();
}

Status held_env::append(leveldb::WritableFile& to, const Slice& data) {
  const std::lock_guard lock(mutex_);
  if (auto status = verdict(); !status.ok())
    return status;
  if (trouble_ != trouble::full)
    return to.Append(data);
  // What fits is written.
  (void)to.Append(Slice(data.data(), data.size() / 2));
  return Status::IOError("No space left on device");
}

Status held_env::sync(leveldb::WritableFile& synced, const std::string& name) {
  std::unique_lock lock(mutex_);
  if (const auto reached = std::exchange(reached_, {}))
    reached();
  released_.wait(lock, [this] { return !is_held_; });
  if (auto status = verdict(); !status.ok())
    return status;
  // It has reached the kernel then, and whether it survives is for `lose_power` to say.
  const auto status = synced.Flush();
  if (trouble_ == trouble::unsynced)
    return Status::IOError("Input/output error");
  if (status.ok())
    synced_[name] = fs::file_size(name);
  return status;
}

/// Precondition: the caller has the lock.
Status held_env::opened(Status status, const std::string& name, leveldb::WritableFile** out,
                        std::uint64_t synced) {
  if (status.ok()) {
    synced_[name] = synced;
    *out = new file(*this, name, *out);
  }
  return status;
}

Status held_env::NewWritableFile(const std::string& name, leveldb::WritableFile** out) {
  const std::lock_guard lock(mutex_);
  *out = nullptr;
  if (auto status = verdict(); !status.ok())
    return status;
  return opened(target()->NewWritableFile(name, out), name, out, 0);
}

Status held_env::NewAppendableFile(const std::string& name, leveldb::WritableFile** out) {
  const std::lock_guard lock(mutex_);
  *out = nullptr;
  if (auto status = verdict(); !status.ok())
    return status;
  std::error_code none_yet;
  const auto size = fs::file_size(name, none_yet);
  return opened(target()->NewAppendableFile(name, out), name, out, none_yet ? 0 : size);
}

Status held_env::RenameFile(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (auto status = verdict(); !status.ok())
    return status;
  auto status = target()->RenameFile(from, to);
  if (auto moved = synced_.extract(from); status.ok() && !moved.empty())
    synced_[to] = moved.mapped();
  return status;
}

Status held_env::RemoveFile(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (auto status = verdict(); !status.ok())
    return status;
  synced_.erase(name);
  return target()->RemoveFile(name);
}

} // namespace seedwalk::storage_conformance
