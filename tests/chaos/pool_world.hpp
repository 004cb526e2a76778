#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "actors/crawl/crawl_program.hpp"
#include "actors/crawl/dial_schedule.hpp"
#include "actors/crawl/peer_messages.hpp"
#include "actors/crawl/peer_pool.hpp"
#include "actors/runtime/simulation.hpp"
#include "actors/runtime/world.hpp"
#include "net/base/random.hpp"
#include "net/bitcoin/encode.hpp"
#include "sim/network/internet.hpp"
#include "sim/network/network.hpp"
#include "sim/nodes/bitcoin_nodes.hpp"
#include "sim/nodes/node_host.hpp"
#include "sim/nodes/topology.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/oracles/pool_oracle.hpp"
#include "sim/scenario/simulated_crawler.hpp"
#include "tests/chaos/event_referee.hpp"
#include "tests/chaos/pool_probe.hpp"

namespace seedwalk::test {

/// Shows each buffer on its way to the network door.
struct door_spy final : sim::door_listener {
  /// Hears of each write, before it is carried out; may be empty.
  std::function<void(net::connection_id id, net::byte_view data)> written;
  sim::pool_oracle::view pool;

  void on_call(const sim::any_door_call& call) override {
    if (const auto* write = std::get_if<sim::door_call::write>(&call); write && written)
      written(write->id, write->data);
    else if (const auto* dial = std::get_if<sim::door_call::connect>(&call))
      pool.dialled.insert(dial->peer);
  }
};

/// A simulated crawler, a spy at its network door, and a look at its pool.
class pool_crawler final : public sim::simulated_crawler {
public:
  pool_crawler(sim::world& world, sim::internet& internet, std::string name,
               const net::endpoint& address, actors::crawl_recipe recipe, std::uint64_t seed)
      : pool_crawler(world, internet, std::make_unique<view>(),
                     options_of(std::move(name), address, std::move(recipe), seed)) {}

  void start() {
    if (!simulated_crawler::start())
      throw std::runtime_error("the simulated database does not open");
  }

  door_spy& door() { return view_->spy; }
  /// The connection manager, which is spawned in the crawler's first step.
  net::owner manager() const { return actor("manager"); }
  /// Null once the crawl is over.
  const actors::peer_pool* pool() const { return over() ? nullptr : view_->pool; }
  const actors::dial_schedule* dials() const { return view_->dials; }

private:
  struct view {
    door_spy spy;
    const actors::peer_pool* pool = nullptr;
    const actors::dial_schedule* dials = nullptr;
  };

  pool_crawler(sim::world& world, sim::internet& internet, std::unique_ptr<view> sees, options o)
      : simulated_crawler(world, internet, seen_by(*sees, std::move(o))), view_(std::move(sees)) {}

  static options options_of(std::string name, const net::endpoint& address,
                            actors::crawl_recipe recipe, std::uint64_t seed) {
    options o;
    o.name = std::move(name);
    o.addresses = {address};
    o.recipe = std::move(recipe);
    o.seed = seed;
    o.drive.journal = false;
    o.build = "test";
    return o;
  }
  static options seen_by(view& sees, options o) {
    o.doors = &sees.spy;
    o.on_program = [&sees](actors::crawl_program& program) {
      program.env().pool_opened = [&sees](const auto& pool, const auto& dials, const auto&) {
        sees.pool = &pool;
        sees.dials = &dials;
      };
    };
    return o;
  }

  std::unique_ptr<view> view_;
};

/// Checks after each step of a crawler what its pool promises (sim::pool_oracle), and at the end
/// that nothing is left.
class pool_oracle final : public sim::world_listener {
public:
  explicit pool_oracle(pool_crawler& of) : of_(of) {}

  void before_step(const sim::step_view& step) override {
    if (&step.in != &of_.inside())
      return;
    if (step.actor.find("/peer/") != std::string_view::npos)
      visits_.emplace(step.actor);
    if (step.message_as<actors::peer_outcome>() != nullptr)
      ++outcomes_;
  }

  /// Called between steps.
  void look() {
    auto& seen = of_.door().pool;
    seen.pool = of_.pool();
    seen.dials = of_.dials();
    if (seen.pool == nullptr)
      return;
    rules_.look(seen, of_.program().env().settings);
    for (; told_ != rules_.broken().size(); ++told_)
      expect(false, rules_.broken()[told_].text);
    if (!dialled_.empty() && seen.dialled.size() != dialled_before_)
      for (const auto& peer : seen.dialled)
        expect(dialled_.contains(peer), "dialled somebody who had only dialled us");
    dialled_before_ = seen.dialled.size();
  }

