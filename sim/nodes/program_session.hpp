#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "net/bitcoin/decoder.hpp"
#include "net/bitcoin/messages.hpp"
#include "sim/nodes/bitcoin_nodes.hpp"
#include "sim/nodes/node_model.hpp"
#include "sim/nodes/node_program.hpp"

namespace seedwalk::sim {

/// One connection to a node that follows a program. It judges what it hears only as far as that it
/// can be read: what is right to say to a stranger's program nobody knows.
class program_session final : public node_session {
public:
  /// All that it draws is keyed by `visit`. The program outlives it.
  program_session(bitcoin_nodes& nodes, std::uint32_t node, const net::endpoint& peer,
                  std::uint64_t visit, const node_program& program);

  void on_open(node_io& io) override { go_on(io); }
  void on_bytes(node_io& io, net::byte_view data) override;
  void on_end(node_io& io) override;
  void on_timer(node_io& io, std::uint8_t kind) override;

private:
  /// Steps until one has to wait.
  void go_on(node_io& io);
  bool perform(node_io& io, const step::expect& s);
  bool perform(node_io& io, const step::send& s);
  bool perform(node_io& io, const step::send_bytes& s);
  bool perform(node_io& io, const step::wait& s);
  bool perform(node_io& io, const step::pieces& s);
  bool perform(node_io& io, const step::close& s);
  bool perform(node_io& io, const step::reset& s);
  bool perform(node_io& io, const step::stop_reading& s);

  void hear(const net::message& m);
  net::bytes message_of(node_io& io, const step::send& s) const;
  net::message version_of(node_io& io, const step::send& s) const;
  net::message fake_addresses(node_io& io, std::uint32_t count) const;
  void say(node_io& io, net::buffer data);

  bitcoin_nodes& nodes_;
  std::uint32_t node_;
  net::endpoint peer_;
  std::uint64_t visit_;
  const node_program& program_;
  net::decoder decoder_;
  std::size_t next_ = 0; ///< The step that is next, or that waits.
  bool waits_ = false;   ///< For a timer.
  bool is_over_ = false;
  step::pieces pieces_{0, {}};
  std::deque<net::buffer> unsaid_;
  std::array<std::uint32_t, net::message_kind_count> heard_{};
  bool wants_addrv2_ = false;
  std::uint64_t their_nonce_ = 0;
  std::uint64_t last_ping_ = 0;
};

} // namespace seedwalk::sim
