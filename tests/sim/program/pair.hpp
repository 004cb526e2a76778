#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "actors/runtime/actor_base.hpp"
#include "actors/runtime/control.hpp"
#include "sim/program/program.hpp"

/// Two programs that talk to each other: one answers each byte with the next one, the other asks.
namespace seedwalk::pair {

inline const auto answerer_at = net::ipv4_endpoint(0xc6336407, 7);

/// Answers until it is stopped.
struct answerer : net::actor_base<const sim::ground, net::listener_id> {
  static constexpr std::string_view kind = "answerer";
  using actor_base::actor_base;

  void start() { state_ = env_.network.listen(answerer_at, host_.self()); }
  caf::behavior make_behavior() {
    return {[this](const net::listening& x) { env_.network.accept(x.listener, 1); },
            [this](const net::accepted& x) {
              env_.network.own(x.connection, host_.self());
              env_.network.want(x.connection, 1);
              env_.network.accept(x.listener, 1);
            },
            [this](const net::received& x) {
              net::bytes answer{x.data.view().begin(), x.data.view().end()};
              for (auto& byte : answer)
                ++byte;
              env_.network.want(x.connection, 1);
              env_.network.write(x.connection, net::buffer{answer});
            },
            [this](const net::input_ended& x) { env_.network.end_output(x.connection); },
            [](const net::drained&) {},
            [](const net::closed&) {},
            [this](const net::stop_requested&) {
              env_.network.stop_listening(state_);
              host_.quit();
            }};
  }
};

/// Asks from 0 to the number in its configuration; dials again, a second later, if the answerer is
/// away.
struct asker : net::actor_base<const sim::ground, std::uint64_t> {
  static constexpr std::string_view kind = "asker";
  using actor_base::actor_base;

  void start() { dial(); }
  void dial() { env_.network.connect(answerer_at, std::chrono::seconds{5}, host_.self()); }
  caf::behavior make_behavior() {
    return {[this](const net::connected& x) {
              env_.network.want(x.connection, 1);
              ask(x.connection);
            },
            [this](const net::received& x) {
              if (*x.data.data() != ++state_)
                throw std::runtime_error("a wrong answer");
              env_.network.want(x.connection, 1);
              ask(x.connection);
            },
            [](const net::drained&) {},
            // Nobody will answer. An asker that did nothing here waited for ever, in one drawn
            // world of some thousands.
            [this](const net::input_ended& x) {
              env_.network.close(x.connection, net::closing::graceful);
            },
            [this](const net::connect_failed&) { later(); },
            [this](const net::closed&) { later(); }, [this](const net::timer_fired&) { dial(); }};
  }
  void ask(net::connection_id id) {
    if (state_ == env_.configuration.at(0))
      return env_.network.close(id, net::closing::graceful);
    const auto byte = static_cast<std::uint8_t>(state_);
    env_.network.write(id, net::buffer{net::byte_view{&byte, 1}});
  }
  void later() {
    if (state_ == env_.configuration.at(0))
      return host_.quit();
    env_.process.start(std::chrono::seconds{1}, host_.self());
  }
};

inline sim::started_program start_answerer(const sim::ground& on) {
  return on.spawn<answerer>("answerer");
}
/// Three that ask at the same time, so that the order in which they do is drawn.
inline sim::started_program start_askers(const sim::ground& on) {
  const auto first = on.spawn<asker>("asker/1");
  on.spawn<asker>("asker/2");
  on.spawn<asker>("asker/3");
  return first;
}

} // namespace seedwalk::pair
