#include "tools/forked_trials.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/runtime/real_clock.hpp"
#include "net/base/bytes.hpp"
#include "net/base/output_file.hpp"

namespace seedwalk::tools {

namespace {

/// So often it is looked whether a run takes too long, or all is to end.
constexpr int look_ms = 50;

std::vector<std::uint8_t> packed(const sim::trial& trial) {
  auto broken = nlohmann::json::array();
  for (const auto& one : trial.broken) {
    auto peers = nlohmann::json::array();
    for (const auto& peer : one.peers)
      peers.push_back(net::to_string(peer));
    broken.push_back(
        {one.oracle, one.place, one.text, std::move(peers), one.actor, one.step, one.when.count()});
  }
  auto departures = nlohmann::json::array();
  for (const auto& one : trial.departures)
    departures.push_back({one.taken, one.head, one.after});
  return nlohmann::json::to_cbor(nlohmann::json{
      {"broken", std::move(broken)},
      {"departures", std::move(departures)},
      {"steps", trial.steps},
      {"virtual", trial.virtual_time.count()},
  });
}

/// Nothing: a child did not say all.
std::optional<sim::trial> unpacked(const std::vector<std::uint8_t>& bytes) {
  const auto document = nlohmann::json::from_cbor(bytes, true, false);
  if (!document.is_object())
    return std::nullopt;
  sim::trial trial;
  for (const auto& one : document.at("broken")) {
    auto& promise = trial.broken.emplace_back();
    promise.oracle = one.at(0);
    promise.place = one.at(1);
    promise.text = one.at(2);
    for (const auto& peer : one.at(3))
      if (const auto read = net::parse_endpoint(peer.get<std::string>()))
        promise.peers.push_back(*read);
    promise.actor = one.at(4);
    promise.step = one.at(5);
    promise.when = net::steady_time{one.at(6).get<std::int64_t>()};
  }
  for (const auto& one : document.at("departures"))
    trial.departures.push_back({one.at(0), one.at(1), one.at(2)});
  trial.steps = document.at("steps");
  trial.virtual_time = net::steady_time{document.at("virtual").get<std::int64_t>()};
  return trial;
}

sim::trial of_process(std::string place, std::uint64_t steps_begun) {
  auto text = fmt::format("the process that ran it {}", place);
  sim::trial trial;
  trial.steps = steps_begun;
  trial.broken.push_back({.oracle = "process",
                          .place = std::move(place),
                          .text = std::move(text),
                          .step = steps_begun});
  return trial;
}

/// What a process that said nothing whole came to.
sim::trial of_status(int status, std::uint64_t steps_begun) {
  if (WIFSIGNALED(status))
    return of_process(fmt::format("was ended by {}", ::strsignal(WTERMSIG(status))), steps_begun);
  return of_process("ended itself", steps_begun);
}

/// Never returns.
[[noreturn]] void try_in_child(const sim::crawl_scenario& s, int answer,
                               volatile std::uint64_t* steps_begun) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // A terminal's Ctrl-C is for the parent, and what a dying run prints for nobody.
  for (const int stop : {SIGINT, SIGTERM, SIGHUP})
    std::signal(stop, stop == SIGTERM ? SIG_DFL : SIG_IGN);
  if (const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC); nowhere >= 0)
    ::dup2(nowhere, STDERR_FILENO);
  ::_exit(net::write_all(answer, packed(sim::run_trial(s, steps_begun))) ? 1 : 0);
}

/// A number that a child writes and its parent reads when the child is gone.
class shared_number {
public:
  shared_number()
      : at_(::mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (at_ == MAP_FAILED)
      throw std::system_error(errno, std::generic_category(), "no memory for a run");
  }
  ~shared_number() { ::munmap(at_, sizeof(std::uint64_t)); }
  shared_number(const shared_number&) = delete;
  shared_number& operator=(const shared_number&) = delete;

  volatile std::uint64_t* get() const { return static_cast<volatile std::uint64_t*>(at_); }

private:
  void* at_;
};

/// A run in a process of its own.
struct child {
  std::size_t scenario = 0;
  pid_t pid = -1;
  int answer = -1;
  std::chrono::nanoseconds since{0};
  std::vector<std::uint8_t> said;
  std::unique_ptr<shared_number> steps_begun;
};

/// One `run`: every child is gone with it.
class batch {
public:
  batch(std::span<const sim::crawl_scenario> scenarios, const forked_trials::options& o)
      : scenarios_(scenarios), options_(o), trials_(scenarios.size()) {}
  ~batch() { end_all(); }
  batch(const batch&) = delete;
  batch& operator=(const batch&) = delete;

  std::vector<sim::trial> run() {
    while (begun_ != scenarios_.size() || !children_.empty()) {
      if (options_.stop && options_.stop()) {
        end_all();
        break;
      }
      while (begun_ != scenarios_.size() &&
             children_.size() < std::max(options_.jobs, std::size_t{1}))
        begin(begun_++);
      listen();
    }
    return std::move(trials_);
  }

private:
  void begin(std::size_t nth) {
    auto steps_begun = std::make_unique<shared_number>();
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "no pipe for a run");
    const auto pid = ::fork();
    if (pid == 0)
      try_in_child(scenarios_[nth], ends[1], steps_begun->get());
    const auto error = errno;
    ::close(ends[1]);
    if (pid < 0) {
      ::close(ends[0]);
      throw std::system_error(error, std::generic_category(), "no process for a run");
    }
    children_.push_back({nth, pid, ends[0], clock_.now().steady, {}, std::move(steps_begun)});
  }

  void listen() {
    std::vector<pollfd> open;
    for (const auto& one : children_)
      open.push_back({one.answer, POLLIN, 0});
    ::poll(open.data(), open.size(), look_ms);
    for (std::size_t i = 0; i != open.size(); ++i)
      if (open[i].revents != 0)
        hear(children_[i]);
      else if (const auto age = clock_.now().steady - children_[i].since;
               options_.run_limit.count() != 0 && age > options_.run_limit)
        give_up(children_[i]);
    std::erase_if(children_, [](const auto& one) { return one.pid < 0; });
  }

  void hear(child& from) {
    std::array<std::uint8_t, 65'536> bytes;
    const auto count = ::read(from.answer, bytes.data(), bytes.size());
    if (count > 0) {
      from.said.insert(from.said.end(), bytes.begin(), bytes.begin() + count);
      return;
    }
    if (count < 0 && errno == EINTR)
      return;
    const auto status = end(from);
    auto trial = unpacked(from.said);
    trials_[from.scenario] =
        trial ? std::move(*trial) : of_status(status, *from.steps_begun->get());
  }

  void give_up(child& late) {
    ::kill(late.pid, SIGKILL);
    end(late);
    trials_[late.scenario] = of_process("did not end", *late.steps_begun->get());
  }

  static int end(child& one) {
    ::close(one.answer);
    int status = 0;
    while (::waitpid(one.pid, &status, 0) < 0 && errno == EINTR) {
    }
    one.pid = -1;
    return status;
  }

  void end_all() {
    for (auto& one : children_) {
      ::kill(one.pid, SIGKILL);
      end(one);
    }
    children_.clear();
  }

  std::span<const sim::crawl_scenario> scenarios_;
  const forked_trials::options& options_;
  std::vector<sim::trial> trials_;
  std::vector<child> children_;
  std::size_t begun_ = 0;
  sim::real_clock clock_;
};

} // namespace

std::vector<sim::trial> forked_trials::run(std::span<const sim::crawl_scenario> scenarios) {
  return batch{scenarios, options_}.run();
}

} // namespace seedwalk::tools
