#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/conformance/network_under_test.hpp"
#include "tests/conformance/referee.hpp"

namespace seedwalk::conformance {

inline net::connection_id id_of(const net::connected& x) {
  return x.connection;
}
inline net::connection_id id_of(const net::connect_failed& x) {
  return x.connection;
}
inline net::connection_id id_of(const net::received& x) {
  return x.connection;
}
inline net::connection_id id_of(const net::drained& x) {
  return x.connection;
}
inline net::connection_id id_of(const net::input_ended& x) {
  return x.connection;
}
inline net::connection_id id_of(const net::closed& x) {
  return x.connection;
}
inline net::listener_id id_of(const net::listening& x) {
  return x.listener;
}
inline net::listener_id id_of(const net::accept_paused& x) {
  return x.listener;
}
inline net::listener_id id_of(const net::listen_failed& x) {
  return x.listener;
}
inline net::listener_id id_of(const net::accepted& x) {
  return x.listener;
}
inline net::resolve_id id_of(const net::resolved& x) {
  return x.question;
}
inline net::datagram_socket_id id_of(const net::datagrams_opened& x) {
  return x.socket;
}
inline net::datagram_socket_id id_of(const net::datagram_received& x) {
  return x.socket;
}

/// The answer to find_routes has no number: 0, which is nobody's.
inline net::resolve_id id_of(const net::routes_found&) {
  return {};
}

/// A test of the network door's contract, run against each implementation.
///
/// The door is `door()`, with a referee before it: what breaks the contract fails the test,
/// even if the test looks at something else.
class conformance_test : public testing::TestWithParam<implementation> {
protected:
  static constexpr net::owner listener_owner{1};
  static constexpr net::owner client_owner{2};
  static constexpr net::owner server_owner{3};
  /// For what shall succeed: never to be waited for.
  static constexpr std::chrono::milliseconds generous{20000};

  conformance_test();

  /// Nothing broke the contract, and nothing is owed.
  void TearDown() override;

  network_under_test& world() { return *world_; }
  net::network& door() { return referee_; }
  const referee& judge() const { return referee_; }

  /// Every completion of a kind that names `id`, in order.
  template <class Completion, class Id>
  std::vector<Completion> all(Id id) const {
    std::vector<Completion> found;
    for (const auto& entry : referee_.log())
      if (auto x = std::get_if<Completion>(&entry.completion); x && id_of(*x) == id)
        found.push_back(*x);
    return found;
  }

  /// Runs until that many such completions were heard. Fails the test if they are not.
  template <class Completion, class Id>
  std::vector<Completion> await(Id id, std::size_t count = 1) {
    EXPECT_TRUE(world_->run_until([&] { return all<Completion>(id).size() >= count; }))
        << "not heard, of " << id.value << ", after: " << story();
    auto found = all<Completion>(id);
    found.resize(std::max(found.size(), count));
    return found;
  }

  /// Runs until so many bytes have been received on a connection; how many there are then.
  std::size_t await_arrival(net::connection_id id, std::size_t count);

  /// The bytes received on a connection so far; and runs until there are that many.
  net::bytes bytes_of(net::connection_id id) const;
  net::bytes await_bytes(net::connection_id id, std::size_t count);

  /// What was heard of a connection: "connected received drained closed(none)", repetitions left
  /// out. Without an id, of everything, with the ids.
  std::string story(net::connection_id id) const;
  std::string story() const;

  struct listener {
    net::listener_id id;
    net::address local;
  };
  /// Listens and awaits it.
  listener listen(const net::address& local);
  listener listen() { return listen(world_->any_port()); }

  struct pair {
    net::connection_id client;
    net::connection_id server;
  };
  /// Dials a listener and awaits both ends; the accepted one is not owned yet.
  pair dial(const listener& at);
  /// The same, owned by `server_owner`.
  pair open(const listener& at);
  pair open() { return open(listen()); }

  /// Aborts both ends and awaits what is owed.
  void finish(const pair& both);

private:
  referee referee_;
  std::unique_ptr<network_under_test> world_;
};

/// `count` bytes that are not all alike.
net::bytes some_bytes(std::size_t count);

inline net::buffer text(std::string_view content) {
  return net::buffer{net::as_bytes(content)};
}

/// TEST_P's in that suite, for each implementation.
#define SEEDWALK_CONFORMANCE_SUITE(suite)                                                          \
  class suite : public conformance_test {};                                                        \
  INSTANTIATE_TEST_SUITE_P(door, suite, testing::ValuesIn(implementations()),                      \
                           [](const auto& made) { return made.param.name; })

} // namespace seedwalk::conformance
