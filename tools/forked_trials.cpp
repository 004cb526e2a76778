#include "tools/forked_trials.hpp"

#include <cerrno>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>

namespace seedwalk::tools {

namespace {

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
  auto features = nlohmann::json::array();
  for (const auto& one : trial.features)
    features.push_back({static_cast<std::uint8_t>(one.kind), one.name});
  return nlohmann::json::to_cbor(nlohmann::json{
      {"broken", std::move(broken)},
      {"departures", std::move(departures)},
      {"features", std::move(features)},
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
  for (const auto& one : document.at("features"))
    trial.features.push_back(
        {static_cast<sim::feature_kind>(one.at(0).get<std::uint8_t>()), one.at(1)});
  trial.steps = document.at("steps");
  trial.virtual_time = net::steady_time{document.at("virtual").get<std::int64_t>()};
  return trial;
}

/// Of one that died, in a step of this number.
sim::trial of_process(std::string cause, std::uint64_t steps_begun) {
  auto text = fmt::format("the process that ran it died: {}", cause);
  sim::trial trial;
  trial.steps = steps_begun;
  trial.broken.push_back({.oracle = "process",
                          .place = std::move(cause),
                          .text = std::move(text),
                          .step = steps_begun});
  return trial;
}

} // namespace

shared_numbers::shared_numbers(std::size_t count)
    : bytes_(count * sizeof(std::uint64_t)),
      memory_(::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
  if (memory_ == MAP_FAILED)
    throw std::system_error(errno, std::generic_category(), "no memory for a run");
}

shared_numbers::~shared_numbers() {
  ::munmap(memory_, bytes_);
}

void trial_pool::begin(std::map<std::uint64_t, sim::crawl_scenario> scenarios) {
  if (scenarios.empty())
    return;
  const auto begun = std::make_shared<shared_numbers>(scenarios.size());
  std::vector<std::uint64_t> numbers;
  std::map<std::uint64_t, volatile std::uint64_t*> steps_of;
  for (const auto& [number, s] : scenarios) {
    steps_begun_[number] = {begun, numbers.size()};
    steps_of[number] = begun->at(numbers.size());
    numbers.push_back(number);
  }
  children_.begin(numbers, [wanted = wanted_, steps_of = std::move(steps_of),
                            made = std::move(scenarios)](std::uint64_t number) {
    return packed(sim::run_trial(made.at(number), wanted, steps_of.at(number)));
  });
}

std::uint64_t trial_pool::steps_begun_of(std::uint64_t number) const {
  const auto& [numbers, place] = steps_begun_.at(number);
  return *numbers->at(place);
}

void trial_pool::end_all() {
  children_.end_all();
  steps_begun_.clear();
}

std::vector<std::pair<std::uint64_t, sim::trial>> trial_pool::take(int stop_fd) {
  std::vector<std::pair<std::uint64_t, sim::trial>> all;
  for (auto& one : children_.take(stop_fd)) {
    auto trial = one.death.empty() ? unpacked(one.said) : std::nullopt;
    if (!trial)
      trial = of_process(one.death.empty() ? "said something else" : std::move(one.death),
                         steps_begun_of(one.number));
    steps_begun_.erase(one.number);
    all.emplace_back(one.number, std::move(*trial));
  }
  return all;
}

std::vector<sim::trial> forked_trials::run(std::span<const sim::crawl_scenario> scenarios) {
  trial_pool pool({.jobs = options_.jobs, .run_limit = options_.run_limit});
  std::vector<sim::trial> trials(scenarios.size());
  for (std::size_t job = 0; job != pool.jobs(); ++job) {
    std::map<std::uint64_t, sim::crawl_scenario> share;
    for (auto nth = job; nth < scenarios.size(); nth += pool.jobs())
      share.emplace(nth, scenarios[nth]);
    pool.begin(std::move(share));
  }
  while (!pool.is_idle()) {
    if (options_.stop && options_.stop())
      break;
    for (auto& [nth, trial] : pool.take())
      trials[nth] = std::move(trial);
  }
  return trials;
}

} // namespace seedwalk::tools
