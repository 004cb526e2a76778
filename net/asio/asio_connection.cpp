#include "net/asio/asio_connection.hpp"

#include <algorithm>
#include <cerrno>
#include <span>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/asio/asio_errors.hpp"

namespace seedwalk::net {

namespace {

/// Linux takes 1024, Asio passes on 64.
constexpr std::size_t buffers_a_write_max = 64;

bool would_block(const boost::system::error_code& ec) {
  return ec == asio::error::would_block || ec == asio::error::try_again ||
         ec == asio::error::interrupted;
}

/// How a dial went that was in progress; 0: well.
int pending_error(int descriptor) {
  int result = 0;
  socklen_t size = sizeof result;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &result, &size) == 0 ? result : errno;
}

void set_no_delay(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

} // namespace

asio_connection::asio_connection(std::shared_ptr<asio_core> core, connection_id id,
                                 net::owner owner)
    : core_(std::move(core)), id_(id), owner_(owner), socket_(core_->io.get_executor()) {}

// Beginnings.

void asio_connection::enter_table() {
  core_->live.push_back(*this);
  core_->connections.emplace(id_.value, shared_from_this());
}

void asio_connection::dial(const address& peer, std::chrono::milliseconds timeout) {
  enter_table();
  if (auto failed = start_dial(peer); failed != error::none)
    return finish_later(failed);
  dial_time_ = timeout;
  if (proxy_)
    too_late_ = error::proxy_failed;
  start_timer(proxy_ ? core_->settings.proxy_reply : timeout);
}

error asio_connection::start_dial(const address& peer) {
  is_ip_ = !std::holds_alternative<unix_path>(peer);
  const auto to = socket_address_of(peer);
  if (const auto* proxied = std::get_if<through_proxy>(&peer))
    proxy_ = std::make_unique<socks5_dial>(proxied->peer);
  if (!to)
    return to.error();
  boost::system::error_code ec;
  socket_.open({to->family(), is_ip_ ? IPPROTO_TCP : 0}, ec);
  if (ec)
    return dial_error(ec.value());
  socket_.non_blocking(true, ec);
  const auto failed = ::connect(socket_.native_handle(), to->get(), to->size) == 0 ? 0 : errno;
  if (failed == EINPROGRESS || (failed == EINTR && is_ip_))
    await_dial();
  else
    asio::post(core_->io, [self = shared_from_this(), failed] {
      if (self->phase_ == phase::dialling)
        failed == 0 ? self->on_dial_ready() : self->on_dialled(failed, {});
    });
  return error::none;
}

void asio_connection::await_dial() {
  socket_.async_wait(stream_socket::wait_write,
                     [self = shared_from_this()](const boost::system::error_code&) {
                       if (self->phase_ == phase::dialling)
                         self->on_dial_ready();
                     });
}

void asio_connection::on_dial_ready() {
  const auto descriptor = socket_.native_handle();
  if (const auto failed = pending_error(descriptor); failed != 0)
    return on_dialled(failed, {});
  // What was ready may have been a socket that is closed: Asio gives the next one its place, and
  // its last event with it.
  if (const auto remote = remote_endpoint_of(descriptor))
    on_dialled(0, *remote);
  else
    await_dial();
}

/// `remote`: who is at the other end, the proxy if there is one.
void asio_connection::on_dialled(int error_number, const endpoint& remote) {
  // TCP says so only of a connection that its peer had accepted (before that, it is ECONNREFUSED):
  // the peer lives and has ended it, before the dial was even reported.
  if (error_number == ECONNRESET && is_ip_ && !proxy_) {
    phase_ = phase::open;
    core_->deliver(owner_, connected{id_, local_endpoint()});
    return finish(error::reset);
  }
  if (error_number != 0)
    return finish(proxy_ ? error::proxy_failed : dial_error(error_number));
  if (proxy_) {
    set_no_delay(socket_.native_handle());
    return send_to_proxy();
  }
  // A dial from an ephemeral port to itself meets itself (RFC 793, simultaneous open): nobody
  // listens there.
  const auto local = local_endpoint();
  if (is_ip_ && local == remote) {
    cut_off();
    return finish(error::refused);
  }
  if (is_ip_)
    set_no_delay(socket_.native_handle());
  opened(local);
}

void asio_connection::send_to_proxy() {
  const auto data = proxy_->take_output();
  boost::system::error_code ec;
  if (!data.empty() && socket_.write_some(asio::buffer(data), ec) != data.size())
    return finish(error::proxy_failed);
  // The proxy has done its part when it has heard whom we want: from here on it waits for the peer.
  if (proxy_->is_asked() && too_late_ == error::proxy_failed) {
    too_late_ = error::timed_out;
    start_timer(dial_time_);
  }
  socket_.async_wait(stream_socket::wait_read,
                     [self = shared_from_this()](const boost::system::error_code&) {
                       if (self->phase_ == phase::dialling)
                         self->on_proxy_readable();
                     });
}

void asio_connection::on_proxy_readable() {
  std::array<std::uint8_t, 512> data;
  boost::system::error_code ec;
  const auto count = socket_.read_some(asio::buffer(data, proxy_->wanted_bytes()), ec);
  if (ec && !would_block(ec))
    return finish(error::proxy_failed);
  if (auto failed = proxy_->take_input({data.data(), count}); failed != error::none)
    return finish(failed);
  if (!proxy_->is_done())
    return send_to_proxy();
  proxy_.reset();
  opened(local_endpoint());
}

endpoint asio_connection::local_endpoint() {
  return is_ip_ ? local_endpoint_of(socket_.native_handle()) : endpoint{};
}

void asio_connection::opened(const endpoint& local) {
  timer_.reset();
  phase_ = phase::open;
  core_->deliver(owner_, connected{id_, local});
  arm_input();
  if (!queue_.empty() || drained_owed_ || output_ != output::open)
    schedule_flush();
}

int asio_connection::adopt(int descriptor, int family) {
  phase_ = phase::unowned;
  is_ip_ = family != AF_UNIX;
  boost::system::error_code ec;
  socket_.assign({family, is_ip_ ? IPPROTO_TCP : 0}, descriptor, ec);
  if (ec) {
    ::close(descriptor);
    return ec.value();
  }
  socket_.non_blocking(true, ec);
  if (is_ip_)
    set_no_delay(descriptor);
  enter_table();
  return 0;
}

void asio_connection::own(net::owner owner) {
  owner_ = owner;
  if (phase_ != phase::unowned || owner == nobody)
    return;
  phase_ = phase::open;
  arm_input();
  if (drained_owed_ || output_ != output::open)
    schedule_flush();
}

// Input.

void asio_connection::want(std::uint32_t count) {
  if (phase_ > phase::open || input_ == input::ended)
    return;
  allowance_bytes_ += std::min(count, network::max_allowance_bytes - allowance_bytes_);
  arm_input();
}

void asio_connection::arm_input() {
  const bool discards = phase_ == phase::closing || phase_ == phase::lingering;
  const bool receives = phase_ == phase::open && allowance_bytes_ != 0;
  if (input_armed_ || input_ == input::ended || !(receives || discards))
    return;
  input_armed_ = true;
  socket_.async_wait(stream_socket::wait_read,
                     [self = shared_from_this()](const boost::system::error_code&) {
                       self->input_armed_ = false;
                       self->on_readable();
                     });
}

void asio_connection::on_readable() {
  if (phase_ == phase::open)
    receive();
  else if (phase_ == phase::closing || phase_ == phase::lingering)
    discard();
}

void asio_connection::receive() {
  const auto most = std::min<std::size_t>(allowance_bytes_, core_->input.size());
  boost::system::error_code ec;
  const auto count = socket_.read_some(asio::buffer(core_->input.data(), most), ec);
  if (would_block(ec))
    return arm_input();
  if (ec == asio::error::eof) {
    input_ = input::ended;
    core_->deliver(owner_, input_ended{id_});
    if (output_ == output::ended)
      finish(error::none);
    return;
  }
  if (ec)
    return on_failure(stream_error(ec.value()));
  allowance_bytes_ -= static_cast<std::uint32_t>(count);
  core_->deliver(owner_, received{id_, buffer{byte_view{core_->input.data(), count}}});
  arm_input();
}

void asio_connection::discard() {
  boost::system::error_code ec;
  socket_.read_some(asio::buffer(core_->input), ec);
  if (!ec || would_block(ec))
    return arm_input();
  if (ec == asio::error::eof)
    input_ = input::ended;
  if (phase_ == phase::lingering)
    return release();
  if (ec != asio::error::eof)
    on_failure(error::none);
}

// Output.

void asio_connection::write(buffer data) {
  if (phase_ > phase::open || output_ != output::open)
    return;
  if (data.size() > network::max_unsent_bytes - unsent_bytes_) {
    cut_off();
    return finish_later(error::send_queue_full);
  }
  unsent_bytes_ += static_cast<std::uint32_t>(data.size());
  drained_owed_ = true;
  if (!data.empty())
    queue_.push_back(std::move(data));
  schedule_flush();
}

void asio_connection::end_output() {
  if (phase_ > phase::open || output_ != output::open)
    return;
  output_ = output::ending;
  schedule_flush();
}

void asio_connection::schedule_flush() {
  if (flush_scheduled_ || (phase_ != phase::open && phase_ != phase::closing))
    return;
  flush_scheduled_ = true;
  asio::post(core_->io, [self = shared_from_this()] {
    self->flush_scheduled_ = false;
    self->flush();
  });
}

void asio_connection::flush() {
  if (phase_ != phase::open && phase_ != phase::closing)
    return;
  if (auto failed = send_queued(); failed != error::none)
    return on_failure(failed);
  if (drained_owed_ && unsent_bytes_ < network::low_water_bytes && phase_ == phase::open) {
    drained_owed_ = false;
    core_->deliver(owner_, drained{id_});
  }
  if (unsent_bytes_ == 0)
    return output_is_over();
  if (output_armed_)
    return;
  output_armed_ = true;
  socket_.async_wait(stream_socket::wait_write,
                     [self = shared_from_this()](const boost::system::error_code&) {
                       self->output_armed_ = false;
                       self->flush();
                     });
}

error asio_connection::send_queued() {
  std::array<asio::const_buffer, buffers_a_write_max> pieces;
  while (unsent_bytes_ != 0) {
    const auto count = std::min(queue_.size() - sent_buffers_, pieces.size());
    for (std::size_t i = 0; i != count; ++i)
      pieces[i] = {queue_[sent_buffers_ + i].data(), queue_[sent_buffers_ + i].size()};
    boost::system::error_code ec;
    // One alone leaves by send(2), which costs less than sendmsg(2).
    const auto sent =
        count == 1
            ? socket_.write_some(asio::buffer(pieces.front()), ec)
            : socket_.write_some(std::span<const asio::const_buffer>(pieces.data(), count), ec);
    if (would_block(ec))
      return error::none;
    if (ec)
      return stream_error(ec.value());
    forget_sent(sent);
  }
  return error::none;
}

void asio_connection::forget_sent(std::size_t count) {
  unsent_bytes_ -= static_cast<std::uint32_t>(count);
  while (count != 0) {
    auto& front = queue_[sent_buffers_];
    const auto part = std::min(count, front.size());
    count -= part;
    front = front.slice(part);
    if (front.empty())
      ++sent_buffers_;
  }
  if (unsent_bytes_ == 0) {
    queue_ = {};
    sent_buffers_ = 0;
  } else if (sent_buffers_ > buffers_a_write_max && sent_buffers_ > queue_.size() / 2) {
    queue_.erase(queue_.begin(), queue_.begin() + sent_buffers_);
    sent_buffers_ = 0;
  }
}

void asio_connection::output_is_over() {
  if (output_ == output::ending) {
    boost::system::error_code ignored; // A peer that is gone is noticed by reading.
    socket_.shutdown(stream_socket::shutdown_send, ignored);
    output_ = output::ended;
  }
  if (phase_ == phase::closing)
    linger();
  else if (output_ == output::ended && input_ == input::ended)
    finish(error::none);
}

// Endings.

void asio_connection::close(net::closing closing) {
  if (phase_ >= phase::lingering || (phase_ == phase::closing && closing == closing::graceful))
    return;
  if (closing == closing::abort) {
    cut_off();
    return finish_later(error::aborted);
  }
  if (phase_ == phase::dialling)
    return finish_later(error::none);
  phase_ = phase::closing;
  allowance_bytes_ = 0;
  if (output_ == output::open)
    output_ = output::ending;
  start_timer(core_->settings.graceful_close);
  arm_input();
  schedule_flush();
}

void asio_connection::start_timer(std::chrono::milliseconds delay) {
  timer_ = std::make_unique<io_timer>(core_->io.get_executor(), delay);
  timer_->async_wait([self = shared_from_this(),
                      started = ++timers_started_](const boost::system::error_code& ec) {
    if (!ec && self->timer_ && started == self->timers_started_)
      self->on_timer();
  });
}

void asio_connection::on_timer() {
  switch (phase_) {
  case phase::dialling:
    return finish(too_late_);
  case phase::closing:
    cut_off();
    return finish(error::none);
  case phase::lingering:
    return release();
  case phase::unowned:
  case phase::open:
  case phase::over:
    break;
  }
}

/// While closing, whatever happens to the peer, the connection ends as it was asked to.
void asio_connection::on_failure(error reason) {
  finish(phase_ == phase::closing ? error::none : reason);
}

/// The socket will answer its peer with a reset.
void asio_connection::cut_off() {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
}

completion asio_connection::ending(error reason) const {
  const bool never_was =
      phase_ == phase::dialling && reason != error::none && reason != error::aborted;
  return never_was ? completion{connect_failed{id_, reason}} : completion{closed{id_, reason}};
}

void asio_connection::finish(error reason) {
  const auto self = shared_from_this();
  auto last = ending(reason);
  release();
  core_->deliver(owner_, std::move(last));
}

void asio_connection::finish_later(error reason) {
  const auto self = shared_from_this();
  auto last = ending(reason);
  release();
  core_->deliver_later(owner_, std::move(last));
}

/// Closing a socket with unread input resets it, and a reset may destroy what the peer has not read
/// yet. So the input is read for a while longer, behind everybody's back.
void asio_connection::linger() {
  const auto self = shared_from_this();
  if (input_ == input::ended || core_->settings.lingering_sockets_max == 0)
    return finish(error::none);
  phase_ = phase::lingering;
  core_->connections.erase(id_.value);
  if (core_->lingering_count == core_->settings.lingering_sockets_max)
    core_->lingering.front().abandon();
  unlink();
  core_->lingering.push_back(*this);
  ++core_->lingering_count;
  core_->deliver(owner_, closed{id_, error::none});
}

void asio_connection::release() {
  if (phase_ == phase::lingering)
    --core_->lingering_count;
  else
    core_->connections.erase(id_.value);
  phase_ = phase::over;
  if (is_linked())
    unlink();
  boost::system::error_code ignored;
  socket_.close(ignored);
  timer_.reset();
  proxy_.reset();
  queue_ = {};
}

void asio_connection::abandon() {
  const auto self = shared_from_this();
  release();
}

} // namespace seedwalk::net
