#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/asio/asio_network.hpp"
#include "net/asio/socket_address.hpp"

/// What the conformance suite cannot show, because only real sockets have it: descriptors that run
/// out, signals, proxies, a door that goes away.
namespace seedwalk::net {
namespace {

using namespace std::chrono_literals;

class recorder final : public completion_sink {
public:
  void deliver(owner to, net::completion&& completion) override {
    const std::scoped_lock lock(mutex_);
    (void)to;
    heard_.push_back(std::move(completion));
  }

  template <class Completion>
  std::vector<Completion> all() const {
    const std::scoped_lock lock(mutex_);
    std::vector<Completion> found;
    for (const auto& entry : heard_)
      if (auto x = std::get_if<Completion>(&entry))
        found.push_back(*x);
    return found;
  }

private:
  mutable std::mutex mutex_;
  std::vector<completion> heard_;
};

constexpr owner somebody{1};
const address any_port = ipv4_endpoint(0x7f000001, 0);

class asio_network_test : public testing::Test {
protected:
  asio_network& door() {
    if (!door_)
      door_.emplace(io_, sink_, settings_);
    return *door_;
  }

  bool run_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!done())
      if (io_.run_one_until(deadline) == 0)
        return false;
    return true;
  }

  template <class Completion>
  std::vector<Completion> await(std::size_t count = 1) {
    EXPECT_TRUE(run_until([&] { return sink_.all<Completion>().size() >= count; }));
    auto found = sink_.all<Completion>();
    found.resize(std::max(count, found.size()));
    return found;
  }

  address listen(std::uint32_t credit) {
    const auto before = sink_.all<listening>().size();
    const auto id = door().listen(any_port, somebody);
    door().accept(id, credit);
    return await<listening>(before + 1).back().local;
  }

  recorder sink_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ =
      boost::asio::make_work_guard(io_);
  asio_options settings_;
  std::optional<asio_network> door_;
};

/// Leaves this process room for `spare` more descriptors.
class few_descriptors {
public:
  explicit few_descriptors(rlim_t spare) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest = ::dup(0);
    ::close(lowest);
    // Descriptors are given from the lowest free number on; holes below are filled first.
    while (true) {
      const int next = ::dup(0);
      if (next >= lowest + 64) {
        ::close(next);
        break;
      }
      held_.push_back(next);
    }
    const rlimit tight{static_cast<rlim_t>(lowest + 64) + spare, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &tight);
  }
  ~few_descriptors() {
    ::setrlimit(RLIMIT_NOFILE, &before_);
    for (int descriptor : held_)
      ::close(descriptor);
  }

private:
  rlimit before_{};
  std::vector<int> held_;
};

TEST_F(asio_network_test, a_dial_without_descriptors_fails_later_and_is_our_own_doing) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP()
      << "UBSan's check of virtual calls opens a pipe, and takes having none for a bad object";
#endif
  const auto at = listen(10);
  std::optional<few_descriptors> shortage(0);
  door().connect(at, 10s, somebody);
  EXPECT_TRUE(sink_.all<connect_failed>().empty()) << "from inside the call";
  EXPECT_EQ(await<connect_failed>().front().reason, error::no_descriptors);
  door().listen(any_port, somebody);
  EXPECT_EQ(await<listen_failed>().front().reason, error::no_descriptors);
  door().open_datagrams(ipv4_endpoint(0x7f000001, 0), somebody);
  EXPECT_EQ(await<datagrams_opened>().front().reason, error::no_descriptors);
  shortage.reset();
  door().connect(at, 10s, somebody);
  await<connected>();
}

