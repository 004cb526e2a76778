#include "net/asio/asio_network.hpp"

#include <utility>

#include "net/asio/asio_connection.hpp"
#include "net/asio/asio_core.hpp"
#include "net/asio/asio_datagrams.hpp"
#include "net/asio/asio_listener.hpp"
#include "net/asio/asio_resolver.hpp"
#include "net/asio/machine_routes.hpp"

namespace seedwalk::net {

namespace {

/// The part with that id, kept alive while it is being called; null if it is unknown or finished.
template <class Table, class Id>
typename Table::mapped_type find(const Table& table, Id id) {
  const auto found = table.find(id.value);
  return found == table.end() ? nullptr : found->second;
}

} // namespace

asio_network::asio_network(boost::asio::io_context& io, completion_sink& sink,
                           asio_options settings)
    : core_(std::make_shared<asio_core>(io, sink, std::move(settings))) {
  core_->resolver = std::make_shared<asio_resolver>(core_);
}

asio_network::~asio_network() {
  core_->sink = nullptr;
  core_->resolver->stop();
  core_->resolver.reset();
  while (!core_->lingering.empty())
    core_->lingering.front().abandon();
  while (!core_->live.empty())
    core_->live.front().abandon();
  while (!core_->listeners.empty())
    core_->listeners.begin()->second->stop();
  while (!core_->datagrams.empty())
    core_->datagrams.begin()->second->close();
}

/// Makes a call where it belongs: here, or on the thread that runs the io_context.
template <class Call>
void asio_network::run(Call&& call) {
  if (core_->settings.calls_from_any_thread)
    asio::post(core_->io, [core = core_, call = std::forward<Call>(call)]() mutable {
      if (core->sink)
        call(core);
    });
  else
    call(core_);
}

connection_id asio_network::connect(const address& peer, std::chrono::milliseconds timeout,
                                    net::owner owner) {
  const connection_id id{core_->ids.next_asked()};
  run([=](const auto& core) {
    std::make_shared<asio_connection>(core, id, owner)->dial(peer, timeout);
  });
  return id;
}

listener_id asio_network::listen(const address& local, net::owner owner) {
  const listener_id id{core_->ids.next_asked()};
  run([=](const auto& core) { std::make_shared<asio_listener>(core, id, owner)->open(local); });
  return id;
}

void asio_network::accept(listener_id local, std::uint32_t connections) {
  run([=](const auto& core) {
    if (auto listener = find(core->listeners, local))
      listener->accept(connections);
  });
}

void asio_network::stop_listening(listener_id local) {
  run([=](const auto& core) {
    if (auto listener = find(core->listeners, local))
      listener->stop();
  });
}

void asio_network::own(connection_id id, net::owner owner) {
  run([=](const auto& core) {
    if (auto connection = find(core->connections, id))
      connection->own(owner);
  });
}

void asio_network::want(connection_id id, std::uint32_t count) {
  run([=](const auto& core) {
    if (auto connection = find(core->connections, id))
      connection->want(count);
  });
}

void asio_network::write(connection_id id, buffer data) {
  run([id, data = std::move(data)](const auto& core) mutable {
    if (auto connection = find(core->connections, id))
      connection->write(std::move(data));
  });
}

void asio_network::end_output(connection_id id) {
  run([=](const auto& core) {
    if (auto connection = find(core->connections, id))
      connection->end_output();
  });
}

void asio_network::close(connection_id id, net::closing closing) {
  run([=](const auto& core) {
    if (auto connection = find(core->connections, id))
      connection->close(closing);
  });
}

resolve_id asio_network::resolve(const std::string& host, std::uint16_t port,
                                 std::chrono::milliseconds timeout, net::owner owner) {
  const resolve_id id{core_->ids.next_asked()};
  run([=](const auto& core) { core->resolver->resolve(id, host, port, timeout, owner); });
  return id;
}

void asio_network::find_routes(net::owner owner) {
  run([=](const auto& core) { core->deliver_later(owner, routes_of_this_machine()); });
}

datagram_socket_id asio_network::open_datagrams(const endpoint& local, net::owner owner) {
  const datagram_socket_id id{core_->ids.next_asked()};
  run([=](const auto& core) { std::make_shared<asio_datagrams>(core, id, owner)->open(local); });
  return id;
}

void asio_network::want_datagrams(datagram_socket_id id, std::uint32_t datagrams) {
  run([=](const auto& core) {
    if (auto socket = find(core->datagrams, id))
      socket->want(datagrams);
  });
}

void asio_network::send_datagram(datagram_socket_id id, const endpoint& to, const endpoint& from,
                                 buffer data) {
  run([id, to, from, data = std::move(data)](const auto& core) {
    if (auto socket = find(core->datagrams, id))
      socket->send(to, from, data);
  });
}

void asio_network::close_datagrams(datagram_socket_id id) {
  run([=](const auto& core) {
    if (auto socket = find(core->datagrams, id))
      socket->close();
  });
}

} // namespace seedwalk::net
