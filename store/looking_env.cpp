#include "store/looking_env.hpp"

#include <algorithm>

#include <leveldb/helpers/memenv.h>

namespace seedwalk::store {

namespace {

leveldb::Status not_there(const std::string& file) {
  return leveldb::Status::NotFound(file, "No such file or directory");
}

/// Through which this thread may write. LevelDB's own thread has none.
thread_local const looking_env* writable = nullptr;

} // namespace

looking_env::looking_env(leveldb::Env* base) : EnvWrapper(base), memory_(leveldb::NewMemEnv(base)) {
  writable = this;
}

looking_env::~looking_env() {
  seal();
}

void looking_env::seal() {
  if (writable == this)
    writable = nullptr;
}

bool looking_env::removed(const std::string& file) {
  const std::lock_guard lock(mutex_);
  return removed_.contains(file);
}

leveldb::Env* looking_env::holder(const std::string& file) {
  return removed(file) || memory_->FileExists(file) ? memory_.get() : target();
}

leveldb::Status looking_env::NewSequentialFile(const std::string& file,
                                               leveldb::SequentialFile** result) {
  return holder(file)->NewSequentialFile(file, result);
}

leveldb::Status looking_env::NewRandomAccessFile(const std::string& file,
                                                 leveldb::RandomAccessFile** result) {
  return holder(file)->NewRandomAccessFile(file, result);
}

leveldb::Status looking_env::NewWritableFile(const std::string& file,
                                             leveldb::WritableFile** result) {
  if (writable != this)
    return leveldb::Status::IOError(file, "the database is open for looking only");
  return memory_->NewWritableFile(file, result);
}

leveldb::Status looking_env::NewAppendableFile(const std::string& file,
                                               leveldb::WritableFile** result) {
  *result = nullptr;
  return leveldb::Status::NotSupported(file, "the database is open for looking only");
}

bool looking_env::FileExists(const std::string& file) {
  return holder(file)->FileExists(file);
}

leveldb::Status looking_env::GetChildren(const std::string& folder,
                                         std::vector<std::string>* names) {
  std::vector<std::string> beneath;
  if (const auto status = target()->GetChildren(folder, &beneath); !status.ok())
    return status;
  if (const auto status = memory_->GetChildren(folder, names); !status.ok())
    return status;
  for (auto& name : beneath)
    if (!removed(folder + '/' + name) && std::ranges::find(*names, name) == names->end())
      names->push_back(std::move(name));
  return leveldb::Status::OK();
}

leveldb::Status looking_env::RemoveFile(const std::string& file) {
  if (!FileExists(file))
    return not_there(file);
  if (memory_->FileExists(file))
    memory_->RemoveFile(file);
  const std::lock_guard lock(mutex_);
  removed_.insert(file);
  return leveldb::Status::OK();
}

leveldb::Status looking_env::CreateDir(const std::string& folder) {
  return target()->FileExists(folder) ? leveldb::Status::OK() : not_there(folder);
}

leveldb::Status looking_env::RemoveDir(const std::string&) {
  return leveldb::Status::OK();
}

leveldb::Status looking_env::GetFileSize(const std::string& file, std::uint64_t* size) {
  return holder(file)->GetFileSize(file, size);
}

/// Only what was written here is ever renamed: LevelDB does so with CURRENT alone.
leveldb::Status looking_env::RenameFile(const std::string& from, const std::string& to) {
  return memory_->RenameFile(from, to);
}

leveldb::Status looking_env::LockFile(const std::string& file, leveldb::FileLock** lock) {
  return memory_->LockFile(file, lock);
}

leveldb::Status looking_env::UnlockFile(leveldb::FileLock* lock) {
  return memory_->UnlockFile(lock);
}

} // namespace seedwalk::store