// A peer that accepted and hung up before the dial was looked at was counted among those that
// refuse: on loopback, and there alone. The simulator, where a dial is reported when it succeeds,
// told otherwise.
TEST_F(asio_network_test, a_peer_that_resets_before_the_dial_is_reported_had_accepted_it) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  const auto port = local_endpoint_of(listener).port;
  const auto id = door().connect(ipv4_endpoint(0x7f000001, port), 10s, somebody);
  const int accepted = ::accept(listener, nullptr, nullptr);
  const linger hang_up{1, 0};
  ASSERT_EQ(::setsockopt(accepted, SOL_SOCKET, SO_LINGER, &hang_up, sizeof hang_up), 0);
  ::close(accepted);
  ::close(listener);
  const auto end = await<closed>().front();
  EXPECT_EQ(end.connection, id);
  EXPECT_EQ(end.reason, error::reset);
  const auto begun = sink_.all<connected>();
  ASSERT_EQ(begun.size(), 1u);
  EXPECT_NE(begun.front().local.port, 0);
  EXPECT_TRUE(sink_.all<connect_failed>().empty());
}

/// A listener whose queue is full: who dials it hears nothing.
class deaf_listener {
public:
  deaf_listener() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    EXPECT_EQ(::listen(descriptor_, 0), 0);
    const auto to = socket_address_of(at());
    for (auto& one : dialling_) {
      one = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      ::connect(one, to->get(), to->size);
    }
  }
  ~deaf_listener() {
    for (const auto one : dialling_)
      ::close(one);
    ::close(descriptor_);
  }

  endpoint at() const { return ipv4_endpoint(0x7f000001, local_endpoint_of(descriptor_).port); }

private:
  int descriptor_;
  std::array<int, 3> dialling_{};
};

// Asio gives a new socket the place in its tables that a closed one had, and with it an event of
// that one which still waits in its queue. A dial that took it for its own was reported as
// connected, to a peer that never answered.
TEST_F(asio_network_test, a_dial_is_not_connected_by_the_last_event_of_another_connection) {
  settings_.calls_from_any_thread = true; // Calls wait in the queue where the event does.
  const deaf_listener deaf;
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  const auto near = ipv4_endpoint(0x7f000001, local_endpoint_of(listener).port);
  const auto other = door().connect(near, 10s, somebody);
  await<connected>();
  const int accepted = ::accept(listener, nullptr, nullptr);
  door().want(other, 100);
  io_.poll();
  connection_id dialled{};
  boost::asio::post(io_, [&] {
    ASSERT_EQ(::send(accepted, "x", 1, 0), 1);
    door().close(other, closing::abort);
    dialled = door().connect(deaf.at(), 10s, somebody);
  });
  io_.poll();
  EXPECT_EQ(sink_.all<connected>().size(), 1u) << "nobody has accepted the second dial";
  door().close(dialled, closing::abort);
  EXPECT_TRUE(run_until([&] { return sink_.all<closed>().size() == 2; }));
  ::close(accepted);
  ::close(listener);
}

TEST_F(asio_network_test, a_listener_survives_a_lack_of_descriptors_without_spinning) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP()
      << "UBSan's check of virtual calls opens a pipe, and takes having none for a bad object";
#endif
  settings_.accept_pause = 20ms;
  const auto at = listen(10);
  std::optional<few_descriptors> shortage(1); // The dial's own; none is left to accept with.
  door().connect(at, 10s, somebody);
  await<connected>();
  std::size_t handlers = 0;
  const auto end = std::chrono::steady_clock::now() + 5 * settings_.accept_pause;
  while (io_.run_one_until(end) != 0)
    ++handlers;
  EXPECT_TRUE(sink_.all<accepted>().empty());
  ASSERT_FALSE(sink_.all<accept_paused>().empty()) << "somebody has to be told";
  EXPECT_EQ(sink_.all<accept_paused>().front().reason, error::no_descriptors);
  EXPECT_LT(handlers, 30u);
  shortage.reset();
  await<accepted>();
  EXPECT_TRUE(sink_.all<listen_failed>().empty());
}

volatile std::sig_atomic_t broken_pipes = 0;

