#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "actors/runtime/control.hpp"
#include "tools/examples/settings.hpp"

namespace seedwalk::examples {

/// What every client knows; `Own` is what this kind knows besides.
template <class Own>
struct client_state {
  net::owner crew;
  std::uint32_t number = 0; ///< From 0 on. Those from `settings::clients` on are there to disturb.
  net::connection_id connection = {};
  net::timer_id timer = {}; ///< To dial again; while connected, to wait no longer.
  std::uint32_t dials = 0;
  bool is_connected = false;
  bool is_done = false;
  std::uint64_t digest = 0;
  std::string text = {};
  Own own{};

  SEEDWALK_INSPECT(client_state, crew, number, connection, timer, dials, is_connected, is_done,
                   digest, text, own)
};

/// A client of a server, to derive from: dials, and dials again when the connection is lost or
/// silent for long, until it is done.
template <class Own>
class client : public actor<client_state<Own>> {
public:
  static constexpr std::chrono::seconds dial_timeout{5};
  static constexpr std::chrono::seconds patience{10};
  static constexpr std::chrono::milliseconds pause{20};

  using base = actor<client_state<Own>>;
  using base::base;
  virtual ~client() = default;

  void start() { dial(); }
  void on_exception(std::string_view) {
    abort();
    this->env_.send(data().crew, gave_up{data().number});
  }

  caf::behavior make_behavior() {
    return caf::message_handler{[this](const net::connected& x) {
                                  data().is_connected = true;
                                  wait();
                                  door().want(x.connection, wanted());
                                  on_open();
                                },
                                [this](const net::received& x) {
                                  wait();
                                  on_bytes(x.data);
                                  door().want(x.connection,
                                              static_cast<std::uint32_t>(x.data.size()));
                                },
                                [this](const net::drained&) { on_drained(); },
                                [this](const net::input_ended&) { close(); },
                                [this](const net::connect_failed&) { lost(); },
                                [this](const net::closed&) { lost(); },
                                [this](const net::timer_fired& x) { on_timer(x); },
                                [this](const end_now&) { end(); }}
        .or_else(more_handlers());
  }

protected:
  /// The connection is there, for the first time or once more.
  virtual void on_open() = 0;
  virtual void on_bytes(const net::buffer& bytes) = 0;
  virtual void on_drained() {}
  /// How many bytes may wait to be taken in; 0: it never reads.
  virtual std::uint32_t wanted() const { return 64u << 10; }
  virtual caf::message_handler more_handlers() { return {}; }

  client_state<Own>& data() { return this->state_; }
  Own& own() { return this->state_.own; }
  net::network& door() const { return this->env_.network; }
  /// Whether it is one of those that disturb, and which.
  bool disturbs() const { return this->state_.number >= this->env_.config.clients; }

  void write(std::string_view text) {
    door().write(data().connection, net::buffer{net::as_bytes(text)});
  }
  void close() { door().close(data().connection, net::closing::graceful); }
  void abort() { door().close(data().connection, net::closing::abort); }

  /// It has done what it was to do.
  void done(std::uint64_t digest, std::string text = {}) {
    data().is_done = true;
    data().digest = digest;
    data().text = std::move(text);
    if (data().is_connected)
      close();
  }

private:
  void dial() {
    ++data().dials;
    data().connection = door().connect(this->env_.config.server, dial_timeout, this->host_.self());
  }

  void start_timer(std::chrono::nanoseconds delay) {
    this->env_.process.cancel(data().timer);
    data().timer = this->env_.process.start(delay, this->host_.self());
  }

  /// From now on for as long as it has patience.
  void wait() {
    if (!disturbs())
      start_timer(patience);
  }

  void lost() {
    data().is_connected = false;
    if (!data().is_done)
      return start_timer(pause);
    this->env_.send(data().crew, report{data().number, data().digest, data().dials, data().text});
    end();
  }

  void on_timer(const net::timer_fired& x) {
    if (x.timer != data().timer)
      return;
    if (data().is_connected)
      abort();
    else
      dial();
  }

  void end() {
    this->env_.process.cancel(data().timer);
    abort();
    this->host_.quit();
  }
};

/// What a crew knows.
struct crew_state {
  std::uint32_t at_work = 0;
  std::set<net::owner> members = {};

  SEEDWALK_INSPECT(crew_state, at_work, members)
};

/// The root of a program of clients: as many as there are to be, and `Client::disturbing` more that
/// end when the others have done what they were to do.
template <class Client>
class crew final : public actor<crew_state> {
public:
  static constexpr std::string_view kind = "crew";
  using actor<crew_state>::actor_base;

  void start() {
    state_.at_work = Client::members(env_.config);
    for (std::uint32_t i = 0; i != state_.at_work + Client::disturbing; ++i) {
      const auto one = env_.spawn<Client>("client/" + std::to_string(i), {host_.self(), i});
      state_.members.insert(one);
    }
  }

  caf::behavior make_behavior() {
    return {[this](const report&) { one_less(); }, [this](const gave_up&) { one_less(); },
            [this](const net::stop_requested&) { end(); }};
  }

private:
  void one_less() {
    if (--state_.at_work == 0)
      end();
  }
  void end() {
    for (const auto one : state_.members)
      env_.send(one, end_now{});
    host_.quit();
  }
};

} // namespace seedwalk::examples
