#include "sim/record/watched_network.hpp"

#include <utility>

namespace seedwalk::sim {

net::connection_id watched_network::connect(const net::address& peer,
                                            std::chrono::milliseconds timeout, net::owner owner) {
  const auto id = inner_.connect(peer, timeout, owner);
  process_.note_archived(effect_kind::connect, id, peer, timeout, owner);
  last_asked_ = id.value;
  return id;
}

net::listener_id watched_network::listen(const net::address& local, net::owner owner) {
  const auto id = inner_.listen(local, owner);
  process_.note_archived(effect_kind::listen, id, local, owner);
  last_asked_ = id.value;
  return id;
}

void watched_network::accept(net::listener_id local, std::uint32_t connections) {
  process_.note_effect(effect_kind::accept, local.value, connections);
  inner_.accept(local, connections);
}

void watched_network::stop_listening(net::listener_id local) {
  process_.note_effect(effect_kind::stop_listening, local.value);
  inner_.stop_listening(local);
}

void watched_network::own(net::connection_id id, net::owner owner) {
  process_.note_effect(effect_kind::own, id.value, owner.id);
  inner_.own(id, owner);
}

void watched_network::want(net::connection_id id, std::uint32_t bytes) {
  process_.note_effect(effect_kind::want, id.value, bytes);
  inner_.want(id, bytes);
}

void watched_network::write(net::connection_id id, net::buffer data) {
  process_.note_effect(effect_kind::write, id.value);
  process_.note_effect(data.view());
  inner_.write(id, std::move(data));
}

void watched_network::end_output(net::connection_id id) {
  process_.note_effect(effect_kind::end_output, id.value);
  inner_.end_output(id);
}

void watched_network::close(net::connection_id id, net::closing closing) {
  process_.note_effect(effect_kind::close, id.value, static_cast<std::uint64_t>(closing));
  inner_.close(id, closing);
}

net::resolve_id watched_network::resolve(const std::string& host, std::uint16_t port,
                                         std::chrono::milliseconds timeout, net::owner owner) {
  const auto id = inner_.resolve(host, port, timeout, owner);
  process_.note_archived(effect_kind::resolve, id, host, port, timeout, owner);
  last_asked_ = id.value;
  return id;
}

void watched_network::find_routes(net::owner owner) {
  process_.note_effect(effect_kind::find_routes, owner.id);
  inner_.find_routes(owner);
}

net::datagram_socket_id watched_network::open_datagrams(const net::endpoint& local,
                                                        net::owner owner) {
  const auto id = inner_.open_datagrams(local, owner);
  process_.note_archived(effect_kind::open_datagrams, id, local, owner);
  last_asked_ = id.value;
  return id;
}

void watched_network::want_datagrams(net::datagram_socket_id id, std::uint32_t datagrams) {
  process_.note_effect(effect_kind::want_datagrams, id.value, datagrams);
  inner_.want_datagrams(id, datagrams);
}

void watched_network::send_datagram(net::datagram_socket_id id, const net::endpoint& to,
                                    const net::endpoint& from, net::buffer data) {
  process_.note_archived(effect_kind::send_datagram, id, to, from);
  process_.note_effect(data.view());
  inner_.send_datagram(id, to, from, std::move(data));
}

void watched_network::close_datagrams(net::datagram_socket_id id) {
  process_.note_effect(effect_kind::close_datagrams, id.value);
  inner_.close_datagrams(id);
}

} // namespace seedwalk::sim
