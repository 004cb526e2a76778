#include "tools/child_pool.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/base/output_file.hpp"

namespace seedwalk::tools {

namespace {

/// So often it is looked whether one takes too long.
constexpr int look_ms = 50;

/// Never returns. The end says that all was said.
[[noreturn]] void work_in_child(int answer, const std::function<child_pool::bytes()>& work) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int stop : {SIGINT, SIGTERM, SIGHUP})
    std::signal(stop, stop == SIGTERM ? SIG_DFL : SIG_IGN);
  sigset_t none{};
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  if (const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC); nowhere >= 0)
    ::dup2(nowhere, STDERR_FILENO);
  ::_exit(net::write_all(answer, work()) ? 1 : 0);
}

} // namespace

std::string cause_of_death(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("SIG{}", ::sigabbrev_np(WTERMSIG(status)));
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

void child_pool::begin(std::uint64_t number, const std::function<bytes()>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "no pipe for a run");
  const auto pid = ::fork();
  if (pid == 0)
    work_in_child(ends[1], work);
  const auto error = errno;
  ::close(ends[1]);
  if (pid < 0) {
    ::close(ends[0]);
    throw std::system_error(error, std::generic_category(), "no process for a run");
  }
  children_.push_back({number, pid, ends[0], clock_.now().steady, {}});
}

std::vector<child_pool::ended> child_pool::take(int stop_fd) {
  std::vector<pollfd> open;
  for (const auto& one : children_)
    open.push_back({one.answer, POLLIN, 0});
  open.push_back({stop_fd, POLLIN, 0});
  ::poll(open.data(), open.size(), look_ms);
  std::vector<ended> all;
  for (std::size_t i = 0; i != children_.size(); ++i) {
    auto& one = children_[i];
    if (open[i].revents != 0) {
      hear(one, all);
    } else if (run_limit_.count() != 0 && clock_.now().steady - one.since > run_limit_) {
      ::kill(one.pid, SIGKILL);
      end(one);
      all.push_back({one.number, {}, "did not end"});
    }
  }
  std::erase_if(children_, [](const auto& one) { return one.pid < 0; });
  return all;
}

void child_pool::hear(child& from, std::vector<ended>& into) {
  std::array<std::uint8_t, 65'536> part;
  const auto count = ::read(from.answer, part.data(), part.size());
  if (count > 0) {
    from.said.insert(from.said.end(), part.begin(), part.begin() + count);
    return;
  }
  if (count < 0 && errno == EINTR)
    return;
  const auto status = end(from);
  const bool is_whole = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  into.push_back({from.number, std::move(from.said), is_whole ? "" : cause_of_death(status)});
}

int child_pool::end(child& one) {
  ::close(one.answer);
  int status = 0;
  while (::waitpid(one.pid, &status, 0) < 0 && errno == EINTR) {
  }
  one.pid = -1;
  return status;
}

void child_pool::end_all() {
  for (auto& one : children_) {
    ::kill(one.pid, SIGKILL);
    end(one);
  }
  children_.clear();
}

} // namespace seedwalk::tools