TEST_F(asio_network_test, writing_to_who_is_gone_raises_no_signal) {
  const auto before = std::signal(SIGPIPE, [](int) { broken_pipes = broken_pipes + 1; });
  const auto at = listen(1);
  const auto id = door().connect(at, 10s, somebody);
  const auto peer = await<accepted>().front().connection;
  await<connected>();
  door().close(peer, closing::abort);
  while (sink_.all<closed>().empty()) {
    door().write(id, buffer{as_bytes("anybody?")});
    ASSERT_NE(io_.run_one_for(30s), 0u);
  }
  EXPECT_EQ(broken_pipes, 0);
  std::signal(SIGPIPE, before);
}

TEST_F(asio_network_test, a_door_that_goes_takes_its_sockets_along_and_says_nothing) {
  const auto at = listen(10);
  const auto other = door().connect(at, 10s, somebody);
  await<connected>();
  const auto one = await<accepted>().front().connection;
  door().own(one, somebody);
  door().want(one, 100);
  door().want(other, 100);
  door().write(other, buffer{bytes(1u << 20)});
  door().connect(at, 10s, somebody);
  door().resolve("localhost", 1, 10s, somebody);
  door().open_datagrams(ipv4_endpoint(0x7f000001, 0), somebody);
  door().close(one, closing::graceful);
  const auto heard = sink_.all<received>().size() + sink_.all<closed>().size();
  door_.reset();
  io_.poll();
  EXPECT_EQ(sink_.all<received>().size() + sink_.all<closed>().size(), heard);
  EXPECT_TRUE(sink_.all<resolved>().empty());
  EXPECT_TRUE(sink_.all<datagrams_opened>().empty());
  // The port is free again: nothing was left open.
  door().listen(at, somebody);
  await<listening>(2);
}

TEST_F(asio_network_test, closed_sockets_that_still_take_in_are_bounded) {
  settings_.lingering_sockets_max = 3;
  const auto at = listen(100);
  for (std::size_t i = 1; i != 9; ++i) {
    const auto id = door().connect(at, 10s, somebody);
    await<connected>(i);
    door().close(id, closing::graceful);
    await<closed>(i);
  }
  const auto accepted_ones = await<accepted>(8);
  // Those that were let go answer what comes with a reset; those kept take it in.
  for (const auto& x : accepted_ones) {
    door().own(x.connection, somebody);
    door().write(x.connection, buffer{as_bytes("are you there?")});
  }
  await<drained>(8);
  std::size_t resets = 0;
  for (const auto& x : accepted_ones)
    door().write(x.connection, buffer{as_bytes("really?")});
  EXPECT_TRUE(run_until([&] {
    resets = sink_.all<closed>().size() - 8;
    return resets + sink_.all<drained>().size() - 8 == 8;
  }));
  EXPECT_EQ(resets, 5u);
}

TEST_F(asio_network_test, a_wildcard_listener_tells_which_address_was_dialled) {
  const auto id = door().listen(ipv4_endpoint(0, 0), somebody);
  door().accept(id, 1);
  const auto port = std::get<endpoint>(await<listening>().front().local).port;
  const auto dialled = ipv4_endpoint(0x7f030405, port);
  door().connect(dialled, 10s, somebody);
  EXPECT_EQ(await<accepted>().front().local, dialled);
}

TEST_F(asio_network_test, a_resolver_without_an_answer_keeps_its_deadline) {
  settings_.resolver_threads_max = 0; // Nobody will ever ask.
  door().resolve("localhost", 1, 1ms, somebody);
  EXPECT_EQ(await<resolved>().front().reason, error::resolver_failed);
}

/// A proxy played by the same door: what the dialler asks for, and what it is answered.
class proxy_test : public asio_network_test {
protected:
  static endpoint onion() {
    endpoint peer;
    peer.network = network_id::torv3;
    peer.address.fill(7);
    peer.port = 8333;
    return peer;
  }

