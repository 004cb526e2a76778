#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "net/base/random.hpp"
#include "sim/scenario/chaos/feature.hpp"
#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::sim {

/// Which orders of messages no run of a search had yet: what its runs by `pairs` are to try. Those
/// are asked about whose two messages an actor of that kind took in some run; many of them cannot
/// be, and what was tried more often comes later.
///
/// Bounded: beyond `orders_max` no other is asked about. Everything in it follows from what it was
/// told and asked, in that order.
class unseen_orders {
public:
  static constexpr std::size_t orders_max = 65'536;
  /// So many a run is offered, at most: it tries to make up to three that are open in its world.
  static constexpr std::size_t offered_max = 24;

  /// A run has reached these: pairs of messages are orders.
  void learn(const std::vector<feature>& reached);

  /// Those that were asked for least, in a drawn order; none if none is open.
  std::vector<wanted_order> draw(net::random_stream& draw);

  /// How many are open.
  std::size_t open() const { return asked_.size(); }

private:
  void meet(const std::string& actor, const std::string& message);

  std::map<std::string, std::set<std::string>> messages_; ///< By the kind of actor.
  std::set<wanted_order> seen_;
  std::map<wanted_order, std::uint32_t> asked_; ///< Of the others, how often each was drawn.
};

} // namespace seedwalk::sim
