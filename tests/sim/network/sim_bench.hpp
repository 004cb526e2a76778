#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "actors/runtime/agenda.hpp"
#include "actors/runtime/timers.hpp"
#include "net/base/random.hpp"
#include "net/door/completion.hpp"
#include "net/door/network.hpp"
#include "sim/network/internet.hpp"
#include "sim/network/network.hpp"

namespace seedwalk::sim::testing {

using namespace std::chrono_literals;

inline constexpr net::owner alice{1};
inline constexpr net::owner bob{2};

/// Time that a test moves by hand; nobody starts timers here.
struct hand_clock final : net::timers {
  net::instant now() const override { return at; }
  net::timer_id start(std::chrono::nanoseconds, net::owner) override { return {}; }
  void cancel(net::timer_id) override {}
  net::instant at;
};

/// All that doors say, in order, with the time and as text.
struct transcript final : net::completion_sink {
  struct line {
    net::steady_time when;
    net::owner who;
    net::completion what;
  };
  explicit transcript(const hand_clock& c) : clock(c) {}
  void deliver(net::owner to, net::completion&& what) override {
    lines.push_back({clock.at.steady, to, std::move(what)});
  }

  /// The completions of one type that one owner got.
  template <class T>
  std::vector<T> of(net::owner who) const {
    std::vector<T> result;
    for (const auto& l : lines)
      if (l.who == who)
        if (auto x = std::get_if<T>(&l.what))
          result.push_back(*x);
    return result;
  }
  template <class T>
  net::steady_time when(net::owner who) const {
    for (const auto& l : lines)
      if (l.who == who && std::holds_alternative<T>(l.what))
        return l.when;
    return net::steady_time::max();
  }
  std::string text_received(net::owner who) const {
    std::string result;
    for (const auto& r : of<net::received>(who))
      result += net::as_text(r.data.view());
    return result;
  }
  /// One owner's whole story: times, kinds, sizes, reasons.
  std::string story(net::owner who) const {
    std::string result;
    for (const auto& l : lines) {
      if (l.who != who)
        continue;
      result += std::to_string(l.when.count()) + ":" + std::to_string(l.what.index());
      if (auto r = std::get_if<net::received>(&l.what))
        result +=
            "(" + std::to_string(net::keyed_hash(r->data.size(), "text", r->data.view())) + ")";
      if (auto c = std::get_if<net::closed>(&l.what))
        result += std::string("(") + std::string(net::name_of(c->reason)) + ")";
      result += " ";
    }
    return result;
  }

  const hand_clock& clock;
  std::vector<line> lines;
};

/// One simulated internet without actors: a test calls doors and lets time pass.
struct sim_bench {
  explicit sim_bench(internet_options o = {}, net::steady_time slack = 0ns)
      : events(o.streams.seed, slack), where(o, events, clock) {}

  /// Lets everything happen that is due within `time` from now.
  void pass(net::steady_time time) {
    const auto end = clock.at.steady + time;
    for (;;) {
      if (events.run_one(clock.at.steady))
        continue;
      const auto next = events.next_due();
      if (!next || *next > end)
        break;
      clock.at.steady = *next;
    }
    clock.at.steady = end;
  }

  hand_clock clock;
  agenda events;
  internet where;
  transcript said{clock};
};

/// A bench with two hosts: bob listens, alice dials.
struct two_hosts : sim_bench {
  explicit two_hosts(internet_options o = {}, net::steady_time slack = 0ns) : sim_bench(o, slack) {}

  static net::endpoint bobs_endpoint() { return net::ipv4_endpoint(0xc6336402, 8333); }

  network alices{where, said, {{net::ipv4_endpoint(0xc6336401, 0)}}};
  network bobs{where, said, {{net::ipv4_endpoint(0xc6336402, 0)}}};
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
    const auto mine = dial();
    pass(2s);
    const auto his = said.of<net::accepted>(bob).back().connection;
    bobs.own(his, bob);
    return {mine, his};
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

} // namespace seedwalk::sim::testing
