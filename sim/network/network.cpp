#include "sim/network/network.hpp"

#include <algorithm>
#include <array>

#include "net/asio/socket_address.hpp"
#include "net/base/random.hpp"

namespace seedwalk::sim {

namespace {

constexpr std::uint16_t first_ephemeral_port = 32768;
constexpr std::uint16_t last_ephemeral_port = 60999;
/// What net::asio_options gives a proxy for its first answer.
constexpr std::chrono::seconds proxy_reply{20};
/// Connections that wait for accept credit at one listener; beyond it dials are not answered.
constexpr std::size_t backlog_max = 4096;

bool is_wildcard(const net::endpoint& at) {
  return at.address == decltype(at.address){};
}

/// CJDNS and Yggdrasil are IPv6 to the dialler.
bool is_ipv6(net::network_id network) {
  return network == net::network_id::ipv6 || network == net::network_id::cjdns ||
         network == net::network_id::yggdrasil;
}

bool same_family(net::network_id a, net::network_id b) {
  return a == b || (is_ipv6(a) && is_ipv6(b));
}

std::string text_of(const net::address& at) {
  if (const auto path = std::get_if<net::unix_path>(&at))
    return path->path;
  if (const auto ip = std::get_if<net::endpoint>(&at))
    return net::to_string(*ip);
  return net::to_string(std::get<net::through_proxy>(at).peer);
}

std::uint64_t hash_of(const net::address& at) {
  return net::keyed_hash(at.index(), "address", net::as_bytes(text_of(at)));
}

net::endpoint loopback_of(net::network_id network) {
  auto result = net::ipv4_endpoint(0x7f000001, 0);
  if (network == net::network_id::ipv4)
    return result;
  result = {};
  result.network = net::network_id::ipv6;
  result.address[15] = 1;
  return result;
}

} // namespace

struct network::listener final : stream_acceptor {
  struct waiting {
    stream_ref at;
    sim::route route;
  };

  listener(network& d, net::listener_id i, net::owner w) : door(d), id(i), owner(w) {}

  bool has_room() const override { return queue.size() < backlog_max; }

  void on_established(stream_ref at, const route& route) override {
    queue.push({at, route});
    door.accept_waiting(*this);
  }

