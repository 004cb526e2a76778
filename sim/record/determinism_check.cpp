#include "sim/record/determinism_check.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
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

/// Several runs that are asked for alike.
struct runs_request {
  std::vector<std::uint64_t> seeds;
  run_request each; ///< But for its seed.

  run_request of(std::uint64_t seed) const {
    auto one = each;
    one.seed = seed;
    return one;
  }
};

std::string to_text(const runs_request& r) {
  return fmt::format("{} {} {} {}", r.each.every, r.each.first_line, r.each.last_line,
                     fmt::join(r.seeds, " "));
}

std::optional<runs_request> runs_request_in(const char* text) {
  runs_request result;
  char* rest = nullptr;
  const auto next = [&] {
    const auto value = std::strtoull(text, &rest, 10);
    const bool is_number = rest != text;
    text = rest;
    return is_number ? std::optional<std::uint64_t>{value} : std::nullopt;
  };
  for (auto field : {&result.each.every, &result.each.first_line, &result.each.last_line})
    *field = next().value_or(0);
  for (auto seed = next(); seed; seed = next())
    result.seeds.push_back(*seed);
  if (result.each.every == 0 || result.seeds.empty())
    return std::nullopt;
  return result;
}

/// The parent's environment, with all that must not matter changed.
std::vector<std::string> other_environment(const runs_request& request, std::uint64_t salt) {
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
  result.push_back(fmt::format("{}={}", request_variable, to_text(request)));
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

/// The process in which everything is different, at work on the runs that it was asked for.
class other_process {
public:
  other_process() = default;
  other_process(const other_process&) = delete;
  other_process& operator=(const other_process&) = delete;
  ~other_process() { wait(); }

  /// The error is a line for the operator.
  tl::expected<void, std::string> start(const runs_request& request, std::uint64_t salt,
                                        const check_options& options);

  /// Waits for its digests, in the order in which they were asked for; nothing if it gave none.
  std::optional<std::vector<run_digest>> digests();

  /// How it ended, as waitpid has it.
  int status() const { return status_; }

private:
  void wait();

  ::pid_t child_ = 0;
  int answers_ = -1;
  int status_ = 0;
};

tl::expected<void, std::string> other_process::start(const runs_request& request,
                                                     std::uint64_t salt,
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
  child_ = child;
  answers_ = ends[0];
  return {};
}

void other_process::wait() {
  if (answers_ >= 0)
    ::close(std::exchange(answers_, -1));
  if (child_ == 0)
    return;
  while (::waitpid(child_, &status_, 0) < 0 && errno == EINTR) {
  }
  child_ = 0;
}

std::optional<std::vector<run_digest>> other_process::digests() {
  const auto answer = read_all(answers_);
  wait();
  std::vector<run_digest> result;
  if (!net::from_archive(answer, result))
    return std::nullopt;
  return result;
}

tl::expected<run_digest, std::string> run_there(const run_request& request, std::uint64_t salt,
                                                const check_options& options) {
  other_process second;
  if (auto started = second.start({{request.seed}, request}, salt, options); !started)
    return tl::unexpected(started.error());
  auto digests = second.digests();
  if (!digests || digests->size() != 1)
    return tl::unexpected(fmt::format("the second run of seed {} gave no answer (status {})",
                                      request.seed, second.status()));
  return std::move(digests->front());
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

namespace {

/// Never 0: that is no salt.
std::uint64_t salt_of(std::uint64_t seed) {
  return seed * 2 + 1;
}

/// Checks some seeds, both ways at once. False once there are differences enough.
tl::expected<bool, std::string> check_some(const runs_request& request, const checked_run& run,
                                           const check_options& options, check_report& report) {
  other_process elsewhere;
  const auto salt = salt_of(request.seeds.front());
  if (auto started = elsewhere.start(request, salt, options); !started)
    return tl::unexpected(started.error());
  std::vector<run_digest> first;
  first.reserve(request.seeds.size());
  for (const auto seed : request.seeds)
    first.push_back(run_here(run, request.of(seed)));
  const auto second = elsewhere.digests();
  const bool whole = second && second->size() == request.seeds.size();
  for (std::size_t i = 0; i != request.seeds.size(); ++i) {
    const auto one = request.of(request.seeds[i]);
    // Somebody of them has ended that process: each has one of its own then, and who ends it again
    // is named.
    auto other =
        whole ? tl::expected<run_digest, std::string>{(*second)[i]} : run_there(one, salt, options);
    if (!other)
      return tl::unexpected(other.error());
    ++report.seeds;
    report.hashes.push_back(first[i].hash);
    if (same(first[i], *other))
      continue;
    auto found = locate(one, salt, first[i], *other, run, options);
    if (!found)
      return tl::unexpected(found.error());
    report.differences.push_back(std::move(*found));
    if (report.differences.size() == options.differences_max)
      return false;
  }
  return true;
}

} // namespace

tl::expected<check_report, std::string> check(const std::vector<std::uint64_t>& seeds,
                                              const checked_run& run,
                                              const check_options& options) {
  check_report report;
  const auto most = std::max<std::size_t>(options.seeds_a_process, 1);
  for (std::size_t begun = 0; begun < seeds.size(); begun += most) {
    runs_request request;
    request.seeds.assign(seeds.begin() + static_cast<std::ptrdiff_t>(begun),
                         seeds.begin() +
                             static_cast<std::ptrdiff_t>(std::min(begun + most, seeds.size())));
    request.each.every = options.checkpoint_every;
    const auto go_on = check_some(request, run, options, report);
    if (!go_on)
      return tl::unexpected(go_on.error());
    if (!*go_on)
      break;
  }
  return report;
}

bool is_check_child() {
  return std::getenv(request_variable) != nullptr;
}

bool answer_check(const checked_run& run) {
  const auto* const text = std::getenv(request_variable);
  const auto request = text == nullptr ? std::nullopt : runs_request_in(text);
  if (!request)
    return false;
  // The last comes first: what a run leaves behind in its process is other than there.
  std::vector<run_digest> digests(request->seeds.size());
  for (auto i = request->seeds.size(); i != 0; --i)
    digests[i - 1] = run_here(run, request->of(request->seeds[i - 1]));
  return !net::write_all(answer_fd, net::to_archive(digests));
}

} // namespace seedwalk::sim
