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

  friend bool operator==(const datagram_options&, const datagram_options&) = default;
};

/// Who hears of a simulated UDP socket's datagrams.
class datagram_user {
public:
  virtual ~datagram_user() = default;
  virtual void on_datagram(std::uint64_t tag, const net::endpoint& from, const net::endpoint& to,
                           net::buffer&& data) = 0;
};

/// UDP between simulated hosts: late, out of order, and lost wherever a rule says so (`drop` alone
/// concerns datagrams; its window's end brings nothing back).
class datagram_exchange final : public event_source {
public:
  datagram_exchange(const datagram_options& o, schedule& events);

  void set_faults(std::vector<fault_rule> rules);

  /// One socket at all of these, of which there is at least one. Its number, by which it is called;
  /// 0 if somebody has one of those addresses and ports.
  std::uint64_t open(std::vector<net::endpoint> locals, datagram_user& user, std::uint64_t tag);
  void close(std::uint64_t number);
  /// `count` more may be delivered.
  void want(std::uint64_t number, std::uint32_t count);
  /// Dropped unless the socket is at `from`.
  void send(std::uint64_t number, const net::endpoint& from, const net::endpoint& to,
            net::buffer data);

  void on_due(std::uint64_t payload) override;

private:
  struct datagram {
    net::endpoint from;
    net::endpoint to;
    net::buffer data;
  };
  struct socket {
    std::vector<net::endpoint> locals;
    datagram_user* user = nullptr;
    std::uint64_t tag = 0;
    std::uint64_t credit = 0;
    std::uint64_t deliveries = 0; ///< Planned so far because more was wanted.
    bool delivery_planned = false;
    net::fifo<datagram> kept;
  };
  struct journey {
    std::uint64_t asked = 0; ///< Nothing travels: this socket has been asked for more.
    datagram content;
  };

  void deliver(socket& at);

  datagram_options options_;
  schedule& events_;
  fault_rules faults_;
  std::map<std::uint64_t, socket> sockets_;
  std::map<net::endpoint, std::uint64_t> bound_;
  std::uint64_t last_socket_ = 0;
  std::map<std::uint64_t, journey> under_way_;
  std::uint64_t last_journey_ = 0;
  /// How many were sent from one endpoint to another, by a hash of both.
  // order never seen: asked by key alone
  std::unordered_map<std::uint64_t, std::uint64_t> sent_;
};

} // namespace seedwalk::sim
