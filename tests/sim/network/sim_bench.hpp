#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "actors/runtime/schedule.hpp"
#include "net/base/random.hpp"
#include "net/door/completion.hpp"
#include "net/door/network.hpp"
#include "sim/network/internet.hpp"
#include "sim/network/network.hpp"

namespace seedwalk::test {

using namespace seedwalk::sim;

using namespace std::chrono_literals;

inline constexpr net::owner alice{1};
inline constexpr net::owner bob{2};

/// A schedule that a test drives by hand, without actors.
struct hand_driven : schedule {
  explicit hand_driven(std::uint64_t seed, schedule_options o = {})
      : schedule(seed, std::chrono::seconds{1'700'000'000}, std::move(o)),
        began(schedule::now().wall) {}

  void move(net::steady_time to) {
    move_to({to, began + std::chrono::floor<std::chrono::seconds>(to)});
  }

  /// What is next, if it is due by `end`; false if nothing is.
  bool advance(net::steady_time end) {
    const auto due = next_due();
    if (!due || *due > end)
      return false;
    const auto one = next();
    move(one->when);
    if (on_turn)
      on_turn(*one);
    if (one->is == turn::kind::event)
      one->source->on_due(one->payload);
    return true;
  }

  const std::chrono::seconds began;
  std::function<void(const turn&)> on_turn; ///< Told of each turn, before what it does.
};

/// Events within so much of each other go in a drawn order.
inline schedule_options competing(net::steady_time within) {
  schedule_options order;
  order.strategy = strategy::uniform;
  order.ahead = order.behind = within;
  return order;
}

/// All that doors say, in order, with the time and as text.
struct transcript final : net::completion_sink {
  struct line {
    net::steady_time when;
    net::owner owner;
    net::completion completion;
  };
  explicit transcript(const schedule& e) : events(e) {}
  void deliver(net::owner to, net::completion&& completion) override {
    lines.push_back({events.now().steady, to, std::move(completion)});
  }

  /// The completions of one type that one owner got.
  template <class T>
  std::vector<T> of(net::owner owner) const {
    std::vector<T> result;
    for (const auto& l : lines)
      if (l.owner == owner)
        if (auto x = std::get_if<T>(&l.completion))
          result.push_back(*x);
    return result;
  }
  template <class T>
  net::steady_time when(net::owner owner) const {
    for (const auto& l : lines)
      if (l.owner == owner && std::holds_alternative<T>(l.completion))
        return l.when;
    return net::steady_time::max();
  }
  std::string text_received(net::owner owner) const {
    std::string result;
    for (const auto& r : of<net::received>(owner))
      result += net::as_text(r.data.view());
    return result;
  }
  /// One owner's whole story: times, kinds, sizes, reasons.
  std::string story(net::owner owner) const {
    std::string result;
    for (const auto& l : lines) {
      if (l.owner != owner)
        continue;
      result += std::to_string(l.when.count()) + ":" + std::to_string(l.completion.index());
      if (auto r = std::get_if<net::received>(&l.completion))
        result +=
            "(" + std::to_string(net::keyed_hash(r->data.size(), "text", r->data.view())) + ")";
      if (auto c = std::get_if<net::closed>(&l.completion))
        result += std::string("(") + std::string(net::name_of(c->reason)) + ")";
      result += " ";
    }
    return result;
  }

  const schedule& events;
  std::vector<line> lines;
};

/// One simulated internet without actors: a test calls doors and lets time pass.
struct sim_bench {
  explicit sim_bench(internet_options o = {}, std::uint64_t seed = 1, schedule_options order = {})
      : events(seed, std::move(order)), internet(o, events) {}

  /// Lets everything happen that is due within `time` from now.
  void pass(net::steady_time time) {
    const auto end = events.now().steady + time;
    while (events.advance(end)) {
    }
    events.move(end);
  }

  hand_driven events;
  sim::internet internet;
  transcript said{events};
};

/// A bench with two hosts: bob listens, alice dials.
struct two_hosts : sim_bench {
  explicit two_hosts(internet_options o = {}, std::uint64_t seed = 1, schedule_options order = {})
      : sim_bench(o, seed, std::move(order)) {}

  static net::endpoint bobs_endpoint() { return net::ipv4_endpoint(0xc6336402, 8333); }

  network alices{internet, said, {{net::ipv4_endpoint(0xc6336401, 0)}}};
  network bobs{internet, said, {{net::ipv4_endpoint(0xc6336402, 0)}}};
  net::listener_id listener{};

  void listen(std::uint32_t credit = 1000) {
    listener = bobs.listen(bobs_endpoint(), bob);
    bobs.accept(listener, credit);
    pass(1ms);
  }
  net::connection_id dial(net::steady_time timeout = 5s) {
    return alices.connect(bobs_endpoint(),
                          std::chrono::duration_cast<std::chrono::milliseconds>(timeout), alice);
  }
  struct ends {
    net::connection_id at_alice;
    net::connection_id at_bob;
  };
  /// An open connection that both sides own.
  ends join() {
    if (listener.value == 0)
      listen();
    const auto connection = dial();
    pass(2s);
    const auto his = said.of<net::accepted>(bob).back().connection;
    bobs.own(his, bob);
    return {connection, his};
  }
};

inline net::buffer text(const std::string& s) {
  return net::buffer{net::as_bytes(s)};
}

inline std::string letters(std::size_t count) {
  std::string result(count, 'a');
  for (std::size_t i = 0; i != count; ++i)
    result[i] = static_cast<char>('a' + i * 7 % 26);
  return result;
}

} // namespace seedwalk::test
