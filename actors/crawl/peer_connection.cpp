#include "actors/crawl/peer_connection.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "actors/crawl/crawl_messages.hpp"

namespace seedwalk::actors {

namespace {

/// What the session wants done. One for all peers of a thread: it is empty between two calls, and
/// keeps its memory.
net::session_effects& effects() {
  thread_local net::session_effects shared;
  return shared;
}

} // namespace

peer_connection::peer_connection(environment& env, net::actor_host& host, state& data)
    : env_(env), host_(host), s_(data) {
  env.settings.attach(data.settings);
}

std::size_t peer_connection::mailbox_max() const {
  // The door counts the bytes that were wanted, and a peer may send them in pieces of one, while
  // this actor does not get its turn. Besides, a few of each other completion, the manager's
  // commands of one step, and one answer of the DB writer.
  constexpr std::size_t all_else = 64;
  return net::session_limits{}.receive_window + all_else;
}

net::session_step peer_connection::step() {
  return {s_.settings->session, env_.time.now(), effects()};
}

void peer_connection::start() {
  if (s_.session.direction() == net::direction::outbound) {
    const auto& timers = s_.settings->session.timers.of(s_.session.peer().network);
    const auto route = s_.settings->route_to(s_.session.peer());
    if (std::holds_alternative<net::through_proxy>(route))
      s_.via = store::transport::socks;
    s_.connection = env_.network.connect(route, timers.connect, host_.self());
  } else {
    env_.network.own(s_.connection, host_.self());
    s_.session.on_connected(step());
  }
  carry_out();
}

caf::behavior peer_connection::make_behavior() {
  return {
      // CAF tries one after the other: the most frequent stand first.
      [this](net::received& m) {
        s_.session.on_received(step(), m.data.view());
        carry_out();
      },
      [this](net::drained&) {},
      [this](net::connected&) {
        env_.runtime.send(s_.manager, peer_connected{s_.key});
        s_.session.on_connected(step());
        carry_out();
      },
      [this](net::closed& m) {
        s_.session.on_closed(step(), m.reason);
        carry_out();
      },
      [this](addresses_saved&) {
        s_.session.addresses_taken(step());
        carry_out();
      },
      [this](net::timer_fired& m) {
        if (m.timer != s_.timer)
          return;
        s_.timer = {};
        s_.session.on_tick(step());
        carry_out();
      },
      [this](net::connect_failed& m) {
        s_.session.on_connect_failed(step(), m.reason);
        carry_out();
      },
      [this](net::input_ended&) {
        s_.session.on_input_ended(step());
        carry_out();
      },
      [this](disconnect_peer& m) {
        s_.session.disconnect(step(), m.outcome);
        carry_out();
      },
      [this](shut_down&) {
        // The deadline has passed: nobody waits for a goodbye.
        s_.session.abandon(step(), net::outcome::cancelled);
        carry_out();
      },
      [this](settings_changed& m) {
        s_.settings = std::move(m.settings);
        s_.session.on_config_changed(step());
        carry_out();
      },
      [this](send_shared& m) {
        const bool sent =
            m.message.empty() ? s_.session.ping(step()) : s_.session.send(step(), m.message);
        if (m.broadcast != 0)
          env_.runtime.send(s_.manager, shared_sent{s_.key, m.broadcast, sent});
        carry_out();
      },
  };
}

void peer_connection::carry_out() {
  auto& wanted = effects();
  if (!wanted.output.empty())
    env_.network.write(s_.connection, net::buffer{wanted.output});
  if (wanted.shared_output)
    env_.network.write(s_.connection, std::move(*wanted.shared_output));
  for (const auto& note : wanted.messages)
    s_.messages.add(net::name_of(note.kind));
  report_events();
  hand_on_addresses();
  if (wanted.want != 0)
    env_.network.want(s_.connection, wanted.want);
  if (wanted.close)
    env_.network.close(s_.connection, *wanted.close);
  if (wanted.summary) {
    auto last = std::move(*wanted.summary);
    wanted.clear();
    finish(std::move(last));
    return;
  }
  wanted.clear();
  rearm();
}

void peer_connection::report_events() {
  for (const auto& event : effects().events) {
    if (std::holds_alternative<net::version_received>(event)) {
      const auto& version = *s_.session.peer_version();
      auto identity = s_.session.peer();
      // Core announces port 0 where it does not listen: then only this connection is known by that.
      if (s_.session.direction() != net::direction::outbound && version.sender &&
          version.sender->address.port != 0)
        identity.port = version.sender->address.port;
      const std::uint64_t peer_nonce = version.sender ? version.sender->nonce : 0;
      const auto smaller = std::min(peer_nonce, s_.session.version_nonce());
      const auto larger = std::max(peer_nonce, s_.session.version_nonce());
      env_.runtime.send(s_.manager, peer_identified{s_.key, identity, smaller, larger});
    } else if (const auto done = std::get_if<net::handshake_completed>(&event)) {
      env_.runtime.send(s_.manager,
                        peer_established{s_.key, *s_.session.peer_version(), done->took});
    } else if (std::holds_alternative<net::round_trip_measured>(event)) {
      const auto& carried = s_.session.carried();
      env_.runtime.send(s_.manager,
                        peer_seen{s_.key,
                                  s_.session.round_trip().value_or(std::chrono::nanoseconds{0}),
                                  carried.bytes_in, carried.bytes_out, carried.messages_in,
                                  std::exchange(s_.messages, {})});
    }
  }
}

void peer_connection::hand_on_addresses() {
  // More than once only where nothing of what was found is wanted: what waited comes next then.
  while (!effects().addresses.empty()) {
    save_addresses message;
    message.announcements = std::exchange(effects().addresses, {});
    s_.settings->keep_dialable(message.announcements);
    if (message.announcements.empty()) {
      s_.session.addresses_taken(step());
      continue;
    }
    message.from = host_.self();
    message.source = s_.session.peer();
    env_.runtime.send(s_.db_writer, std::move(message));
    return;
  }
}

void peer_connection::rearm() {
  const auto due = s_.session.deadline(s_.settings->session);
  const bool runs = s_.timer != net::timer_id{};
  if (!due) {
    if (runs)
      env_.time.cancel(std::exchange(s_.timer, {}));
    return;
  }
  // A timer that comes too early is cheaper than one that is moved: the session says then when to
  // come again.
  if (runs && s_.timer_due <= *due)
    return;
  if (runs)
    env_.time.cancel(s_.timer);
  s_.timer_due = *due;
  s_.timer = env_.time.start(*due - env_.time.now().steady, host_.self());
}

void peer_connection::finish(net::visit_summary&& summary) {
  if (s_.timer != net::timer_id{})
    env_.time.cancel(std::exchange(s_.timer, {}));
  if (env_.log.shows(log_level::debug))
    env_.log.write(log_level::debug, host_.stable_name(), "visit ended",
                   {{"outcome", std::string{net::name_of(summary.outcome)}},
                    {"stage", std::string{net::name_of(summary.reached)}},
                    {"blame", std::string{net::name_of(summary.blame)}},
                    {"via", std::string{store::name_of(s_.via)}}});
  env_.runtime.send(s_.manager,
                    peer_outcome{s_.key, std::move(summary), std::move(s_.messages), s_.via});
  host_.quit();
}

void peer_connection::on_exception(std::string_view text) {
  env_.log.write(log_level::error, host_.stable_name(), "a failure of ours ends this visit",
                 {{"error", std::string{text}}});
  auto& left = effects();
  left.clear();
  env_.network.close(s_.connection, net::closing::abort);
  if (s_.timer != net::timer_id{})
    env_.time.cancel(std::exchange(s_.timer, {}));
  s_.session.abandon(step(), net::outcome::internal_error);
  if (left.summary)
    env_.runtime.send(
        s_.manager, peer_outcome{s_.key, std::move(*left.summary), std::move(s_.messages), s_.via});
  left.clear();
}

} // namespace seedwalk::actors