  /// Endpoints that may be dialled; empty: any.
  void allow(std::set<net::endpoint> dialled) { dialled_ = std::move(dialled); }

  void expect(bool holds, const std::string& text) {
    if (!holds && problems_.size() < 10)
      problems_.push_back(text);
  }

  const std::vector<std::string>& problems() const { return problems_; }
  std::uint64_t outcomes() const { return outcomes_; }
  std::size_t visits() const { return visits_.size(); }
  /// Of the peer connections that took a step.
  const std::set<std::string, std::less<>>& names() const { return visits_; }

private:
  pool_crawler& of_;
  std::set<net::endpoint> dialled_;
  std::set<std::string, std::less<>> visits_;
  sim::pool_oracle rules_;
  std::size_t told_ = 0; ///< Of what those have found.
  std::size_t dialled_before_ = 0;
  std::uint64_t outcomes_ = 0;
  std::vector<std::string> problems_;
};

/// Hosts that dial a crawler in numbers: some shake hands and stay, some say nothing, some say
/// nonsense, some leave at once, some claim to be the same.
class inbound_storm final : private net::completion_sink {
public:
  inbound_storm(sim::internet& internet, const net::endpoint& address, const net::endpoint& target,
                std::uint64_t seed)
      : target_(target), draw_(seed, "storm", address.address_bytes()),
        network_(internet, *this, {{address}}) {}

  void dial() { network_.connect(target_, std::chrono::seconds{5}, {1}); }

  /// Does what is due; to be called between steps.
  void act() {
    while (!heard_.empty()) {
      const auto completion = std::move(heard_.front());
      heard_.pop_front();
      if (const auto open = std::get_if<net::connected>(&completion))
        greet(open->connection);
      else if (const auto ended = std::get_if<net::input_ended>(&completion))
        network_.close(ended->connection, net::closing::graceful);
      else if (const auto gone = std::get_if<net::closed>(&completion))
        open_.erase(gone->connection);
    }
  }

  /// Ends what is left.
  void leave() {
    for (const auto id : open_)
      network_.close(id, net::closing::abort);
  }

  std::size_t open() const { return open_.size(); }

private:
  void deliver(net::owner, net::completion&& completion) override {
    heard_.push_back(std::move(completion));
  }

  void greet(net::connection_id id) {
    open_.insert(id);
    network_.want(id, net::network::max_allowance_bytes);
    const auto& regtest = *net::find_chain("regtest");
    switch (draw_.below(6)) {
    case 0:
      network_.close(id, draw_.chance(1, 2) ? net::closing::abort : net::closing::graceful);
      break;
    case 1:
      break; // Says nothing.
    case 2:
      network_.write(id, net::buffer{net::as_bytes("GET / HTTP/1.1\r\n\r\n")});
      break;
    default: {
      net::msg::version v;
      v.protocol = net::protocol_version;
      v.sender = net::msg::version_sender{};
      // Few ports: several connections claim to be of the same peer.
      v.sender->address.port = static_cast<std::uint16_t>(draw_.below(4));
      v.sender->nonce = draw_.next();
      v.user_agent = "/storm/";
      v.start_height = 0;
      v.relay = false;
      auto words = net::encode(regtest, v);
      const auto more = net::encode(regtest, net::msg::verack{});
      words.insert(words.end(), more.begin(), more.end());
      network_.write(id, net::buffer{words});
    }
    }
  }

  net::endpoint target_;
  net::random_stream draw_;
  std::deque<net::completion> heard_;
  std::set<net::connection_id> open_;
  sim::network network_;
};

/// A world in which events due within 50 us of each other compete.
inline sim::world::options pool_options(std::uint64_t seed) {
  sim::world::options o;
  o.seed = seed;
  o.schedule = sim::strategy::uniform;
  o.wall = std::chrono::seconds{1'767'225'600};
  o.order = sim::crawl_scenario::near_events();
  return o;
}

inline actors::crawl_recipe pool_recipe() {
  actors::crawl_recipe recipe;
  auto& c = recipe.config;
  c.network.name = "regtest";
  c.network.allow_unroutable = true;
  c.start.dns = false;
  c.storage.path = "/db";
  return recipe;
}

inline net::endpoint host_address(std::uint8_t last) {
  return net::ipv4_endpoint(0xc6336400u + last, 0); // 198.51.100.0/24
}

} // namespace seedwalk::test
