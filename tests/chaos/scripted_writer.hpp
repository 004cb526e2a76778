#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include <caf/behavior.hpp>

#include "actors/crawl/crawl_messages.hpp"
#include "actors/crawl/storage_messages.hpp"
#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/no_state.hpp"
#include "actors/runtime/timers.hpp"

namespace seedwalk::test {

/// Stands for the DB writer and the crawler of a connection manager: what is written is durable at
/// once, and a script says who is due.
class scripted_writer {
public:
  static constexpr std::string_view kind = "scripted_writer";
  static constexpr std::size_t mailbox_max = 0;

  struct environment {
    net::runtime& runtime;
    net::timers& time;
    /// What a question is answered by; between steps it may be replaced.
    std::function<store::due_answer(const store::due_query&)> who_is_due;
    std::vector<net::steady_time> asked_at; ///< One for each question who is due.
    net::owner manager;
    bool gossips = false; ///< Somebody new is heard of each second.
  };
  using state = net::no_state;

  scripted_writer(environment& env, net::actor_host& host, state&) : env_(env), host_(host) {}
  void start() {
    if (env_.gossips)
      env_.time.start(std::chrono::seconds{1}, host_.self());
  }
  caf::behavior make_behavior() {
    using namespace actors;
    return {
        [this](const storage_question& m) {
          storage_answer said{m.token, {}, store::bans_answer{}};
          if (const auto question = std::get_if<store::due_query>(&m.query)) {
            env_.asked_at.push_back(env_.time.now().steady);
            said.answer = env_.who_is_due(*question);
          }
          env_.runtime.send(m.from, std::move(said));
        },
        [this](const save_operations& m) {
          operations_saved saved;
          saved.tokens = {m.token};
          env_.runtime.send(m.from, std::move(saved));
        },
        [this](const save_addresses& m) { env_.runtime.send(m.from, addresses_saved{}); },
        [this](const net::timer_fired&) {
          env_.runtime.send(env_.manager, announcements_added{1});
          env_.time.start(std::chrono::seconds{1}, host_.self());
        },
        [](const crawl_ended&) {},
        [](const outage_ended&) {},
    };
  }
  void on_exception(std::string_view) {}

private:
  environment& env_;
  net::actor_host& host_;
};

} // namespace seedwalk::test
