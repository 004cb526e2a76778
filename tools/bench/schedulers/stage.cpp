#include "tools/bench/schedulers/stage.hpp"

#include <memory>

#include <fmt/format.h>

namespace seedwalk::bench {

namespace {

/// No kernel has so many turns: a run that goes on is broken in another way than it should be.
constexpr std::uint64_t steps_max = 100'000;

sim::world::options world_options(std::uint64_t seed, sim::schedule_options order) {
  order.ahead = net::steady_time{0};
  order.behind = net::steady_time::max();
  const auto strategy = order.strategy;
  return {.seed = seed, .schedule = strategy, .chained = false, .order = std::move(order)};
}

constexpr sim::simulation::options even_steps{net::steady_time{1'000}, net::steady_time{1'000}};

} // namespace

/// The CAF actor that plays a part.
struct stage::actor_of_a_part {
  static constexpr std::string_view kind = "part";
  static constexpr std::size_t mailbox_max = 0;
  using environment = stage;
  using state = net::no_state;

  actor_of_a_part(stage& on, net::actor_host& host, state&)
      : on_(on), player_(on, host.self()), number_(host.self().id) {}
  void start() {}

  template <word Word>
  auto hears() {
    return [this](const said<Word>& message) {
      on_.parts_[number_](player_, Word, message.value, message.from);
    };
  }

  caf::behavior make_behavior() {
    return {hears<word::go>(),
            hears<word::again>(),
            hears<word::ask>(),
            hears<word::answer>(),
            hears<word::add>(),
            hears<word::take>(),
            hears<word::give>(),
            hears<word::done>(),
            hears<word::stop>(),
            [this](const net::timer_fired&) { on_.parts_[number_](player_, word::done, 0, {}); }};
  }
  void on_exception(std::string_view) { on_.fail(); }

private:
  stage& on_;
  player player_;
  std::uint64_t number_;
};

void player::say(net::owner to, word heard, int value) {
  stage_.deliver(self_, to, heard, value);
}

void player::wait(std::chrono::microseconds delay) {
  static_cast<net::timers&>(stage_.inside_).start(delay, self_);
}

stage::stage(std::uint64_t seed, sim::schedule_options order)
    : world_(world_options(seed, std::move(order))), simulation_(even_steps, world_),
      inside_(world_) {}

net::owner stage::actor(std::string name, part plays) {
  const auto self = inside_.next_owner();
  if (parts_.size() <= self.id)
    parts_.resize(self.id + 1);
  parts_[self.id] = std::move(plays);
  return net::spawn_as<actor_of_a_part>(inside_, *this, self, std::move(name));
}

void stage::deliver(net::owner from, net::owner to, word heard, int value) {
  const auto send = [&]<word Word>() { inside_.send(to, said<Word>{from, value}); };
  switch (heard) {
  case word::go:
    return send.operator()<word::go>();
  case word::again:
    return send.operator()<word::again>();
  case word::ask:
    return send.operator()<word::ask>();
  case word::answer:
    return send.operator()<word::answer>();
  case word::add:
    return send.operator()<word::add>();
  case word::take:
    return send.operator()<word::take>();
  case word::give:
    return send.operator()<word::give>();
  case word::done:
    return send.operator()<word::done>();
  case word::stop:
    return send.operator()<word::stop>();
  }
}

void stage::tell(net::owner to, word heard, int value) {
  deliver({}, to, heard, value);
}

void stage::tell_later(int turns, net::owner to, word heard, int value) {
  const auto messenger = actor(fmt::format("messenger{}", parts_.size()),
                               [=](player& self, word, int so_far, net::owner) {
                                 if (so_far + 1 < turns)
                                   self.again(so_far + 1);
                                 else
                                   self.say(to, heard, value);
                               });
  tell(messenger, word::go);
}

void stage::tell_in_turn(std::vector<net::owner> to, word heard) {
  const auto messenger =
      actor(fmt::format("messenger{}", parts_.size()),
            [to = std::move(to), heard](player& self, word, int nth, net::owner) {
              self.say(to[static_cast<std::size_t>(nth)], heard, nth);
              if (static_cast<std::size_t>(nth) + 1 != to.size())
                self.again(nth + 1);
            });
  tell(messenger, word::go);
}

bool stage::breaks() {
  while (!is_broken_ && world_.steps() < steps_max && simulation_.advance()) {
  }
  return is_broken_ || (holds_at_end_ && !holds_at_end_());
}

} // namespace seedwalk::bench
