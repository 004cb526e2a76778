#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "net/door/completion.hpp"
#include "net/door/network.hpp"
#include "net/door/network_ids.hpp"

namespace seedwalk::conformance {

/// A completion, and whom it was for.
struct heard {
  net::owner to;
  net::completion completion;
};

/// Stands between a test and a door, in both directions: hands on the calls, writes down the
/// completions, and checks each against the contract in net/door/network.hpp:
///
/// - ids follow from calls; completions name ids that were given out, in the order that the
///   contract draws, with nothing after the last one;
/// - no byte, connection or datagram beyond what was asked for; no `drained` without a write;
/// - nothing of an accepted connection before it is owned; nothing of what was stopped;
/// - nothing from inside a call.
///
/// Threads: one.
class referee final : public net::network, public net::completion_sink {
public:
  /// The door to be watched; outlives the calls. `completions_are_immediate`: see
  /// `network_under_test`.
  void watch(net::network& door, bool completions_are_immediate);

  const std::vector<heard>& log() const { return log_; }
  /// How much was received on a connection so far.
  std::size_t received_bytes(net::connection_id id) const;
  /// What broke the contract, a sentence each.
  const std::vector<std::string>& violations() const { return violations_; }
  /// What the contract still owes: an ending of each dial, each question, each socket opened.
  std::vector<std::string> debts() const;

  void deliver(net::owner to, net::completion&& completion) override;

  net::connection_id connect(const net::address& peer, std::chrono::milliseconds timeout,
                             net::owner owner) override;
  net::listener_id listen(const net::address& local, net::owner owner) override;
  void accept(net::listener_id local, std::uint32_t connections) override;
  void stop_listening(net::listener_id local) override;
  void own(net::connection_id id, net::owner owner) override;
  void want(net::connection_id id, std::uint32_t count) override;
  void write(net::connection_id id, net::buffer data) override;
  void end_output(net::connection_id id) override;
  void close(net::connection_id id, net::closing closing) override;
  net::resolve_id resolve(const std::string& host, std::uint16_t port,
                          std::chrono::milliseconds timeout, net::owner owner) override;
  void find_routes(net::owner owner) override;
  net::datagram_socket_id open_datagrams(const net::endpoint& local, net::owner owner) override;
  void want_datagrams(net::datagram_socket_id id, std::uint32_t datagrams) override;
  void send_datagram(net::datagram_socket_id id, const net::endpoint& to, const net::endpoint& from,
                     net::buffer data) override;
  void close_datagrams(net::datagram_socket_id id) override;

private:
  enum class stage { dialling, unowned, open, input_ended, over };
  enum class asked { nothing, graceful, abort };

  struct connection_record {
    stage at = stage::dialling;
    asked to_close = asked::nothing;
    std::uint64_t allowance_bytes = 0;
    std::size_t received_bytes = 0;
    std::uint64_t undrained_writes = 0;
    bool output_ended = false;
  };
  /// A listener or a UDP socket.
  struct socket_record {
    bool open_known = false;
    bool stopped = false; ///< By a call, so that no answer is owed any more.
    bool over = false;    ///< Nothing may be heard of it.
    std::uint64_t credit = 0;
  };

  template <class Call>
  auto call(Call&& made);
  template <class Id>
  Id asked(Id id);
  void require(bool holds, const std::string& otherwise);
  void stop(socket_record& socket) const;
  connection_record* known(net::connection_id id, const char* text);

  void check(const net::connected& x);
  void check(const net::connect_failed& x);
  void check(const net::listening& x);
  void check(const net::listen_failed& x);
  void check(const net::accepted& x);
  void check(const net::accept_paused& x);
  void check(const net::received& x);
  void check(const net::drained& x);
  void check(const net::input_ended& x);
  void check(const net::closed& x);
  void check(const net::routes_found& x);
  void check(const net::resolved& x);
  void check(const net::datagrams_opened& x);
  void check(const net::datagram_received& x);

  net::network* door_ = nullptr;
  bool immediate_ = true;
  bool in_call_ = false;
  net::network_ids ids_; ///< What they are to be.
  std::map<net::connection_id, connection_record> connections_;
  std::map<net::listener_id, socket_record> listeners_;
  std::map<net::datagram_socket_id, socket_record> datagrams_;
  std::map<net::resolve_id, bool> questions_; ///< True once answered.
  std::size_t routes_owed_ = 0;
  std::vector<heard> log_;
  std::vector<std::string> violations_;
};

} // namespace seedwalk::conformance
