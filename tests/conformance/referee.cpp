#include "tests/conformance/referee.hpp"

#include <algorithm>
#include <type_traits>

namespace seedwalk::conformance {

void referee::watch(net::network& door, bool completions_are_immediate) {
  door_ = &door;
  immediate_ = completions_are_immediate;
}

void referee::require(bool holds, const std::string& otherwise) {
  if (!holds)
    violations_.push_back(otherwise);
}

template <class Call>
auto referee::call(Call&& made) {
  in_call_ = true;
  if constexpr (std::is_void_v<decltype(made())>) {
    made();
    in_call_ = false;
  } else {
    auto id = made();
    in_call_ = false;
    return id;
  }
}

/// What a call asked for has the next even number.
template <class Id>
Id referee::asked(Id id) {
  const auto due = ids_.next_asked();
  require(id.value == due,
          "a call gave the id " + std::to_string(id.value) + " and not " + std::to_string(due));
  return id;
}

referee::connection_record* referee::known(net::connection_id id, const char* text) {
  const auto found = connections_.find(id);
  const bool is_known = found != connections_.end();
  const auto name = std::string(text) + " of connection " + std::to_string(id.value);
  require(is_known, name + ", which nobody gave out");
  if (!is_known)
    return nullptr;
  require(found->second.at != stage::unowned, name + ", which nobody owns");
  require(found->second.at != stage::over, name + ", which is over");
  return &found->second;
}

std::size_t referee::received_bytes(net::connection_id id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? 0 : found->second.received_bytes;
}

std::vector<std::string> referee::debts() const {
  std::vector<std::string> owed;
  for (const auto& [id, connection] : connections_)
    if (connection.at == stage::dialling ||
        (connection.to_close != asked::nothing && connection.at != stage::over &&
         connection.at != stage::unowned))
      owed.push_back("an ending of connection " + std::to_string(id.value));
  for (const auto& [id, listener] : listeners_)
    if (!listener.open_known && !listener.stopped && !listener.over)
      owed.push_back("an answer to listener " + std::to_string(id.value));
  for (const auto& [id, socket] : datagrams_)
    if (!socket.open_known && !socket.stopped && !socket.over)
      owed.push_back("an answer to UDP socket " + std::to_string(id.value));
  if (routes_owed_ != 0)
    owed.emplace_back("an answer to find_routes");
  for (const auto& [id, answered] : questions_)
    if (!answered)
      owed.push_back("an answer to question " + std::to_string(id.value));
  return owed;
}

// Completions.

void referee::deliver(net::owner to, net::completion&& completion) {
  require(!in_call_, "a completion was delivered from inside a call");
  require(to != net::nobody, "a completion was delivered to nobody");
  std::visit([this](const auto& x) { check(x); }, completion);
  log_.push_back({to, std::move(completion)});
}

void referee::check(const net::connected& x) {
  if (auto connection = known(x.connection, "connected")) {
    require(connection->at == stage::dialling, "connected twice");
    require(!immediate_ || connection->to_close == asked::nothing, "connected after close()");
    connection->at = stage::open;
  }
}

void referee::check(const net::connect_failed& x) {
  if (auto connection = known(x.connection, "connect_failed")) {
    require(connection->at == stage::dialling, "connect_failed after connected");
    require(!immediate_ || connection->to_close == asked::nothing, "connect_failed after close()");
    require(x.reason != net::error::none && x.reason != net::error::aborted,
            "connect_failed without a reason");
    connection->at = stage::over;
  }
}

void referee::check(const net::received& x) {
  if (auto connection = known(x.connection, "received")) {
    require(connection->at == stage::open, "received outside an open connection");
    require(!immediate_ || connection->to_close == asked::nothing, "received after close()");
    require(!x.data.empty(), "received nothing");
    require(x.data.size() <= connection->allowance_bytes, "received more than was wanted");
    connection->allowance_bytes -=
        std::min<std::uint64_t>(connection->allowance_bytes, x.data.size());
    connection->received_bytes += x.data.size();
  }
}

void referee::check(const net::drained& x) {
  if (auto connection = known(x.connection, "drained")) {
    require(connection->at == stage::open || connection->at == stage::input_ended,
            "drained outside an open connection");
    require(!immediate_ || connection->to_close == asked::nothing, "drained after close()");
    require(connection->undrained_writes != 0, "drained without a write");
    // One that was on its way already may be for an earlier write than the last.
    connection->undrained_writes =
        immediate_ ? 0 : connection->undrained_writes - (connection->undrained_writes != 0);
  }
}

void referee::check(const net::input_ended& x) {
  if (auto connection = known(x.connection, "input_ended")) {
    require(connection->at == stage::open, "input_ended outside an open connection");
    require(!immediate_ || connection->to_close == asked::nothing, "input_ended after close()");
    require(connection->allowance_bytes != 0, "input_ended while nothing was wanted");
    connection->at = stage::input_ended;
  }
}

void referee::check(const net::closed& x) {
  if (auto connection = known(x.connection, "closed")) {
    const bool in_order = connection->at == stage::input_ended && connection->output_ended;
    switch (connection->to_close) {
    case asked::nothing:
      require(connection->at != stage::dialling, "closed, while dialling, without close()");
      require(x.reason != net::error::none || in_order, "closed in order before both sides ended");
      require(x.reason != net::error::aborted, "aborted without close()");
      break;
    case asked::graceful:
      require(!immediate_ || x.reason == net::error::none, "closed with an error after graceful");
      break;
    case asked::abort:
      require(!immediate_ || x.reason == net::error::aborted, "closed otherwise after abort");
      break;
    }
    connection->at = stage::over;
  }
}

void referee::check(const net::listening& x) {
  require(listeners_.contains(x.listener), "listening, of a listener that nobody asked for");
  auto& listener = listeners_[x.listener];
  require(!listener.open_known && !listener.over, "listening twice, or after its end");
  listener.open_known = true;
}

void referee::check(const net::listen_failed& x) {
  require(listeners_.contains(x.listener), "listen_failed, of a listener that nobody asked for");
  auto& listener = listeners_[x.listener];
  require(!listener.over, "listen_failed after its end");
  require(x.reason != net::error::none, "listen_failed without a reason");
  listener.over = true;
}

void referee::check(const net::accept_paused& x) {
  require(listeners_.contains(x.listener), "accept_paused, of a listener that nobody asked for");
  require(!listeners_.at(x.listener).over, "accept_paused after its end");
  require(x.reason != net::error::none, "accept_paused without a reason");
}

void referee::check(const net::accepted& x) {
  require(listeners_.contains(x.listener), "accepted, of a listener that nobody asked for");
  auto& listener = listeners_[x.listener];
  require(listener.open_known, "accepted before listening");
  require(!listener.over, "accepted after its end");
  require(listener.credit != 0, "accepted without credit");
  listener.credit -= std::min<std::uint64_t>(listener.credit, 1);
  const auto due = ids_.next_accepted();
  require(x.connection.value == due, "an accepted connection has the id " +
                                         std::to_string(x.connection.value) + " and not " +
                                         std::to_string(due));
  connections_[x.connection].at = stage::unowned;
}

void referee::check(const net::resolved& x) {
  require(questions_.contains(x.question), "an answer to what nobody asked");
  require(!questions_[x.question], "two answers to one question");
  questions_[x.question] = true;
  require((x.reason == net::error::none) == !x.addresses.empty(),
          "an answer without addresses and reason, or with both");
  require(std::set<net::endpoint>(x.addresses.begin(), x.addresses.end()).size() ==
              x.addresses.size(),
          "an address twice in an answer");
  for (const auto& found : x.addresses)
    require(found.network == net::network_id::ipv4 || found.network == net::network_id::ipv6,
            "an answer that is neither IPv4 nor IPv6");
}

void referee::check(const net::routes_found&) {
  require(routes_owed_ != 0, "routes_found, which nobody asked for");
  routes_owed_ -= std::min<std::size_t>(routes_owed_, 1);
}

void referee::check(const net::datagrams_opened& x) {
  require(datagrams_.contains(x.socket), "datagrams_opened, of a socket that nobody asked for");
  auto& socket = datagrams_[x.socket];
  require(!socket.over, "datagrams_opened after its end");
  require(!socket.open_known || x.reason != net::error::none, "datagrams_opened twice");
  socket.open_known = true;
  socket.over = x.reason != net::error::none;
}

void referee::check(const net::datagram_received& x) {
  require(datagrams_.contains(x.socket), "datagram_received, of a socket that nobody asked for");
  auto& socket = datagrams_[x.socket];
  require(socket.open_known, "a datagram before datagrams_opened");
  require(!socket.over, "a datagram after its end");
  require(socket.credit != 0, "a datagram without credit");
  require(x.data.size() <= net::network::max_datagram_bytes, "a datagram beyond the maximum");
  socket.credit -= std::min<std::uint64_t>(socket.credit, 1);
}

// Calls.

/// What is on its way already is still heard, where that can be.
void referee::stop(socket_record& socket) const {
  socket.stopped = true;
  socket.over = socket.over || immediate_;
}

net::connection_id referee::connect(const net::address& peer, std::chrono::milliseconds timeout,
                                    net::owner owner) {
  const auto id = asked(call([&] { return door_->connect(peer, timeout, owner); }));
  connections_[id];
  return id;
}

net::listener_id referee::listen(const net::address& local, net::owner owner) {
  const auto id = asked(call([&] { return door_->listen(local, owner); }));
  listeners_[id];
  return id;
}

void referee::accept(net::listener_id local, std::uint32_t connections) {
  if (auto found = listeners_.find(local); found != listeners_.end())
    found->second.credit += connections;
  call([&] { door_->accept(local, connections); });
}

void referee::stop_listening(net::listener_id local) {
  if (auto found = listeners_.find(local); found != listeners_.end())
    stop(found->second);
  call([&] { door_->stop_listening(local); });
}

void referee::own(net::connection_id id, net::owner owner) {
  if (auto found = connections_.find(id);
      found != connections_.end() && found->second.at == stage::unowned)
    found->second.at = stage::open;
  call([&] { door_->own(id, owner); });
}

void referee::want(net::connection_id id, std::uint32_t count) {
  if (auto found = connections_.find(id); found != connections_.end()) {
    auto& allowance = found->second.allowance_bytes;
    allowance += count;
    // Where bytes may be on their way already, the door's own count is lower than this one.
    if (immediate_)
      allowance = std::min<std::uint64_t>(allowance, max_allowance_bytes);
  }
  call([&] { door_->want(id, count); });
}

void referee::write(net::connection_id id, net::buffer data) {
  if (auto found = connections_.find(id); found != connections_.end())
    ++found->second.undrained_writes;
  call([&] { door_->write(id, std::move(data)); });
}

void referee::end_output(net::connection_id id) {
  if (auto found = connections_.find(id); found != connections_.end())
    found->second.output_ended = true;
  call([&] { door_->end_output(id); });
}

void referee::close(net::connection_id id, net::closing closing) {
  if (auto found = connections_.find(id); found != connections_.end()) {
    auto& to_close = found->second.to_close;
    to_close = std::max(to_close, closing == net::closing::abort ? asked::abort : asked::graceful);
  }
  call([&] { door_->close(id, closing); });
}

net::resolve_id referee::resolve(const std::string& host, std::uint16_t port,
                                 std::chrono::milliseconds timeout, net::owner owner) {
  const auto id = asked(call([&] { return door_->resolve(host, port, timeout, owner); }));
  questions_[id] = false;
  return id;
}

void referee::find_routes(net::owner owner) {
  ++routes_owed_;
  call([&] { door_->find_routes(owner); });
}

net::datagram_socket_id referee::open_datagrams(const net::endpoint& local, net::owner owner) {
  const auto id = asked(call([&] { return door_->open_datagrams(local, owner); }));
  datagrams_[id];
  return id;
}

void referee::want_datagrams(net::datagram_socket_id id, std::uint32_t datagrams) {
  if (auto found = datagrams_.find(id); found != datagrams_.end())
    found->second.credit += datagrams;
  call([&] { door_->want_datagrams(id, datagrams); });
}

void referee::send_datagram(net::datagram_socket_id id, const net::endpoint& to,
                            const net::endpoint& from, net::buffer data) {
  call([&] { door_->send_datagram(id, to, from, std::move(data)); });
}

void referee::close_datagrams(net::datagram_socket_id id) {
  if (auto found = datagrams_.find(id); found != datagrams_.end())
    stop(found->second);
  call([&] { door_->close_datagrams(id); });
}

} // namespace seedwalk::conformance
