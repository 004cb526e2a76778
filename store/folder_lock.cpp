#include "store/folder_lock.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

namespace seedwalk::store {

namespace {

void close_if_open(int& descriptor) {
  if (descriptor >= 0)
    ::close(descriptor);
  descriptor = -1;
}

struct flock whole_file(short kind) {
  struct flock lock {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// Whether somebody holds a lock on the file, if it can be asked.
bool is_locked(const std::string& file) {
  int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return false;
  auto lock = whole_file(F_WRLCK);
  const bool asked = ::fcntl(descriptor, F_OFD_GETLK, &lock) == 0;
  close_if_open(descriptor);
  return asked && lock.l_type != F_UNLCK;
}

bool is_at(int descriptor, const std::string& path) {
  struct stat held {};
  struct stat at_path {};
  return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &at_path) == 0 &&
         held.st_dev == at_path.st_dev && held.st_ino == at_path.st_ino;
}

} // namespace

tl::expected<void, error> folder_lock::lock_current() {
  const auto file = path_ + "/CURRENT";
  int current = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  const bool writable = current >= 0;
  if (!writable) // LevelDB replaces it, and does without the right to write it.
    current = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (current < 0)
    return {}; // Opening the database says what is wrong with it.
  auto lock = whole_file(writable ? F_WRLCK : F_RDLCK);
  if (::fcntl(current, F_OFD_SETLK, &lock) != 0 && (errno == EAGAIN || errno == EACCES)) {
    close_if_open(current);
    return tl::unexpected(
        error{error_code::locked,
              fmt::format("{}: another process has this database open; stop it, or ask it "
                          "through its control socket",
                          path_)});
  }
  {
    const std::lock_guard guard(mutex_);
    std::swap(current_, current);
  }
  close_if_open(current);
  return {};
}

tl::expected<void, error> folder_lock::take(const std::string& path) {
  release();
  path_ = path;
  return lock_current();
}

tl::expected<void, error> folder_lock::follow() {
  const auto locked = lock_current();
  // From here on the lock says whether it stands, to LevelDB's own thread as well.
  const std::lock_guard guard(mutex_);
  folder_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return locked;
}

void folder_lock::release() {
  const std::lock_guard guard(mutex_);
  close_if_open(current_);
  close_if_open(folder_);
}

bool folder_lock::stands() const {
  const std::lock_guard guard(mutex_);
  return folder_ < 0 || current_ < 0 ||
         (is_at(folder_, path_) && is_at(current_, path_ + "/CURRENT"));
}

bool folder_lock::is_held(const std::string& path) {
  return is_locked(path + "/CURRENT") || is_locked(path + "/LOCK");
}

} // namespace seedwalk::store
