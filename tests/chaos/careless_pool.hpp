#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include <caf/behavior.hpp>

#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/timers.hpp"
#include "net/door/network.hpp"

namespace seedwalk::test {

/// When a pool counts a connection as its own.
enum class counting { after_connecting, before_dialling };

/// A pool as small as one can be: it dials whenever it has room, accepts whenever it has room, and
/// keeps what it gets. Counting after connecting is the mistake that such pools have been made
/// with. It is hard to see: a dial knows of the other dials, but until it is done an acceptance
/// knows nothing of it. Only an acceptance while a dial is under way for the last slot is one too
/// many.
template <counting When>
class small_pool {
public:
  static constexpr std::string_view kind = "small_pool";
  static constexpr std::size_t mailbox_max = 0;

  struct environment {
    net::network& network;
    net::timers& time;
    net::runtime& runtime;
    net::endpoint listens;
    net::endpoint first; ///< Dials this one, then those behind it.
    std::uint32_t max = 4;
    std::function<void(std::uint32_t open)> watch; ///< Hears of the connections after each change.
  };

  struct state {
    std::uint32_t open = 0;
    std::uint32_t reserved = 0;
    std::uint32_t dialled = 0;
    SEEDWALK_INSPECT(state, open, reserved, dialled)
  };

  small_pool(environment& env, net::actor_host& host, state& data)
      : env_(env), host_(host), s_(data) {}

  void start() {
    env_.network.accept(env_.network.listen(env_.listens, host_.self()), 1'000);
    dial();
  }

  caf::behavior make_behavior() {
    return {[this](const net::listening&) {},
            [this](const net::timer_fired&) { dial(); },
            [this](const net::connected& m) {
              --s_.reserved;
              env_.network.want(m.connection, 1);
              opened(1);
            },
            [this](const net::connect_failed&) { --s_.reserved; },
            [this](const net::accepted& m) {
              const auto taken =
                  When == counting::before_dialling ? s_.open + s_.reserved : s_.open;
              if (taken >= env_.max) {
                env_.network.close(m.connection, net::closing::abort);
                return;
              }
              env_.network.own(m.connection, host_.self());
              env_.network.want(m.connection, 1);
              opened(1);
            },
            [this](const net::received&) {},
            [this](const net::drained&) {},
            [this](const net::input_ended& m) {
              env_.network.close(m.connection, net::closing::graceful);
            },
            [this](const net::closed&) { opened(-1); }};
  }
  void on_exception(std::string_view) {}

private:
  void dial() {
    if (s_.open + s_.reserved < env_.max) {
      auto peer = env_.first;
      peer.address[3] = static_cast<std::uint8_t>(peer.address[3] + s_.dialled % 4);
      ++s_.dialled;
      ++s_.reserved;
      env_.network.connect(peer, std::chrono::seconds{5}, host_.self());
    }
    env_.time.start(std::chrono::milliseconds{50}, host_.self());
  }

  void opened(int by) {
    s_.open += static_cast<std::uint32_t>(by);
    env_.watch(s_.open);
  }

  environment& env_;
  net::actor_host& host_;
  state& s_;
};

} // namespace seedwalk::test
