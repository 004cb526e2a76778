#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include <caf/behavior.hpp>

#include "net/hosted_actor.hpp"
#include "net/network.hpp"
#include "net/timers.hpp"

namespace seedwalk::test {

/// When a pool counts a connection as its own.
enum class counting { after_connecting, before_dialling };

/// A pool as small as one can be: it dials whenever it has room, accepts whenever it has room, and
/// keeps what it gets. Counting after connecting is the mistake that such pools have been made
/// with: dials under way are nobody's, and those that finish together are too many.
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
    template <net::inspector F>
    friend auto inspect(F& f, state& x) {
      return f(x.open, x.reserved, x.dialled);
    }
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
            [this](const net::connected&) {
              release();
              opened(1);
            },
            [this](const net::connect_failed&) { release(); },
            [this](const net::accepted& m) {
              if (!has_room()) {
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
  bool has_room() const { return s_.open + s_.reserved < env_.max; }

  void dial() {
    if (has_room()) {
      auto peer = env_.first;
      peer.address[3] = static_cast<std::uint8_t>(peer.address[3] + s_.dialled % 4);
      ++s_.dialled;
      if (When == counting::before_dialling)
        ++s_.reserved;
      env_.network.connect(peer, std::chrono::seconds{5}, host_.self());
    }
    env_.time.start(std::chrono::milliseconds{50}, host_.self());
  }

  void release() {
    if (When == counting::before_dialling)
      --s_.reserved;
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
