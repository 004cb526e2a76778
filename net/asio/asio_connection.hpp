#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "net/asio/asio_core.hpp"
#include "net/asio/socket_address.hpp"
#include "net/asio/socks5.hpp"

namespace seedwalk::net {

/// One TCP or Unix connection of `asio_network`, from its dial or acceptance on.
///
/// Thread: that of the io_context. Lifetime: shared by the door's table and by each handler under
/// way. It holds no buffer but those that wait to be sent.
///
/// Phases:
///
///     dialling -> open              asked for; proxy conversation included
///     unowned  -> open              accepted; nothing is watched
///     open     -> closing           graceful close: sends what is queued, discards input
///     closing  -> lingering | over  `closed` is delivered; lingering discards input for a while
///     any      -> over
class asio_connection final : public listed_socket,
                              public std::enable_shared_from_this<asio_connection> {
public:
  asio_connection(std::shared_ptr<asio_core> core, connection_id id, net::owner owner);

  /// Enters the door's table.
  void dial(const address& peer, std::chrono::milliseconds timeout);

  /// Takes over an accepted, non-blocking socket, and enters the door's table. If the socket cannot
  /// be watched it is closed and the system's error number returned, else 0.
  int adopt(int descriptor, int family);

  void own(net::owner owner);
  void want(std::uint32_t count);
  void write(buffer data);
  void end_output();
  void close(net::closing closing);

  /// Closes the socket and says nothing: the door goes, or needs the descriptor.
  void abandon() override;

private:
  enum class phase : std::uint8_t { dialling, unowned, open, closing, lingering, over };
  enum class input : std::uint8_t { open, ended };
  enum class output : std::uint8_t { open, ending, ended };

  error start_dial(const address& peer);
  void await_dial();
  void on_dial_ready();
  void on_dialled(int error_number, const endpoint& remote);
  void on_proxy_readable();
  void send_to_proxy();
  endpoint local_endpoint();
  void opened(const endpoint& local);

  void arm_input();
  void on_readable();
  void receive();
  void discard();

  void schedule_flush();
  void flush();
  error send_queued();
  void forget_sent(std::size_t count);
  void output_is_over();

  void enter_table();
  void start_timer(std::chrono::milliseconds delay);
  void on_timer();
  void on_failure(error reason);
  void cut_off();
  completion ending(error reason) const;
  void finish(error reason);
  void finish_later(error reason);
  void linger();
  void release();

  std::shared_ptr<asio_core> core_;
  const connection_id id_;
  owner owner_;
  stream_socket socket_;
  std::unique_ptr<io_timer> timer_;
  std::unique_ptr<socks5_dial> proxy_;
  std::vector<buffer> queue_; ///< The first `sent_buffers_` of them are empty.
  std::uint32_t sent_buffers_ = 0;
  std::uint32_t unsent_bytes_ = 0;
  std::uint32_t allowance_bytes_ = 0;
  std::uint32_t timers_started_ = 0; ///< Tells an expiry of the present timer from an older one's.
  phase phase_ = phase::dialling;
  input input_ = input::open;
  output output_ = output::open;
  std::chrono::milliseconds dial_time_{0}; ///< What is left for the peer, behind a proxy.
  error too_late_ = error::timed_out;      ///< What the dial ends with when its time is over.
  bool is_ip_ = true;
  bool input_armed_ = false;
  bool output_armed_ = false;
  bool flush_scheduled_ = false;
  bool drained_owed_ = false;
};

} // namespace seedwalk::net
