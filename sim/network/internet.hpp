#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/runtime/schedule.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/error.hpp"
#include "net/base/random.hpp"
#include "sim/network/datagrams.hpp"
#include "sim/network/latency.hpp"
#include "sim/network/stream_user.hpp"
#include "sim/network/transport.hpp"

namespace seedwalk::sim {

/// What a simulated resolver says of a name.
struct name_answer {
  net::error reason = net::error::none; ///< `timed_out`: says nothing at all.
  std::vector<net::endpoint> addresses; ///< Their ports are ignored. None: `name_not_found`.
  latency delay = latency::constant(std::chrono::milliseconds{20});

  friend bool operator==(const name_answer&, const name_answer&) = default;
};

/// What a simulated SOCKS5 proxy does with dials through it.
enum class proxy_state : std::uint8_t {
  absent,  ///< Nobody listens there: dials through it fail at once.
  silent,  ///< Accepts, and never chooses a method.
  working, ///< Dials what it is asked for, on every network.
};

/// A dial to an address that no host has.
enum class unknown_host : std::uint8_t { silent, refused, unreachable };

/// How the wires and the addresses behind them behave.
struct internet_options {
  transport_options streams;
  datagram_options datagrams;
  /// Most addresses that gossip names are dead in this way. Loopback addresses always refuse.
  unknown_host unknown = unknown_host::silent;

  friend bool operator==(const internet_options&, const internet_options&) = default;
};

/// Everything outside of the simulated hosts: the wires between them, who listens where, what
/// names mean, and what goes wrong.
///
/// Hosts with an actor program have a `sim::network` each; hosts without one are node models
/// (`sim::node_host`). One thread; outlives them all.
class internet final : public switchboard {
public:
  /// `events` outlives the internet.
  internet(const internet_options& o, schedule& events);

  transport& streams() { return streams_; }
  datagram_exchange& datagrams() { return datagrams_; }
  schedule& events() { return events_; }
  /// Steady time, and the wall clock of everybody whose clock is right.
  net::instant now() const { return events_.now(); }

  void set_faults(std::vector<fault_rule> rules);

  /// Makes dials to `at` end so, no matter which host owns the address; `address_in_use` if that
  /// was said before.
  net::error answer(const net::endpoint& at, const dial_answer& answer);
  /// All loopback addresses at a port, but for those with an answer of their own.
  net::error answer_loopback(const net::endpoint& any, const dial_answer& answer);
  /// A Unix path. `address_not_available` if its folder does not exist.
  net::error answer(const std::string& path, const dial_answer& answer);
  /// "/run" and "/tmp" exist already.
  void add_folder(const std::string& folder) { folders_.insert(folder); }
  void forget(const net::endpoint& at) { answers_.erase(at); }
  void forget_loopback(const net::endpoint& any);
  void forget(const std::string& path) { path_answers_.erase(path); }
  bool has_answer(const net::endpoint& at) const { return answers_.contains(at); }

  /// Somebody has this address: ports on which nobody listens refuse.
  void add_host(const net::endpoint& address);
  bool has_host(const net::endpoint& address) const;

  /// Puts a proxy at an address, or changes what it does from now on. Where none was put, none is.
  void set_proxy(const net::endpoint& at, proxy_state state);
  proxy_state proxy_at(const net::endpoint& at) const;

  void set_name(const std::string& host, name_answer answer);
  /// What the resolver says; numeric names and "localhost" need no entry.
  name_answer look_up(const std::string& host) const;

  dial_answer find(const route& route) override;

private:
  struct endpoint_hash {
    std::size_t operator()(const net::endpoint& at) const {
      return net::keyed_hash(0, "internet", net::endpoint_words{at}.view());
    }
  };

  internet_options options_;
  schedule& events_;
  transport streams_;
  datagram_exchange datagrams_;
  // order never seen: asked by endpoint alone
  std::unordered_map<net::endpoint, dial_answer, endpoint_hash> answers_;
  std::unordered_map<net::endpoint, dial_answer, endpoint_hash>
      loopback_answers_; ///< Keys have no address.
  std::map<std::string, dial_answer> path_answers_;
  std::set<std::string> folders_ = {"/run", "/tmp"};
  // order never seen: asked by address alone
  std::unordered_set<net::endpoint, endpoint_hash> hosts_; ///< Without ports.
  std::map<std::string, name_answer> names_;
  std::map<net::endpoint, proxy_state> proxies_;
};

} // namespace seedwalk::sim
