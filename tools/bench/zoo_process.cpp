#include "tools/bench/zoo_process.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace seedwalk::bench {

namespace {

constexpr int attempts = 20;

/// Another port for each attempt and process; below those that the kernel gives to dialling
/// sockets.
std::uint16_t port_of_attempt(int attempt) {
  return static_cast<std::uint16_t>(10'000 +
                                    (static_cast<int>(getpid()) * 7 + attempt * 211) % 20'000);
}

/// Starts /proc/self/exe with its standard output in a pipe, whose other end is `out`.
pid_t launch(const std::vector<std::string>& arguments, int& out) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return -1;
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (const auto& a : arguments)
    words.push_back(const_cast<char*>(a.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  const auto failed =
      posix_spawn(&child, "/proc/self/exe", &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  out = ends[0];
  if (failed == 0)
    return child;
  close(out);
  return -1;
}

/// One line; empty at the end of the stream. The pipe is closed, which a zoo survives until it says
/// goodbye.
std::string first_line(int descriptor) {
  std::string result;
  char c = 0;
  while (read(descriptor, &c, 1) == 1 && c != '\n')
    result += c;
  close(descriptor);
  return result;
}

void end(pid_t child) {
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

} // namespace

tl::expected<std::unique_ptr<zoo_process>, std::string>
zoo_process::start(std::uint64_t nodes, std::uint32_t addresses) {
  const auto known = std::min<std::uint64_t>(addresses, nodes);
  for (int attempt = 0; attempt != attempts; ++attempt) {
    int out = -1;
    const auto child = launch({"seedwalk", "zoo", "--nodes", std::to_string(nodes), "--addresses",
                               std::to_string(known), "--kind", "honest=1", "--port",
                               std::to_string(port_of_attempt(attempt)), "--json", "--quiet"},
                              out);
    if (child < 0)
      return tl::unexpected(std::string{"seedwalk zoo cannot be started"});
    const auto greeting = nlohmann::json::parse(first_line(out), nullptr, false);
    if (greeting.is_object())
      if (const auto first = net::parse_endpoint(greeting.value("connect", ""), 0))
        return std::unique_ptr<zoo_process>(new zoo_process(child, *first));
    end(child); // The port was taken.
  }
  return tl::unexpected(fmt::format("none of {} ports was free for a zoo", attempts));
}

zoo_process::~zoo_process() {
  end(child_);
}

double zoo_process::cpu_s() const {
  clockid_t clock{};
  timespec t{};
  if (clock_getcpuclockid(child_, &clock) != 0 || clock_gettime(clock, &t) != 0)
    return 0;
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

} // namespace seedwalk::bench
