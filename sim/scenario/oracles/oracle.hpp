#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/crawl/peer_messages.hpp"
#include "actors/runtime/world.hpp"
#include "actors/runtime/world_listener.hpp"
#include "sim/scenario/broken_promise.hpp"
#include "sim/scenario/door_listener.hpp"
#include "store/peer_record.hpp"

namespace seedwalk::sim {

class crawl_world;
class oracle_set;
class simulated_crawler;

/// A network seems away only after so many dials in vain in a row
/// (actors/crawl/outage_detector.hpp, whose own number an oracle does not take).
constexpr std::uint32_t dials_of_an_outage = 50;

/// One of the crawlers of a run.
struct watched_crawler {
  simulated_crawler* crawler = nullptr;
  std::size_t nth = 0; ///< From 0.
  simulated_crawler* operator->() const { return crawler; }
};

/// What an oracle keeps of each crawler. References stay valid.
template <class T>
class for_each_crawler {
public:
  T& operator[](const watched_crawler& of) {
    if (all_.size() <= of.nth)
      all_.resize(of.nth + 1);
    return all_[of.nth];
  }
  auto begin() { return all_.begin(); }
  auto end() { return all_.end(); }

private:
  std::deque<T> all_;
};

/// Somebody who watches a simulated crawl and says what it breaks. A user's own overrides the hooks
/// that it needs (README.md has one of ten lines).
///
/// An oracle never changes a run: it calls no actor and no door, draws nothing, and reads no
/// database but in `on_record` and `at_end`. Threads: that of the world.
class oracle {
public:
  /// What it is called in reports and for `--oracles`.
  explicit oracle(std::string_view name) : name_(name) {}
  virtual ~oracle() = default;
  oracle(const oracle&) = delete;
  oracle& operator=(const oracle&) = delete;

  const std::string& name() const { return name_; }
  const std::vector<broken_promise>& broken() const { return broken_; }

  /// Before anything happens.
  virtual void begin(crawl_world&) {}
  /// The moments of faults that have not come are others now.
  virtual void on_redraw(crawl_world&) {}
  /// A crawler is about to start, or to start again after a crash: its program is made, and its
  /// database not open yet.
  virtual void on_start(const watched_crawler&) {}
  /// A crawler dies. What its doors have on the way never comes.
  virtual void on_crash(const watched_crawler&) {}
  /// All its actors are others now, and know what those before them did.
  virtual void on_recreate(const watched_crawler&) {}
  virtual void on_call(const watched_crawler& /*by*/, const any_door_call&) {}
  /// What a door has to say, before the actor that it is for hears it.
  virtual void on_network_completion(const watched_crawler& /*of*/, const net::completion&) {}
  virtual void on_storage_completion(const watched_crawler& /*of*/, const store::completion&) {}
  /// A batch is acknowledged: what is in it is durable, whatever happens.
  virtual void on_durable(const watched_crawler& /*of*/, const store::batch&,
                          const store::batch_result&) {}
  /// A batch failed, or a crash or the end came before its answer: it may be there or not.
  virtual void on_doubt(const watched_crawler& /*of*/, const store::batch&) {}
  /// The manager is about to hear how a visit ended.
  virtual void on_outcome(const watched_crawler& /*of*/, const actors::peer_outcome&) {}
  /// The crawler, its manager, its DB writer or its control socket is about to take a message.
  virtual void on_message(const watched_crawler& /*to*/, const step_view&) {}
  /// A step of an actor is over; the manager's steps are `is_of_manager`.
  virtual void on_step(const watched_crawler& /*of*/, const step_view&, bool /*is_of_manager*/) {}
  virtual void on_advance(net::steady_time /*now*/) {}
  /// The run is judged; each record of each database, in order. A run that is judged may go on, and
  /// be judged again.
  virtual void on_record(const watched_crawler& /*of*/, const net::endpoint&,
                         const store::peer_record&) {}
  /// Behind the last `on_record`.
  virtual void at_end(crawl_world&) {}

protected:
  /// Says that something is broken. `place` names the rule: see `broken_promise`. The first of each
  /// place is kept whole, of more no text.
  void broke(std::string_view place, std::string text, std::vector<net::endpoint> peers = {},
             std::string actor = {});
  /// What comes behind what was broken says nothing more, and takes long: the run ends here.
  void give_run_up() { has_given_up_ = true; }

private:
  friend class oracle_set;

  const std::string name_;
  bool has_given_up_ = false;
  const sim::world* world_ = nullptr;
  std::vector<broken_promise> broken_;
};

} // namespace seedwalk::sim
