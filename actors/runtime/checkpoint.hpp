#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/process.hpp"

namespace seedwalk::sim {

/// How captured actors are brought back: by kind, each with the environment it lives in.
///
///     actor_kinds kinds;
///     kinds.add<actors::connection_manager>(manager_environment);
///     kinds.add<actors::peer_connection>(peer_environment);
///
/// Environments outlive the processes that actors are brought back in.
class actor_kinds {
public:
  template <net::hostable Actor>
  void add(typename Actor::environment& env) {
    restore_[std::string{Actor::kind}] = [&env](net::runtime& host, net::owner self,
                                                const std::string& name, net::byte_view state) {
      return net::restore<Actor>(host, env, self, name, state);
    };
  }

  /// Brings one actor back. False: nobody knows its kind, or its state is not of that kind.
  bool restore(sim::process& process, const captured_actor& actor) const {
    const auto kind = restore_.find(actor.kind);
    if (kind == restore_.end())
      return false;
    process.resume_counts(actor.id, actor.counts);
    return kind->second(process, actor.id, actor.name, actor.state);
  }

  /// The same for all of them. Returns the names of those that could not be brought back.
  std::vector<std::string> restore_all(sim::process& process,
                                       const std::vector<captured_actor>& actors) const {
    std::vector<std::string> lost;
    for (const auto& actor : actors)
      if (!restore(process, actor))
        lost.push_back(actor.name);
    return lost;
  }

private:
  using restorer =
      std::function<bool(net::runtime&, net::owner, const std::string&, net::byte_view)>;
  std::map<std::string, restorer> restore_;
};

/// Captures all actors of a process at a quiescent moment, kills it, starts it again and brings
/// them back. Nothing of the run may change by that: not the chain, not a draw. That is the proof
/// that all an actor knows is its one inspectable state.
///
/// Observers come back too. Timers, what doors are about to deliver, time, numbers and the chain
/// belong to the world and its doors, and stay. What was not spawned by `net::spawn` is lost.
///
/// Precondition: its world is idle.
///
/// Returns the names of those that could not be brought back: empty if all is well.
std::vector<std::string> recreate(sim::process& process, const actor_kinds& kinds);

} // namespace seedwalk::sim
