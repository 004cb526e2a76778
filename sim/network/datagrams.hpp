#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "actors/runtime/schedule.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/buffer.hpp"
#include "net/base/fifo.hpp"
#include "sim/network/fault_rules.hpp"
#include "sim/network/latency.hpp"

namespace seedwalk::sim {

/// What may become of a datagram.
struct datagram_options {
  latency delay = latency::exponential(std::chrono::milliseconds{10}, std::chrono::milliseconds{5});
  /// What a socket keeps that was not asked for yet; more is dropped, as the kernel does.
  std::size_t kept_max = 256;
};

/// Who hears of a simulated UDP socket's datagrams.
class datagram_user {
public:
  virtual ~datagram_user() = default;
  virtual void on_datagram(std::uint64_t tag, const net::endpoint& from, net::buffer&& data) = 0;
};

/// UDP between simulated hosts: late, out of order, and lost wherever a rule says so (`drop` alone
/// concerns datagrams; its window's end brings nothing back).
class datagram_exchange final : public event_source {
public:
  datagram_exchange(const datagram_options& o, schedule& events);

  void set_faults(std::vector<fault_rule> rules);

  /// False if somebody has that address and port.
  bool open(const net::endpoint& local, datagram_user& user, std::uint64_t tag);
  bool is_open(const net::endpoint& local) const { return sockets_.contains(local); }
  void close(const net::endpoint& local);
  /// `count` more may be delivered.
  void want(const net::endpoint& local, std::uint32_t count);
  void send(const net::endpoint& from, const net::endpoint& to, net::buffer data);

  void on_due(std::uint64_t what) override;

private:
  struct datagram {
    net::endpoint from;
    net::buffer data;
  };
  struct socket {
    datagram_user* user = nullptr;
    std::uint64_t tag = 0;
    std::uint64_t credit = 0;
    std::uint64_t deliveries = 0; ///< Planned so far because more was wanted.
    bool delivery_planned = false;
    net::fifo<datagram> kept;
  };
  struct journey {
    net::endpoint to;
    datagram what; ///< Without data: nothing travels, but a socket has been asked for more.
  };

  void deliver(socket& at);

  datagram_options options_;
  schedule& events_;
  fault_rules faults_;
  std::map<net::endpoint, socket> sockets_;
  std::map<std::uint64_t, journey> under_way_;
  std::uint64_t last_journey_ = 0;
  /// How many were sent from one endpoint to another, by a hash of both.
  // order never seen: asked by key alone
  std::unordered_map<std::uint64_t, std::uint64_t> sent_;
};

} // namespace seedwalk::sim
