#include "net/asio/asio_listener.hpp"

#include <cerrno>

#include "net/asio/asio_connection.hpp"
#include "net/asio/asio_errors.hpp"

namespace seedwalk::net {

namespace {

/// A flood of dials does not keep the other sockets waiting for longer than this many accepts.
constexpr int accepts_a_turn_max = 64;

bool is_wildcard(const address& local) {
  const auto ip = std::get_if<endpoint>(&local);
  return ip && ip->address == decltype(ip->address){};
}

} // namespace

asio_listener::asio_listener(std::shared_ptr<asio_core> core, listener_id id, net::owner owner)
    : core_(std::move(core)), id_(id), owner_(owner), watch_(core_->io.get_executor()),
      pause_(core_->io.get_executor()) {}

void asio_listener::open(const address& local) {
  core_->listeners.emplace(id_.value, shared_from_this());
  auto made = listening_socket::open(local, core_->settings.listen_backlog);
  auto failed = made ? error::none : made.error();
  if (made) {
    socket_.emplace(std::move(*made));
    boost::system::error_code ec;
    watch_.assign(socket_->descriptor(), ec);
    if (ec)
      failed = bind_error(ec.value());
    else
      socket_->release_descriptor();
  }
  asio::post(core_->io, [self = shared_from_this(), failed] {
    if (!self->core_->listeners.contains(self->id_.value))
      return;
    if (failed != error::none)
      return self->fail(failed);
    self->core_->deliver(self->owner_, listening{self->id_, self->socket_->local()});
    self->arm();
  });
  armed_ = true; // Until then: `listening` comes before the first `accepted`.
}

void asio_listener::accept(std::uint32_t connections) {
  credit_ += connections;
  if (!armed_)
    arm();
}

void asio_listener::arm() {
  armed_ = credit_ != 0 && socket_;
  if (armed_)
    watch_.async_wait(watched_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& ec) {
                        if (!ec)
                          self->on_readable();
                      });
}

void asio_listener::pause() {
  pause_.expires_after(core_->settings.accept_pause);
  pause_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
    if (!ec)
      self->arm();
  });
}

void asio_listener::on_readable() {
  for (int i = 0; i != accepts_a_turn_max && credit_ != 0; ++i) {
    if (!socket_)
      return;
    const auto failed = accept_one();
    if (failed == EAGAIN || failed == EWOULDBLOCK)
      break;
    if (failed == ECONNABORTED || failed == EINTR)
      continue;
    if (accept_may_recover(failed)) {
      const auto reason = bind_error(failed);
      if (reason == error::no_descriptors || reason == error::no_memory)
        core_->deliver(owner_, accept_paused{id_, reason});
      return pause();
    }
    if (failed != 0)
      return fail(bind_error(failed));
  }
  arm();
}

int asio_listener::accept_one() {
  socket_address peer;
  peer.size = sizeof peer.storage;
  const int descriptor =
      ::accept4(watch_.native_handle(), peer.get(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0)
    return errno;
  auto local = is_wildcard(socket_->local()) ? local_endpoint_of(descriptor) : endpoint{};
  if (auto ip = std::get_if<endpoint>(&socket_->local()); ip && !is_wildcard(*ip))
    local = *ip;
  const connection_id id{core_->ids.next_accepted()};
  auto connection = std::make_shared<asio_connection>(core_, id, nobody);
  if (auto failed = connection->adopt(descriptor, socket_->family()); failed != 0)
    return failed;
  --credit_;
  core_->deliver(owner_, accepted{id_, id, endpoint_of(peer), local});
  return 0;
}

void asio_listener::stop() {
  const auto self = shared_from_this();
  core_->listeners.erase(id_.value);
  boost::system::error_code ignored;
  watch_.close(ignored);
  pause_.cancel();
  socket_.reset();
}

void asio_listener::fail(error reason) {
  stop();
  core_->deliver(owner_, listen_failed{id_, reason});
}

} // namespace seedwalk::net
