#include "store/folder_claim.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace seedwalk::store {

namespace {

void close_if_open(int& descriptor) {
  if (descriptor >= 0)
    ::close(descriptor);
  descriptor = -1;
}

bool is_at(int descriptor, const std::string& path) {
  struct stat held {};
  struct stat there {};
  return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &there) == 0 &&
         held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

} // namespace

tl::expected<void, error> folder_claim::lock_current() {
  int current = ::open((path_ + "/CURRENT").c_str(), O_RDONLY | O_CLOEXEC);
  if (current < 0)
    return {}; // Whoever opens the database says what is wrong with it.
  if (::flock(current, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close_if_open(current);
    return tl::unexpected(
        error{error_code::locked,
              fmt::format("{}: another process has this database open; stop it, or ask it "
                          "through its control socket",
                          path_)});
  }
  std::swap(current_, current);
  close_if_open(current);
  return {};
}

tl::expected<void, error> folder_claim::take(const std::string& path) {
  release();
  path_ = path;
  return lock_current();
}

tl::expected<void, error> folder_claim::follow() {
  folder_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return lock_current();
}

void folder_claim::release() {
  close_if_open(current_);
  close_if_open(folder_);
}

bool folder_claim::stands() const {
  return folder_ < 0 || current_ < 0 ||
         (is_at(folder_, path_) && is_at(current_, path_ + "/CURRENT"));
}

} // namespace seedwalk::store
