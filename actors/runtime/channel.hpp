#pragma once

#include <array>
#include <memory>
#include <utility>

#include "net/base/sink.hpp"

namespace seedwalk::sim {

/// The sinks of a runtime, one for each type of completion, so that the runtime itself need not
/// know which doors there are:
///
///     class world : public channels<world> {
///       template <class Completion> void deliver(net::owner to, Completion&& completion);
///
///     asio_network door(io, world); // takes a net::sink<net::completion>&
///
/// Wherever a sink is asked for, the runtime itself is given. Threads: sinks are asked for while
/// doors are built, by one thread; they are used as the runtime's `deliver` may be.
template <class Runtime>
class channels {
public:
  template <class Completion>
  operator net::sink<Completion>&() {
    auto& slot = slots_[net::door_number<Completion>];
    if (!slot)
      slot = std::make_unique<channel<Completion>>(static_cast<Runtime&>(*this));
    return static_cast<channel<Completion>&>(*slot);
  }

protected:
  channels() = default;
  ~channels() = default;
  channels(const channels&) = delete;
  channels& operator=(const channels&) = delete;

private:
  struct any_channel {
    virtual ~any_channel() = default;
  };

  template <class Completion>
  class channel final : public any_channel, public net::sink<Completion> {
  public:
    explicit channel(Runtime& runtime) : runtime_(runtime) {}
    void deliver(net::owner to, Completion&& completion) override {
      runtime_.deliver(to, std::move(completion));
    }

  private:
    Runtime& runtime_;
  };

  std::array<std::unique_ptr<any_channel>, 256> slots_;
};

} // namespace seedwalk::sim
