#include "net/asio/listening_socket.hpp"

#include <cerrno>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/asio/asio_errors.hpp"
#include "net/asio/socket_address.hpp"

namespace seedwalk::net {

namespace {

constexpr int socket_flags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

/// A descriptor that closes itself.
class scoped_descriptor {
public:
  explicit scoped_descriptor(int descriptor) : descriptor_(descriptor) {}
  scoped_descriptor(const scoped_descriptor&) = delete;
  scoped_descriptor& operator=(const scoped_descriptor&) = delete;
  ~scoped_descriptor() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }
  int get() const { return descriptor_; }

private:
  int descriptor_;
};

/// True if the path is a socket on which nobody listens. Asking does not block: a full queue is an
/// answer too (EAGAIN), and means that somebody is there.
bool is_dead_socket(const socket_address& at, const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode))
    return false;
  scoped_descriptor probe(::socket(AF_UNIX, socket_flags, 0));
  return probe.get() >= 0 && ::connect(probe.get(), at.get(), at.size) != 0 &&
         errno == ECONNREFUSED;
}

} // namespace

tl::expected<listening_socket, error> listening_socket::open(const address& local, int backlog) {
  listening_socket made;
  if (std::holds_alternative<through_proxy>(local))
    return tl::make_unexpected(error::address_not_supported);
  const auto ip = std::get_if<endpoint>(&local);
  const auto failed =
      ip ? made.open_ip(*ip, backlog) : made.open_unix(std::get<unix_path>(local), backlog);
  if (failed != error::none)
    return tl::make_unexpected(failed);
  return made;
}

error listening_socket::open_ip(const endpoint& local, int backlog) {
  const auto at = socket_address_of(local);
  if (!at)
    return at.error();
  family_ = at->family();
  descriptor_ = ::socket(family_, socket_flags, 0);
  if (descriptor_ < 0)
    return bind_error(errno);
  const int on = 1;
  // Linux: lets connections in TIME_WAIT be, and still refuses a port on which somebody listens.
  ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family_ == AF_INET6)
    ::setsockopt(descriptor_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(descriptor_, at->get(), at->size) != 0 || ::listen(descriptor_, backlog) != 0)
    return bind_error(errno);
  local_ = local_endpoint_of(descriptor_);
  return error::none;
}

error listening_socket::open_unix(const unix_path& local, int backlog) {
  const auto at = socket_address_of(address{local});
  if (!at)
    return at.error();
  auto folder = std::filesystem::path(local.path).parent_path().string();
  scoped_descriptor lock(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.get() < 0)
    return bind_error(errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return error::address_in_use;
  family_ = AF_UNIX;
  descriptor_ = ::socket(AF_UNIX, socket_flags, 0);
  // The mode of an unbound socket is the one that bind() gives to the path: there is no moment in
  // which others may connect.
  if (descriptor_ < 0 || ::fchmod(descriptor_, S_IRUSR | S_IWUSR) != 0)
    return bind_error(errno);
  if (::bind(descriptor_, at->get(), at->size) != 0) {
    if (errno != EADDRINUSE)
      return bind_error(errno);
    if (!is_dead_socket(*at, local.path))
      return error::address_in_use;
    ::unlink(local.path.c_str());
    if (::bind(descriptor_, at->get(), at->size) != 0)
      return bind_error(errno);
  }
  struct stat socket_file {};
  if (::lstat(local.path.c_str(), &socket_file) == 0) {
    device_ = socket_file.st_dev;
    inode_ = socket_file.st_ino;
  }
  local_ = local;
  return ::listen(descriptor_, backlog) == 0 ? error::none : bind_error(errno);
}

listening_socket::listening_socket(listening_socket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), family_(other.family_),
      local_(std::exchange(other.local_, {})), device_(other.device_),
      inode_(std::exchange(other.inode_, 0)) {}

listening_socket::~listening_socket() {
  if (inode_ != 0) {
    const auto& path = std::get<unix_path>(local_).path;
    struct stat found {};
    if (::lstat(path.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_)
      ::unlink(path.c_str());
  }
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

int listening_socket::release_descriptor() {
  return std::exchange(descriptor_, -1);
}

} // namespace seedwalk::net