  /// Dials an onion through a listener of another door.
  connection_id dial_tor(std::chrono::milliseconds timeout) {
    const auto dial = begin_dial(timeout);
    EXPECT_TRUE(run_until([&] { return !proxy_sink_.all<accepted>().empty(); }));
    served_ = proxy_sink_.all<accepted>().front().connection;
    proxy_->own(served_, somebody);
    proxy_->want(served_, 100000);
    return dial;
  }

  connection_id begin_dial(std::chrono::milliseconds timeout, std::uint32_t accepts = 1) {
    proxy_.emplace(io_, proxy_sink_);
    const auto id = proxy_->listen(any_port, somebody);
    proxy_->accept(id, accepts);
    EXPECT_TRUE(run_until([&] { return !proxy_sink_.all<listening>().empty(); }));
    const auto at = std::get<endpoint>(proxy_sink_.all<listening>().front().local);
    return door().connect(through_proxy{onion(), at}, timeout, somebody);
  }

  bytes heard_by_proxy(std::size_t count) {
    bytes joined;
    EXPECT_TRUE(run_until([&] {
      joined.clear();
      for (const auto& x : proxy_sink_.all<received>())
        joined.insert(joined.end(), x.data.view().begin(), x.data.view().end());
      return joined.size() >= count;
    }));
    return joined;
  }

  void say(const bytes& data) { proxy_->write(served_, buffer{data}); }

  /// What the dial ends with after `reply` to its request.
  error ending_after(const bytes& reply) {
    dial_tor(10s);
    say({5, 0});
    heard_by_proxy(whole_request);
    say(reply);
    return await<connect_failed>().front().reason;
  }

  static constexpr std::size_t whole_request = 3 + 5 + 62 + 2;

  recorder proxy_sink_;
  std::optional<asio_network> proxy_;
  connection_id served_;
};

TEST_F(proxy_test, tor_is_dialled_by_name_and_then_is_a_stream_like_any_other) {
  const auto id = dial_tor(10s);
  EXPECT_EQ(heard_by_proxy(3), (bytes{5, 1, 0}));
  say({5, 0});
  const auto asked = heard_by_proxy(whole_request);
  EXPECT_EQ(fmt::format("{}:8333", as_text(byte_view{asked}.subspan(8, 62))), to_string(onion()));
  // The peer's first bytes come in one piece with the grant.
  say({5, 0, 0, 1, 127, 0, 0, 1, 0, 80, 'h', 'i'});
  EXPECT_EQ(await<connected>().front().connection, id);
  door().want(id, 100);
  EXPECT_EQ(as_text(await<received>().front().data.view()), "hi");
  door().write(id, buffer{as_bytes("version")});
  EXPECT_EQ(heard_by_proxy(asked.size() + 7).size(), asked.size() + 7);
}

TEST_F(proxy_test, a_grant_may_come_byte_by_byte) {
  dial_tor(10s);
  say({5});
  say({0});
  heard_by_proxy(whole_request);
  for (const auto byte : bytes{5, 0, 0, 3, 2, 'a', 'b', 0, 80, 'h'}) {
    say({byte});
    while (io_.poll_one() != 0)
      ;
  }
  EXPECT_EQ(await<connected>().size(), 1u);
}

TEST_F(proxy_test, a_refusal_is_the_peers) {
  EXPECT_EQ(ending_after({5, 5, 0, 1, 0, 0, 0, 0, 0, 0}), error::refused);
}

TEST_F(proxy_test, a_general_failure_is_the_peers_for_tor_says_so_of_a_dead_onion) {
  EXPECT_EQ(ending_after({5, 1, 0, 1, 0, 0, 0, 0, 0, 0}), error::host_unreachable);
}

TEST_F(proxy_test, a_proxy_whose_rules_forbid_it_is_at_fault) {
  EXPECT_EQ(ending_after({5, 2, 0, 1, 0, 0, 0, 0, 0, 0}), error::proxy_failed);
}

