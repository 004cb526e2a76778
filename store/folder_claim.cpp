#include "store/folder_claim.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace seedwalk::store {

tl::expected<void, error> folder_claim::take(const std::string& path) {
  release();
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    return tl::unexpected(
        error{errno == ENOTDIR ? error_code::not_a_folder : error_code::io,
              fmt::format("{}: the folder cannot be opened ({})", path, std::strerror(errno))});
  if (::flock(folder, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(folder);
    return tl::unexpected(
        error{error_code::locked,
              fmt::format("{}: another process has this database open; stop it, or ask it "
                          "through its control socket",
                          path)});
  }
  path_ = path;
  folder_ = folder;
  return {};
}

void folder_claim::release() {
  if (folder_ >= 0)
    ::close(folder_);
  folder_ = -1;
}

bool folder_claim::stands() const {
  if (folder_ < 0)
    return true;
  struct stat claimed {};
  struct stat there {};
  return ::fstat(folder_, &claimed) == 0 && ::stat(path_.c_str(), &there) == 0 &&
         claimed.st_dev == there.st_dev && claimed.st_ino == there.st_ino &&
         ::access((path_ + "/CURRENT").c_str(), F_OK) == 0;
}

} // namespace seedwalk::store
