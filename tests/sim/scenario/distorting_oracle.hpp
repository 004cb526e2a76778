#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/oracles/oracle.hpp"

namespace seedwalk::sim {

/// Passes on what it hears, but for one thing, as a program would do that has a bug.
struct distortion {
  const char* name;
  std::function<std::unique_ptr<oracle>()> judge;
  const char* place;
  std::function<void(oracle&, const watched_crawler&, const any_door_call&)> call = {};
  std::function<void(oracle&, const watched_crawler&, const actors::peer_outcome&)> outcome = {};
  std::function<void(oracle&, const watched_crawler&, const store::batch&,
                     const store::batch_result&)>
      durable = {};
  std::function<void(oracle&, const watched_crawler&, const net::endpoint&, store::peer_record)>
      record = {};
  std::chrono::hours ahead{0}; ///< The clock that it hears of is so much ahead.
  std::uint32_t first = 0;     ///< Nodes are at 127.1.0.1 and on, or from there on.
  std::function<void(oracle&, const watched_crawler&, const step_view&)> message = {};
  std::function<void(oracle&, const watched_crawler&, const step_view&, bool)> step = {};
  std::string asks = {}; ///< The control socket is asked this, after two seconds.
  std::uint32_t crawlers = 1;
};

class distorting final : public oracle {
public:
  explicit distorting(const distortion& bug)
      : oracle(bug.judge()->name()), bug_(bug), judge_(bug.judge()) {}

  oracle& judge() { return *judge_; }

  void begin(crawl_world& of) override { judge_->begin(of); }
  void on_start(const watched_crawler& c) override { judge_->on_start(c); }
  void on_crash(const watched_crawler& c) override { judge_->on_crash(c); }
  void on_call(const watched_crawler& c, const any_door_call& call) override {
    bug_.call ? bug_.call(*judge_, c, call) : judge_->on_call(c, call);
  }
  void on_network_completion(const watched_crawler& c, const net::completion& heard) override {
    judge_->on_network_completion(c, heard);
  }
  void on_storage_completion(const watched_crawler& c, const store::completion& heard) override {
    judge_->on_storage_completion(c, heard);
  }
  void on_durable(const watched_crawler& c, const store::batch& b,
                  const store::batch_result& r) override {
    bug_.durable ? bug_.durable(*judge_, c, b, r) : judge_->on_durable(c, b, r);
  }
  void on_doubt(const watched_crawler& c, const store::batch& b) override {
    judge_->on_doubt(c, b);
  }
  void on_outcome(const watched_crawler& c, const actors::peer_outcome& o) override {
    bug_.outcome ? bug_.outcome(*judge_, c, o) : judge_->on_outcome(c, o);
  }
  void on_message(const watched_crawler& c, const step_view& step) override {
    bug_.message ? bug_.message(*judge_, c, step) : judge_->on_message(c, step);
  }
  void on_step(const watched_crawler& c, const step_view& step, bool of_manager) override {
    bug_.step ? bug_.step(*judge_, c, step, of_manager) : judge_->on_step(c, step, of_manager);
  }
  void on_advance(net::steady_time now) override { judge_->on_advance(now + bug_.ahead); }
  void on_record(const watched_crawler& c, const net::endpoint& peer,
                 const store::peer_record& record) override {
    bug_.record ? bug_.record(*judge_, c, peer, record) : judge_->on_record(c, peer, record);
  }
  void at_end(crawl_world& of) override { judge_->at_end(of); }

private:
  const distortion& bug_;
  std::unique_ptr<oracle> judge_;
};

template <class T>
std::unique_ptr<oracle> judged_by() {
  return std::make_unique<T>();
}

/// The places that a judge names in a world of which it hears through a distortion.
inline std::vector<std::string> places_in(crawl_scenario s, const distortion& bug) {
  s.oracles = {.all = false, .names = {}};
  crawl_world world{s};
  auto one = std::make_unique<distorting>(bug);
  auto& judge = one->judge();
  world.oracles().add(std::move(one));
  run_crawl(world);
  std::vector<std::string> places;
  for (const auto& broken : judge.broken())
    places.push_back(broken.place);
  return places;
}

} // namespace seedwalk::sim
