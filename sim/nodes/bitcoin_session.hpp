#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "net/bitcoin/decoder.hpp"
#include "net/bitcoin/messages.hpp"
#include "sim/nodes/bitcoin_nodes.hpp"
#include "sim/nodes/node_model.hpp"

namespace seedwalk::sim {

/// One connection to a node that speaks: Core's side of an inbound connection, with the deviations
/// of its node's kind. See `bitcoin_nodes`.
class bitcoin_session final : public node_session {
public:
  /// All that it draws is keyed by `visit`.
  bitcoin_session(bitcoin_nodes& nodes, std::uint32_t node, const net::endpoint& peer,
                  std::uint64_t visit);

  void on_open(node_io& io) override;
  void on_bytes(node_io& io, net::byte_view data) override;
  void on_end(node_io& io) override;
  void on_timer(node_io& io, std::uint8_t kind) override;

private:
  enum class stage : std::uint8_t { awaiting_version, awaiting_verack, ready, over };

  void on_message(node_io& io, const net::message& m);
  void on_version(node_io& io, const net::msg::version& v);
  void on_verack(node_io& io);
  void on_getaddr(node_io& io);
  void on_negotiation(node_io& io, net::message_kind kind);
  void on_ping(node_io& io, const net::msg::ping& ping);
  void answer_addresses(node_io& io);
  void answer_later(node_io& io, std::chrono::nanoseconds delay);
  void announce_itself(node_io& io);
  bool speaks_v2() const;
  net::msg::version own_version(node_io& io) const;
  void say(node_io& io, net::buffer data);
  void say_next(node_io& io);
  void finish(node_io& io);

  const node_description& description() const;
  net::magic_bytes magic() const;

  bitcoin_nodes& nodes_;
  std::uint32_t node_;
  net::endpoint peer_;
  std::uint64_t visit_;
  net::decoder decoder_;
  stage stage_ = stage::awaiting_version;
  bool said_version_ = false;
  bool wants_addrv2_ = false;
  bool was_asked_ = false;
  bool closes_when_said_ = false;
  bool repeats_answer_ = false;  ///< With the next pong.
  std::uint64_t ping_nonce_ = 0; ///< 0: no ping is out.
  std::int32_t version_in_common_ = 0;
  std::deque<net::buffer> unsaid_; ///< What a node that is late has yet to say.
};

} // namespace seedwalk::sim
