#include "sim/record/determinism_check.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/base/archive.hpp"
#include "net/base/output_file.hpp"

namespace seedwalk::sim {

namespace {

constexpr int answer_fd = 3;
constexpr auto request_variable = "SEEDWALK_CHECK_REQUEST";

run_digest run_here(const checked_run& run, const run_request& request) {
  run_watch watch(request);
  run(request.seed, watch);
  return watch.digest();
}

/// The parent's environment, with all that must not matter changed.
std::vector<std::string> other_environment(const run_request& request, std::uint64_t salt) {
  std::vector<std::string> result;
  constexpr std::string_view replaced[] = {"SEEDWALK_CHECK_REQUEST=",
                                           "SEEDWALK_ALLOCATOR_SALT=",
                                           "SEEDWALK_CLOCK_SHIFT_S=",
                                           "TZ=",
                                           "LANG=",
                                           "LC_ALL="};
  for (auto variable = environ; *variable; ++variable)
    if (std::none_of(std::begin(replaced), std::end(replaced),
                     [&](auto name) { return std::string_view{*variable}.starts_with(name); }))
      result.emplace_back(*variable);
  result.push_back(fmt::format("{}={} {} {} {}", request_variable, request.seed, request.every,
                               request.first_line, request.last_line));
  result.push_back(fmt::format("SEEDWALK_ALLOCATOR_SALT={}", salt));
  result.push_back(fmt::format("SEEDWALK_CLOCK_SHIFT_S={}", 86'400 * 400 + salt % 86'400));
  result.emplace_back("TZ=Pacific/Chatham");
  result.emplace_back("LANG=C.UTF-8");
  // Moves the stack.
  result.push_back("SEEDWALK_CHECK_NOISE=" + std::string(salt % 4'096, 'x'));
  return result;
}

std::vector<char*> pointers_of(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts)
    result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// All that comes through a pipe until its other end closes.
net::bytes read_all(int fd) {
  net::bytes result;
  std::uint8_t chunk[16 * 1024];
  for (;;) {
    const auto n = ::read(fd, chunk, sizeof chunk);
    if (n > 0)
      result.insert(result.end(), chunk, chunk + n);
    else if (n == 0 || errno != EINTR)
      return result;
  }
}

tl::expected<run_digest, std::string> run_there(const run_request& request, std::uint64_t salt,
                                                const check_options& options) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return tl::unexpected(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  auto arguments = options.child;
  auto environment = other_environment(request, salt);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], answer_fd);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::pid_t child = 0;
  const auto failed = ::posix_spawn(&child, arguments.front().c_str(), &actions, nullptr,
                                    pointers_of(arguments).data(), pointers_of(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed != 0) {
    ::close(ends[0]);
    return tl::unexpected(
        fmt::format("cannot start {}: {}", arguments.front(), std::strerror(failed)));
  }
  const auto answer = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  run_digest result;
  if (!net::from_archive(answer, result))
    return tl::unexpected(
        fmt::format("the second run of seed {} gave no answer (status {})", request.seed, status));
  return result;
}

bool same(const run_digest& a, const run_digest& b) {
  return a.hash == b.hash && a.steps == b.steps && a.checkpoints == b.checkpoints;
}

/// The steps among which the first difference is.
std::pair<std::uint64_t, std::uint64_t> find_segment(const run_digest& a, const run_digest& b,
                                                     std::uint64_t every) {
  const auto common = std::min(a.checkpoints.size(), b.checkpoints.size());
  std::size_t same_ones = 0;
  while (same_ones != common && a.checkpoints[same_ones] == b.checkpoints[same_ones])
    ++same_ones;
  const auto first = same_ones * every;
  return {first + 1, first + every};
}

std::vector<step_line> around(const std::vector<step_line>& lines, std::uint64_t step,
                              std::uint64_t reach) {
  std::vector<step_line> result;
  for (const auto& line : lines)
    if (line.step + reach >= step && line.step <= step + reach)
      result.push_back(line);
  return result;
}

/// Runs both once more and compares step by step where the checkpoints parted.
tl::expected<difference, std::string> locate(run_request request, std::uint64_t salt,
                                             const run_digest& a, const run_digest& b,
                                             const checked_run& run, const check_options& options) {
  const auto [first, last] = find_segment(a, b, request.every);
  request.first_line = first > options.neighbourhood ? first - options.neighbourhood : 1;
  request.last_line = last + options.neighbourhood;
  const auto first_run = run_here(run, request);
  const auto second_run = run_there(request, salt, options);
  if (!second_run)
    return tl::unexpected(second_run.error());
  difference d;
  d.seed = request.seed;
  d.salt = salt;
  d.steps_here = a.steps;
  d.steps_there = b.steps;
  const auto parted = std::mismatch(first_run.lines.begin(), first_run.lines.end(),
                                    second_run->lines.begin(), second_run->lines.end());
  if (parted.first != first_run.lines.end())
    d.first_step = parted.first->step;
  else if (parted.second != second_run->lines.end())
    d.first_step = parted.second->step;
  else if (first_run.hash != second_run->hash)
    d.first_step = first_run.steps + 1; // what came after the last step
  if (d.first_step != 0) {
    d.first_run = around(first_run.lines, d.first_step, options.neighbourhood);
    d.second_run = around(second_run->lines, d.first_step, options.neighbourhood);
  }
  return d;
}

void append_lines(std::string& out, std::string_view title, const std::vector<step_line>& lines,
                  std::uint64_t marked) {
  out += fmt::format("  {}\n", title);
  for (const auto& line : lines)
    out += fmt::format("  {} step {:>8}  {:016x}  {} <- {}\n", line.step == marked ? '>' : ' ',
                       line.step, line.chain, line.actor, line.message);
}

} // namespace

void run_watch::on_step(const step_view& step) {
  if (step.number % asked_.every == 0)
    digest_.checkpoints.push_back(step.in.world().hash());
  if (step.number >= asked_.first_line && step.number <= asked_.last_line)
    digest_.lines.push_back(
        {step.number, step.so_far.value(), std::string{step.actor}, std::string{step.message}});
}

void run_watch::finish(const sim::world& world) {
  digest_.hash = world.hash();
  digest_.steps = world.steps();
}

std::string to_string(const difference& d) {
  auto out = fmt::format("seed {}: {} and {} steps, ", d.seed, d.steps_here, d.steps_there);
  if (d.first_step == 0)
    return out + "different once, and not again when it was looked for\n";
  out += fmt::format("different from step {} on (allocator salt {})\n", d.first_step, d.salt);
  append_lines(out, "first run:", d.first_run, d.first_step);
  append_lines(out, "second run:", d.second_run, d.first_step);
  return out;
}

tl::expected<check_report, std::string> check(const std::vector<std::uint64_t>& seeds,
                                              const checked_run& run,
                                              const check_options& options) {
  check_report report;
  for (const auto seed : seeds) {
    run_request request;
    request.seed = seed;
    request.every = options.checkpoint_every;
    const auto salt = seed * 2 + 1; // never 0: that is no salt
    const auto first_run = run_here(run, request);
    const auto second_run = run_there(request, salt, options);
    if (!second_run)
      return tl::unexpected(second_run.error());
    ++report.seeds;
    report.hashes.push_back(first_run.hash);
    if (same(first_run, *second_run))
      continue;
    auto found = locate(request, salt, first_run, *second_run, run, options);
    if (!found)
      return tl::unexpected(found.error());
    report.differences.push_back(std::move(*found));
    if (report.differences.size() == options.differences_max)
      break;
  }
  return report;
}

bool is_check_child() {
  return std::getenv(request_variable) != nullptr;
}

bool answer_check(const checked_run& run) {
  const auto text = std::getenv(request_variable);
  if (!text)
    return false;
  run_request request;
  char* rest = text;
  for (auto field : {&request.seed, &request.every, &request.first_line, &request.last_line})
    *field = std::strtoull(rest, &rest, 10);
  if (request.every == 0)
    return false;
  return !net::write_all(answer_fd, net::to_archive(run_here(run, request)));
}

} // namespace seedwalk::sim
