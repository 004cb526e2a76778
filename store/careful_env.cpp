#include "store/careful_env.hpp"

#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "store/folder_contents.hpp"

namespace seedwalk::store {

namespace {

/// The opening that this thread is in. LevelDB's own thread may run meanwhile, and is in none.
thread_local const careful_env* opening = nullptr;

leveldb::Status is_gone(const std::string& file) {
  return leveldb::Status::IOError(file, "the database was moved or deleted while it was open");
}

/// A file whose name becomes durable at some call.
class named_file : public leveldb::WritableFile {
public:
  named_file(std::unique_ptr<leveldb::WritableFile> inner, std::string folder,
             const careful_env::folder_sync& sync_folder)
      : inner_(std::move(inner)), folder_(std::move(folder)), sync_folder_(sync_folder) {}

  leveldb::Status Append(const leveldb::Slice& data) override { return inner_->Append(data); }
  leveldb::Status Close() override { return inner_->Close(); }
  leveldb::Status Flush() override { return inner_->Flush(); }
  leveldb::Status Sync() override { return inner_->Sync(); }

protected:
  /// All names in its folder are durable, as they are now or were once since it was made.
  leveldb::Status make_named() {
    if (is_named_)
      return leveldb::Status::OK();
    auto status = sync_folder_(folder_);
    is_named_ = status.ok();
    return status;
  }

private:
  std::unique_ptr<leveldb::WritableFile> inner_;
  std::string folder_;
  const careful_env::folder_sync& sync_folder_; ///< Of the Env, which outlives its files.
  bool is_named_ = false;
};

/// Its name is durable once it has been synced.
class table_file final : public named_file {
public:
  using named_file::named_file;
  leveldb::Status Sync() override {
    auto status = named_file::Sync();
    return status.ok() ? make_named() : status;
  }
};

/// Its name is durable, and with it that of the manifest of the same opening, before anything is in
/// it.
class log_file final : public named_file {
public:
  using named_file::named_file;
  leveldb::Status Append(const leveldb::Slice& data) override {
    auto status = make_named();
    return status.ok() ? named_file::Append(data) : status;
  }
};

} // namespace

leveldb::Status careful_env::sync_real_folder(const std::string& folder) {
  const auto failure = [&] {
    return leveldb::Status::IOError(folder, std::generic_category().message(errno));
  };
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    return failure();
  auto status = leveldb::Status::OK();
  // Some file systems know no sync of a folder: with those nobody can do better.
  if (::fsync(descriptor) != 0 && errno != EINVAL)
    status = failure();
  ::close(descriptor);
  return status;
}

void careful_env::begin(const std::string& folder) {
  folder_ = folder;
  there_before_.clear();
  std::vector<std::string> names;
  if (target()->GetChildren(folder, &names).ok())
    for (const auto& name : names)
      there_before_.insert(folder + '/' + name);
  opening = this;
  const std::lock_guard lock(mutex_);
  own_.clear();
}

void careful_env::end() {
  opening = nullptr;
  kept_.clear();
}

void careful_env::adopt(const std::set<std::string>& tables) {
  const std::lock_guard lock(mutex_);
  own_.insert(tables.begin(), tables.end());
}

std::set<std::string> careful_env::own_tables() const {
  const std::lock_guard lock(mutex_);
  return own_;
}

std::size_t careful_env::unclaimed_in(const std::string& folder) const {
  std::vector<std::string> names;
  if (!target()->GetChildren(fmt::format("{}/{}", folder, unclaimed_folder), &names).ok())
    return 0;
  std::size_t count = 0;
  for (const auto& name : names)
    count += name == "." || name == ".." ? 0 : 1;
  return count;
}

leveldb::Status careful_env::NewSequentialFile(const std::string& file,
                                               leveldb::SequentialFile** result) {
  auto status = target()->NewSequentialFile(file, result);
  if (status.ok() && opening == this && !kept_.contains(file))
    there_before_.erase(file);
  return status;
}

leveldb::Status careful_env::NewWritableFile(const std::string& file,
                                             leveldb::WritableFile** result) {
  if (!stands_()) {
    *result = nullptr;
    return is_gone(file);
  }
  auto status = target()->NewWritableFile(file, result);
  if (!status.ok())
    return status;
  const auto kind = kind_of_file(file.substr(file.rfind('/') + 1));
  const auto folder = file.substr(0, file.rfind('/'));
  if (kind == file_kind::log)
    *result = new log_file(std::unique_ptr<leveldb::WritableFile>{*result}, folder, sync_folder_);
  if (kind == file_kind::table) {
    *result = new table_file(std::unique_ptr<leveldb::WritableFile>{*result}, folder, sync_folder_);
    const std::lock_guard lock(mutex_);
    own_.insert(file);
  }
  return status;
}

leveldb::Status careful_env::RemoveFile(const std::string& file) {
  if (!stands_())
    return is_gone(file);
  {
    const std::lock_guard lock(mutex_);
    own_.erase(file);
  }
  if (opening != this || !there_before_.contains(file))
    return target()->RemoveFile(file);
  const auto aside = fmt::format("{}/{}", folder_, unclaimed_folder);
  target()->CreateDir(aside); // Mostly it is there.
  const auto name = file.substr(folder_.size() + 1);
  auto place = fmt::format("{}/{}", aside, name);
  for (int n = 2; target()->FileExists(place); ++n)
    place = fmt::format("{}/{}.{}", aside, name, n);
  return target()->RenameFile(file, place);
}

} // namespace seedwalk::store
