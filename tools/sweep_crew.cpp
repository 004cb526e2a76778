#include "tools/sweep_crew.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/base/output_file.hpp"
#include "tools/child_pool.hpp"

namespace seedwalk::tools {

sweep_crew::sweep_crew(std::vector<std::uint64_t> seeds, std::uint32_t jobs,
                       std::function<seed_result(std::uint64_t)> run)
    : seeds_(std::move(seeds)), run_(std::move(run)),
      workers_(std::min<std::size_t>(jobs, seeds_.size())) {
  for (std::size_t i = 0; i != workers_.size(); ++i)
    workers_[i].next = i;
}

sweep_crew::~sweep_crew() {
  for (auto& one : workers_)
    end(one);
}

tl::expected<void, std::string> sweep_crew::begin() {
  for (auto& one : workers_)
    if (auto started = start(one); !started)
      return started;
  return {};
}

tl::expected<void, std::string> sweep_crew::start(worker& one) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return tl::unexpected(fmt::format("no pipe: {}", std::strerror(errno)));
  const auto pid = ::fork();
  if (pid < 0) {
    const auto reason = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    return tl::unexpected(fmt::format("no process: {}", std::strerror(reason)));
  }
  if (pid == 0) {
    ::close(ends[0]);
    work(one, ends[1]);
  }
  ::close(ends[1]);
  one.pid = pid;
  one.answers = ends[0];
  one.heard.clear();
  return {};
}

void sweep_crew::work(const worker& one, int answers) const {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  sigset_t none{};
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  for (auto i = one.next; i < seeds_.size(); i += workers_.size())
    if (net::write_all(answers, net::as_bytes(to_line(run_(seeds_[i])))))
      ::_exit(1);
  ::_exit(0);
}

bool sweep_crew::is_done() const {
  return std::ranges::all_of(workers_, [&](const auto& one) { return one.answers < 0; });
}

std::vector<seed_result> sweep_crew::take(int stop_fd) {
  constexpr int patience_ms = 1'000;
  std::vector<pollfd> open = {{stop_fd, POLLIN, 0}};
  std::vector<worker*> owner_of = {nullptr};
  for (auto& one : workers_)
    if (one.answers >= 0) {
      open.push_back({one.answers, POLLIN, 0});
      owner_of.push_back(&one);
    }
  std::vector<seed_result> results;
  if (::poll(open.data(), open.size(), patience_ms) <= 0)
    return results;
  for (std::size_t i = 1; i != open.size(); ++i)
    if (open[i].revents != 0)
      hear(*owner_of[i], results);
  return results;
}

void sweep_crew::hear(worker& from, std::vector<seed_result>& results) {
  std::array<char, 65'536> part{};
  const auto size = ::read(from.answers, part.data(), part.size());
  if (size < 0 && errno == EINTR)
    return;
  if (size > 0) {
    from.heard.append(part.data(), static_cast<std::size_t>(size));
    for (auto end = from.heard.find('\n'); end != std::string::npos; end = from.heard.find('\n')) {
      if (auto result = parse_seed_result(std::string_view{from.heard}.substr(0, end)))
        results.push_back(std::move(*result));
      from.heard.erase(0, end + 1);
      from.next += workers_.size();
    }
    return;
  }
  if (from.next >= seeds_.size())
    return end(from);
  results.push_back(bury(from));
  from.next += workers_.size();
  if (from.next < seeds_.size())
    if (const auto another = start(from); !another)
      results.back().failures.front().text += "; no other could be started: " + another.error();
}

/// It is over in the middle of a seed.
seed_result sweep_crew::bury(worker& one) {
  ::close(one.answers);
  one.answers = -1;
  int status = 0;
  ::waitpid(one.pid, &status, 0);
  seed_result result;
  result.seed = seeds_[one.next];
  const auto cause = cause_of_death(status);
  result.failures.push_back(
      {"process", cause, fmt::format("the process that ran it died: {}", cause), 0});
  return result;
}

void sweep_crew::end(worker& one) {
  if (one.answers < 0)
    return;
  ::close(one.answers);
  one.answers = -1;
  ::kill(one.pid, SIGKILL);
  ::waitpid(one.pid, nullptr, 0);
}

} // namespace seedwalk::tools