TEST_F(proxy_test, no_method_in_common_is_the_proxys) {
  dial_tor(10s);
  say({5, 0xff});
  EXPECT_EQ(await<connect_failed>().front().reason, error::proxy_failed);
}

TEST_F(proxy_test, nonsense_is_the_proxys) {
  dial_tor(10s);
  say({'H', 'T', 'T', 'P'});
  EXPECT_EQ(await<connect_failed>().front().reason, error::proxy_failed);
}

TEST_F(proxy_test, hanging_up_is_the_proxys) {
  dial_tor(10s);
  proxy_->close(served_, closing::graceful);
  EXPECT_EQ(await<connect_failed>().front().reason, error::proxy_failed);
}

TEST_F(proxy_test, hanging_up_within_the_reply_is_the_proxys) {
  dial_tor(10s);
  say({5, 0});
  heard_by_proxy(whole_request);
  say({5, 0, 0});
  proxy_->close(served_, closing::graceful);
  EXPECT_EQ(await<connect_failed>().front().reason, error::proxy_failed);
}

TEST_F(proxy_test, silence_before_the_method_is_the_proxys_however_short_the_dial) {
  settings_.proxy_reply = 30ms;
  dial_tor(1ms);
  EXPECT_EQ(await<connect_failed>().front().reason, error::proxy_failed);
}

/// Tor is silent on an onion that is dead. The proxy's time once covered all of the dial, so that
/// this counted as a failure of ours, and the onion was tried for ever.
TEST_F(proxy_test, silence_behind_the_request_is_the_peers_however_short_the_proxys_time) {
  settings_.proxy_reply = 10s;
  dial_tor(30ms);
  say({5, 0});
  EXPECT_EQ(await<connect_failed>().front().reason, error::timed_out);
}

TEST_F(proxy_test, the_peers_time_begins_when_it_is_asked_for_and_is_its_own) {
  settings_.proxy_reply = 100ms;
  const auto id = dial_tor(20s);
  say({5, 0});
  heard_by_proxy(whole_request);
  // The proxy's time passes, and ends nothing.
  boost::asio::steady_timer later(io_, 200ms);
  bool passed = false;
  later.async_wait([&](const auto&) { passed = true; });
  EXPECT_TRUE(run_until([&] { return passed; }));
  say({5, 0, 0, 1, 127, 0, 0, 1, 0, 80});
  EXPECT_EQ(await<connected>().front().connection, id);
}

TEST(asio_network_threads, ids_are_unique_and_every_call_is_answered_whoever_calls) {
  recorder sink;
  boost::asio::io_context io;
  auto work = boost::asio::make_work_guard(io);
  asio_options settings;
  settings.calls_from_any_thread = true;
  std::optional<asio_network> door(std::in_place, io, sink, settings);
  std::thread runner([&] { io.run(); });

  constexpr int callers = 4;
  constexpr int dials_each = 50;
  std::vector<std::vector<connection_id>> given(callers);
  std::vector<std::thread> threads;
  for (auto& own : given)
    threads.emplace_back([&door, &own] {
      const auto listener = door->listen(any_port, somebody);
      door->accept(listener, 1);
      for (int i = 0; i != dials_each; ++i) {
        const auto id = door->connect(ipv4_endpoint(0x7f000001, 1), 10s, somebody);
        door->want(id, 100);
        door->write(id, buffer{as_bytes("shared")});
        door->close(id, closing::graceful);
        own.push_back(id);
      }
      door->stop_listening(listener);
    });
  for (auto& thread : threads)
    thread.join();
  while (sink.all<closed>().size() + sink.all<connect_failed>().size() !=
         std::size_t{callers} * dials_each)
    std::this_thread::yield();
  work.reset();
  io.stop();
  runner.join();
  door.reset();

  std::vector<connection_id> all;
  for (const auto& own : given)
    all.insert(all.end(), own.begin(), own.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

} // namespace
} // namespace seedwalk::net