  network& door;
  const net::listener_id id;
  const net::owner owner;
  net::address local;
  net::error failed = net::error::none;
  bool is_announced = false;
  std::uint64_t credit = 0;
  net::fifo<waiting> queue;
  std::vector<net::endpoint> bound; ///< What the internet knows it by.
  bool on_all_loopback = false;
  schedule::lane events; ///< Its own, in order.
};

network::network(sim::internet& internet, net::completion_sink& sink, host self)
    : internet_(internet), sink_(sink), host_(std::move(self)) {
  for (auto& address : host_.addresses) {
    address.port = 0;
    internet_.add_host(address);
    key_ = net::keyed_hash(key_, "host", address.address);
  }
  if (host_.incarnation > 1)
    key_ = name_from("incarnation", key_, host_.incarnation);
}

void network::add_address(net::endpoint address) {
  address.port = 0;
  internet_.add_host(address);
  host_.addresses.push_back(address);
}

network::~network() {
  vanish();
}

void network::vanish() {
  is_dead_ = true;
  std::vector<std::uint64_t> ids;
  for (const auto& [id, at] : connections_)
    ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  for (const auto id : ids)
    internet_.streams().detach(connections_.at(id));
  connections_.clear();
  while (!listeners_.empty())
    stop_listening({listeners_.begin()->first});
  while (!sockets_.empty())
    close_datagrams({sockets_.begin()->first});
  questions_.clear();
}

// What comes of calls, later.

void network::deliver(net::owner to, net::completion&& completion) {
  if (to != net::nobody && !is_dead_)
    sink_.deliver(to, std::move(completion));
}

std::uint64_t network::name_of_call(purpose kind, std::uint64_t about) {
  const auto calls = name_from(kind, key_, about);
  return name_from("call", calls, calls_[calls]++);
}

void network::plan(event kind, std::uint64_t id, schedule::lane& in) {
  internet_.events().put(internet_.now().steady, in, *this,
                         id << 2 | static_cast<std::uint64_t>(kind));
}

void network::plan_alone(event kind, std::uint64_t id, std::uint64_t name, net::steady_time due) {
  auto alone = schedule::lane::named(name);
  internet_.events().put(due, alone, *this, id << 2 | static_cast<std::uint64_t>(kind));
}

void network::on_due(std::uint64_t payload) {
  const auto id = payload >> 2;
  switch (static_cast<event>(payload & 3)) {
  case event::listening:
    if (const auto at = listeners_.find(id); at != listeners_.end())
      announce(*at->second);
    break;
  case event::accept:
    if (const auto at = listeners_.find(id); at != listeners_.end())
      accept_waiting(*at->second);
    break;
  case event::answered:
    if (auto at = questions_.extract(id))
      deliver(at.mapped().owner, std::move(at.mapped().answer));
    break;
  case event::datagrams_opened:
    if (const auto at = sockets_.find(id); at != sockets_.end()) {
      const auto socket = at->second;
      if (socket.failed != net::error::none)
        sockets_.erase(at);
      deliver(socket.owner, net::datagrams_opened{{id}, socket.failed, socket.local});
    }
    break;
  }
}

// Connections.

bool network::is_own(const net::endpoint& address) const {
  if (net::is_loopback(address) || is_wildcard(address))
    return true;
  return std::any_of(host_.addresses.begin(), host_.addresses.end(), [&](const auto& own) {
    return own.network == address.network && own.address == address.address;
  });
}

/// From which of this host's addresses `peer` is reached; null if from none.
const net::endpoint* network::own_address_for(const net::endpoint& peer) const {
  const auto own =
      std::find_if(host_.addresses.begin(), host_.addresses.end(),
                   [&](const auto& address) { return same_family(address.network, peer.network); });
  return own == host_.addresses.end() ? nullptr : &*own;
}

/// The address, or all of this host's if it is none in particular.
std::vector<net::endpoint> network::addresses_of(const net::endpoint& local) const {
  if (!is_wildcard(local))
    return {local};
  std::vector<net::endpoint> result = {loopback_of(local.network)};
  for (const auto& own : host_.addresses)
    if (same_family(own.network, local.network))
      result.push_back(own);
  for (auto& one : result)
    one.port = local.port;
  return result;
}

net::error network::local_for(const net::endpoint& peer, net::endpoint& local) {
  if (net::is_loopback(peer))
    local = loopback_of(peer.network);
  else if (const auto* own = own_address_for(peer))
    local = *own;
  else
    return peer.network == net::network_id::ipv4 || is_ipv6(peer.network)
               ? net::error::network_unreachable
               : net::error::address_not_supported;
  const auto ports = last_ephemeral_port - first_ephemeral_port + 1;
  local.port = static_cast<std::uint16_t>(first_ephemeral_port + last_port_);
  last_port_ = static_cast<std::uint16_t>((last_port_ + 1) % ports);
  return net::error::none;
}

net::connection_id network::connect(const net::address& peer, std::chrono::milliseconds timeout,
                                    net::owner owner) {
  const net::connection_id id{ids_.next_asked()};
  if (is_dead_)
    return id;
  sim::route route;
  route.dialler = key_;
  auto failed = net::error::none;
  std::chrono::nanoseconds delay{0};
  if (const auto* proxied = std::get_if<net::through_proxy>(&peer)) {
    // The proxy is next door and its host reaches everybody: what differs is whom the dial fails
    // by.
    const auto state = internet_.proxy_at(proxied->proxy);
    route.to = proxied->peer;
    failed = local_for(proxied->proxy, route.from);
    if (state != proxy_state::working)
      failed = net::error::proxy_failed;
    if (state == proxy_state::silent)
      delay = proxy_reply;
  } else if (const auto path = std::get_if<net::unix_path>(&peer)) {
    route.path = path->path;
    if (!net::is_unix_socket_path(route.path))
      failed = net::error::address_not_supported;
  } else {
    route.to = std::get<net::endpoint>(peer);
    failed = local_for(route.to, route.from);
  }
  const stream_tag tag{id, owner};
  connections_[id.value] = failed == net::error::none
                               ? internet_.streams().dial(route, timeout, *this, tag)
                               : internet_.streams().fail_dial(route, failed, *this, tag, delay);
  return id;
}

stream_ref network::stream_of(net::connection_id id) const {
  const auto at = connections_.find(id.value);
  return at == connections_.end() ? stream_ref{} : at->second;
}

void network::own(net::connection_id id, net::owner owner) {
  internet_.streams().own(stream_of(id), *this, {id, owner});
}

void network::want(net::connection_id id, std::uint32_t bytes) {
  internet_.streams().want(stream_of(id), bytes);
}

void network::write(net::connection_id id, net::buffer data) {
  internet_.streams().write(stream_of(id), std::move(data));
}

void network::end_output(net::connection_id id) {
  internet_.streams().end_output(stream_of(id));
}

void network::close(net::connection_id id, net::closing closing) {
  internet_.streams().close(stream_of(id), closing);
}

void network::on_connected(stream_ref, const stream_tag& tag, const net::endpoint& local) {
  deliver(tag.owner, net::connected{tag.id, local});
}

void network::on_connect_failed(stream_ref, const stream_tag& tag, net::error reason) {
  connections_.erase(tag.id.value);
  deliver(tag.owner, net::connect_failed{tag.id, reason});
}

void network::on_received(stream_ref, const stream_tag& tag, net::buffer&& data) {
  deliver(tag.owner, net::received{tag.id, std::move(data)});
}

void network::on_drained(stream_ref, const stream_tag& tag) {
  deliver(tag.owner, net::drained{tag.id});
}

void network::on_input_ended(stream_ref, const stream_tag& tag) {
  deliver(tag.owner, net::input_ended{tag.id});
}

void network::on_closed(stream_ref, const stream_tag& tag, net::error reason) {
  connections_.erase(tag.id.value);
  deliver(tag.owner, net::closed{tag.id, reason});
}

void network::on_timer(stream_ref, const stream_tag&, std::uint8_t) {}

// Listeners.

net::listener_id network::listen(const net::address& local, net::owner owner) {
  const net::listener_id id{ids_.next_asked()};
  if (is_dead_)
    return id;
  auto& l = *(listeners_[id.value] = std::make_unique<listener>(*this, id, owner));
  l.failed = bind(l, local);
  l.events.key = name_of_call("listen", hash_of(local));
  internet_.events().label(l.events.key, [&] { return "listener at " + text_of(local); });
  plan(event::listening, id.value, l.events);
  return id;
}

net::error network::bind(listener& l, const net::address& local) {
  l.local = local;
  if (std::holds_alternative<net::through_proxy>(local))
    return net::error::address_not_supported;
  if (const auto ip = std::get_if<net::endpoint>(&local))
    return bind_ip(l, *ip);
  const auto& path = std::get<net::unix_path>(local).path;
  if (!net::is_unix_socket_path(path))
    return net::error::address_not_supported;
  return internet_.answer(path, {dial_answer::kind::accepts, &l, {}});
}

net::error network::bind_ip(listener& l, net::endpoint local) {
  if (local.network != net::network_id::ipv4 && !is_ipv6(local.network))
    return net::error::address_not_supported;
  if (!is_own(local))
    return net::error::address_not_available;
  if (local.port != 0)
    return bind_port(l, local);
  auto failed = net::error::address_in_use;
  for (local.port = last_ephemeral_port;
       failed == net::error::address_in_use && local.port >= first_ephemeral_port; --local.port)
    failed = bind_port(l, local);
  return failed;
}

/// One address, or all of this host's and all loopback ones.
net::error network::bind_port(listener& l, const net::endpoint& local) {
  const dial_answer to_us{dial_answer::kind::accepts, &l, {}};
  l.local = local;
  auto wanted = host_.addresses;
  if (!is_wildcard(local)) {
    wanted = {local};
  } else if (internet_.answer_loopback(local, to_us) == net::error::none) {
    l.on_all_loopback = true;
    std::erase_if(wanted, [&](const auto& own) { return own.network != local.network; });
  } else {
    return net::error::address_in_use;
  }
  for (auto at : wanted) {
    at.port = local.port;
    if (const auto failed = internet_.answer(at, to_us); failed != net::error::none) {
      unbind(l);
      return failed;
    }
    l.bound.push_back(at);
  }
  return net::error::none;
}

void network::unbind(listener& l) {
  if (const auto path = std::get_if<net::unix_path>(&l.local)) {
    if (l.failed == net::error::none)
      internet_.forget(path->path);
    return;
  }
  for (const auto& at : l.bound)
    internet_.forget(at);
  l.bound.clear();
  if (l.on_all_loopback)
    internet_.forget_loopback(std::get<net::endpoint>(l.local));
  l.on_all_loopback = false;
}

void network::announce(listener& l) {
  const auto owner = l.owner;
  if (l.failed != net::error::none) {
    const net::listen_failed failed{l.id, l.failed};
    listeners_.erase(l.id.value);
    return deliver(owner, net::completion{failed});
  }
  l.is_announced = true;
  deliver(owner, net::listening{l.id, l.local});
  accept_waiting(l);
}

void network::accept(net::listener_id local, std::uint32_t connections) {
  const auto at = listeners_.find(local.value);
  if (at == listeners_.end())
    return;
  at->second->credit += connections;
  if (!at->second->queue.empty())
    plan(event::accept, local.value, at->second->events);
}

void network::accept_waiting(listener& l) {
  while (l.is_announced && l.credit != 0 && !l.queue.empty()) {
    --l.credit;
    const auto next = l.queue.pop();
    const net::connection_id id{ids_.next_accepted()};
    connections_[id.value] = next.at;
    internet_.streams().own(next.at, *this, {id, net::nobody});
    deliver(l.owner, net::accepted{l.id, id, next.route.from, next.route.to});
  }
}

void network::stop_listening(net::listener_id local) {
  const auto at = listeners_.find(local.value);
  if (at == listeners_.end())
    return;
  auto& l = *at->second;
  unbind(l);
  while (!l.queue.empty())
    internet_.streams().detach(l.queue.pop().at);
  listeners_.erase(at);
}

// Names and datagrams.

net::resolve_id network::resolve(const std::string& name, std::uint16_t port,
                                 std::chrono::milliseconds timeout, net::owner owner) {
  const net::resolve_id id{ids_.next_asked()};
  if (is_dead_)
    return id;
  auto found = internet_.look_up(name);
  const auto call = name_of_call("resolve", net::keyed_hash(0, "name", net::as_bytes(name)));
  internet_.events().label(call, [&] { return "resolving " + name; });
  auto due = found.delay.at(internet_.events().draw()("resolver", call));
  net::resolved answer{id, found.reason, {}};
  if (found.reason == net::error::timed_out || due > timeout) {
    due = timeout;
    answer.reason = net::error::resolver_failed;
  } else if (found.reason == net::error::none) {
    for (auto& address : found.addresses) {
      address.port = port;
      answer.addresses.push_back(address);
    }
  }
  questions_.emplace(id.value, question{owner, net::completion{std::move(answer)}});
  plan_alone(event::answered, id.value, call, internet_.now().steady + due);
  return id;
}

void network::find_routes(net::owner owner) {
  if (is_dead_)
    return;
  const auto leads_to = [&](net::network_id wanted) {
    return std::any_of(host_.addresses.begin(), host_.addresses.end(),
                       [&](const auto& own) { return own.network == wanted; });
  };
  // Its number is nobody's: the door's other ids stay what they are.
  const auto id = ++last_question_ + (std::uint64_t{1} << 48);
  questions_.emplace(id, question{owner, net::routes_found{leads_to(net::network_id::ipv4),
                                                           leads_to(net::network_id::ipv6),
                                                           leads_to(net::network_id::cjdns),
                                                           leads_to(net::network_id::yggdrasil)}});
  plan_alone(event::answered, id, name_of_call("routes", 0), internet_.now().steady);
}

net::datagram_socket_id network::open_datagrams(const net::endpoint& local, net::owner owner) {
  const net::datagram_socket_id id{ids_.next_asked()};
  if (is_dead_)
    return id;
  auto at = local;
  auto failed = is_own(local) ? net::error::none : net::error::address_not_available;
  if (local.network != net::network_id::ipv4 && !is_ipv6(local.network))
    failed = net::error::address_not_supported;
  auto& exchange = internet_.datagrams();
  std::uint64_t socket = 0;
  if (failed == net::error::none && at.port != 0)
    socket = exchange.open(addresses_of(at), *this, id.value);
  else if (failed == net::error::none)
    for (at.port = last_ephemeral_port; socket == 0 && at.port >= first_ephemeral_port; --at.port)
      if (socket = exchange.open(addresses_of(at), *this, id.value); socket != 0)
        break;
  if (failed == net::error::none && socket == 0)
    failed = net::error::address_in_use;
  sockets_.emplace(id.value,
                   datagram_socket{owner, socket != 0 ? at : net::endpoint{}, failed, socket});
  plan_alone(event::datagrams_opened, id.value, name_of_call("datagrams", hash_of(local)),
             internet_.now().steady);
  return id;
}

void network::want_datagrams(net::datagram_socket_id id, std::uint32_t datagrams) {
  if (const auto at = sockets_.find(id.value);
      at != sockets_.end() && at->second.failed == net::error::none)
    internet_.datagrams().want(at->second.at, datagrams);
}

void network::send_datagram(net::datagram_socket_id id, const net::endpoint& to,
                            const net::endpoint& from, net::buffer data) {
  const auto at = sockets_.find(id.value);
  if (at == sockets_.end() || at->second.failed != net::error::none)
    return;
  auto source = is_wildcard(from) ? at->second.local : from;
  if (is_wildcard(source)) {
    const auto* own = net::is_loopback(to) ? nullptr : own_address_for(to);
    source = own != nullptr ? *own : loopback_of(to.network);
  }
  source.port = at->second.local.port;
  internet_.datagrams().send(at->second.at, source, to, std::move(data));
}

void network::close_datagrams(net::datagram_socket_id id) {
  const auto at = sockets_.find(id.value);
  if (at == sockets_.end())
    return;
  if (at->second.failed == net::error::none)
    internet_.datagrams().close(at->second.at);
  sockets_.erase(at);
}

void network::on_datagram(std::uint64_t tag, const net::endpoint& from, const net::endpoint& to,
                          net::buffer&& data) {
  if (const auto at = sockets_.find(tag); at != sockets_.end())
    deliver(at->second.owner, net::datagram_received{{tag}, from, to, std::move(data)});
}

} // namespace seedwalk::sim
