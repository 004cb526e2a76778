#include "net/asio/asio_datagrams.hpp"

#include <cerrno>

#include <netinet/in.h>
#include <unistd.h>

#include "net/asio/asio_errors.hpp"

namespace seedwalk::net {

namespace {

/// A flood of datagrams does not keep the other sockets waiting for longer than this many.
constexpr int datagrams_a_turn_max = 64;

/// Ours alone, as a large datagram arrives as one that does not fit, whole or cut.
constexpr std::size_t receive_bytes = network::max_datagram_bytes + 1;

} // namespace

asio_datagrams::asio_datagrams(std::shared_ptr<asio_core> core, datagram_socket_id id, owner who)
    : core_(std::move(core)), id_(id), owner_(who), socket_(core_->io.get_executor()) {}

void asio_datagrams::open(const endpoint& local) {
  core_->datagrams.emplace(id_.value, shared_from_this());
  const auto failed = bind(local);
  armed_ = true; // Until it has been said that the socket is open.
  asio::post(core_->io, [self = shared_from_this(), failed] {
    if (!self->core_->datagrams.contains(self->id_.value))
      return;
    endpoint bound;
    if (failed != error::none)
      self->close();
    else
      bound = local_endpoint_of(self->socket_.native_handle());
    self->core_->deliver(self->owner_, datagrams_opened{self->id_, failed, bound});
    self->arm();
  });
}

error asio_datagrams::bind(const endpoint& local) {
  const auto at = socket_address_of(local);
  if (!at)
    return at.error();
  const int descriptor = ::socket(at->family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0)
    return bind_error(errno);
  const int on = 1;
  if (at->family() == AF_INET6)
    ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  boost::system::error_code ec;
  if (::bind(descriptor, at->get(), at->size) != 0)
    ec.assign(errno, boost::system::system_category());
  else
    socket_.assign(descriptor, ec);
  if (ec)
    ::close(descriptor);
  return bind_error(ec.value());
}

void asio_datagrams::want(std::uint32_t datagrams) {
  credit_ += datagrams;
  if (!armed_)
    arm();
}

void asio_datagrams::arm() {
  armed_ = credit_ != 0 && socket_.is_open();
  if (armed_)
    socket_.async_wait(watched_descriptor::wait_read,
                       [self = shared_from_this()](const boost::system::error_code& ec) {
                         if (!ec)
                           self->on_readable();
                       });
}

void asio_datagrams::on_readable() {
  for (int i = 0; i != datagrams_a_turn_max && credit_ != 0 && socket_.is_open(); ++i) {
    buffer::writable block(receive_bytes);
    socket_address from;
    from.size = sizeof from.storage;
    const auto count =
        ::recvfrom(socket_.native_handle(), block.data(), receive_bytes, 0, from.get(), &from.size);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      break;
    // An ICMP error that some datagram of ours has met is not the socket's end.
    if (count < 0 || static_cast<std::size_t>(count) > network::max_datagram_bytes)
      continue;
    --credit_;
    core_->deliver(owner_,
                   datagram_received{id_, endpoint_of(from),
                                     std::move(block).take(static_cast<std::size_t>(count))});
  }
  arm();
}

void asio_datagrams::send(const endpoint& to, const buffer& data) {
  const auto at = socket_address_of(to);
  if (at && socket_.is_open() && data.size() <= network::max_datagram_bytes)
    ::sendto(socket_.native_handle(), data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
             at->get(), at->size);
}

void asio_datagrams::close() {
  const auto self = shared_from_this();
  core_->datagrams.erase(id_.value);
  boost::system::error_code ignored;
  socket_.close(ignored);
}

} // namespace seedwalk::net
