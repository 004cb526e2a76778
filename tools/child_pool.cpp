#include "tools/child_pool.hpp"

#include <algorithm>
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

/// An answer is its size, then as many bytes.
using answer_size = std::uint64_t;

void print_nothing() {
  if (const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC); nowhere >= 0)
    ::dup2(nowhere, STDERR_FILENO);
}

/// Never returns.
[[noreturn]] void work_in_child(int answers, const std::deque<std::uint64_t>& numbers,
                                const child_pool::work& todo) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int stop : {SIGINT, SIGTERM, SIGHUP})
    std::signal(stop, stop == SIGTERM ? SIG_DFL : SIG_IGN);
  sigset_t none{};
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  for (const auto number : numbers) {
    auto said = todo(number);
    const answer_size size = said.size();
    std::array<std::uint8_t, sizeof size> head{};
    std::memcpy(head.data(), &size, sizeof size);
    said.insert(said.begin(), head.begin(), head.end());
    if (net::write_all(answers, said))
      ::_exit(1);
  }
  ::_exit(0);
}

} // namespace

std::string cause_of_death(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("SIG{}", ::sigabbrev_np(WTERMSIG(status)));
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

void child_pool::begin(const std::vector<std::uint64_t>& numbers, work todo) {
  if (numbers.empty())
    return;
  child one;
  one.left.assign(numbers.begin(), numbers.end());
  one.todo = std::move(todo);
  start(one);
  children_.push_back(std::move(one));
}

void child_pool::start(child& one) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "no pipe for a run");
  const auto pid = ::fork();
  if (pid == 0) {
    if (!options_.keeps_standard_error)
      print_nothing();
    work_in_child(ends[1], one.left, one.todo);
  }
  const auto error = errno;
  ::close(ends[1]);
  if (pid < 0) {
    ::close(ends[0]);
    throw std::system_error(error, std::generic_category(), "no process for a run");
  }
  one.pid = pid;
  one.answers = ends[0];
  one.has_done_some = false;
  one.since = clock_.now().steady;
  one.said.clear();
}

std::vector<child_pool::ended> child_pool::take(int stop_fd) {
  std::vector<pollfd> open;
  for (const auto& one : children_)
    open.push_back({one.answers, POLLIN, 0});
  open.push_back({stop_fd, POLLIN, 0});
  ::poll(open.data(), open.size(), look_ms);
  std::vector<ended> all;
  for (std::size_t i = 0; i != children_.size(); ++i) {
    auto& one = children_[i];
    if (open[i].revents != 0) {
      hear(one, all);
    } else if (options_.run_limit.count() != 0 &&
               clock_.now().steady - one.since > options_.run_limit) {
      ::kill(one.pid, SIGKILL);
      reap(one);
      one.has_done_some = false; // Others before it do not make it slow.
      bury(one, "did not end", all);
    }
  }
  std::erase_if(children_, [](const auto& one) { return one.pid < 0; });
  return all;
}

void child_pool::hear(child& from, std::vector<ended>& into) {
  std::array<std::uint8_t, 65'536> part;
  const auto count = ::read(from.answers, part.data(), part.size());
  if (count > 0) {
    from.said.insert(from.said.end(), part.begin(), part.begin() + count);
    take_answers(from, into);
    return;
  }
  if (count < 0 && errno == EINTR)
    return;
  const auto status = reap(from);
  if (!from.left.empty())
    bury(from, cause_of_death(status), into);
}

void child_pool::take_answers(child& from, std::vector<ended>& into) {
  std::size_t taken = 0;
  answer_size size = 0;
  while (from.said.size() - taken >= sizeof size) {
    std::memcpy(&size, from.said.data() + taken, sizeof size);
    if (from.left.empty() || from.said.size() - taken - sizeof size < size)
      break;
    const auto begin = from.said.begin() + static_cast<std::ptrdiff_t>(taken + sizeof size);
    into.push_back(
        {from.left.front(), bytes(begin, begin + static_cast<std::ptrdiff_t>(size)), {}});
    from.left.pop_front();
    from.has_done_some = true;
    from.since = clock_.now().steady;
    taken += sizeof size + size;
  }
  from.said.erase(from.said.begin(), from.said.begin() + static_cast<std::ptrdiff_t>(taken));
}

/// It is over in the middle of a number. Another goes on.
void child_pool::bury(child& one, std::string death, std::vector<ended>& into) {
  if (!options_.again_alone || !one.has_done_some) {
    into.push_back({one.left.front(), {}, std::move(death)});
    one.left.pop_front();
  }
  if (!one.left.empty())
    start(one);
}

/// Leaves no process, and its status.
int child_pool::reap(child& one) {
  ::close(one.answers);
  one.answers = -1;
  int status = 0;
  while (::waitpid(one.pid, &status, 0) < 0 && errno == EINTR) {
  }
  one.pid = -1;
  return status;
}

void child_pool::end_all() {
  for (auto& one : children_)
    if (one.pid > 0) {
      ::kill(one.pid, SIGKILL);
      reap(one);
    }
  children_.clear();
}

} // namespace seedwalk::tools
