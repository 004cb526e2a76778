#include "sim/network/datagrams.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "net/base/random.hpp"
#include "net/door/network.hpp"

namespace seedwalk::sim {

namespace {

std::uint64_t hash_of(const net::endpoint& at) {
  return net::keyed_hash(0, "endpoint", net::endpoint_words{at}.view());
}

} // namespace

datagram_exchange::datagram_exchange(const datagram_options& o, schedule& events)
    : options_(o), events_(events) {}

void datagram_exchange::set_faults(std::vector<fault_rule> rules) {
  faults_ = fault_rules{events_.draw(), std::move(rules)};
}

std::uint64_t datagram_exchange::open(std::vector<net::endpoint> locals, datagram_user& user,
                                      std::uint64_t tag) {
  if (std::any_of(locals.begin(), locals.end(), [&](auto& at) { return bound_.contains(at); }))
    return 0;
  const auto number = ++last_socket_;
  for (const auto& at : locals)
    bound_.emplace(at, number);
  auto& self = sockets_[number];
  self.locals = std::move(locals);
  self.user = &user;
  self.tag = tag;
  return number;
}

void datagram_exchange::close(std::uint64_t number) {
  const auto at = sockets_.find(number);
  if (at == sockets_.end())
    return;
  for (const auto& local : at->second.locals)
    bound_.erase(local);
  sockets_.erase(at);
}

void datagram_exchange::want(std::uint64_t number, std::uint32_t count) {
  const auto at = sockets_.find(number);
  if (at == sockets_.end())
    return;
  auto& self = at->second;
  self.credit += count;
  if (self.kept.empty() || self.delivery_planned)
    return;
  self.delivery_planned = true;
  const auto id = ++last_journey_;
  under_way_.emplace(id, journey{number, {}});
  auto alone = schedule::lane::named(
      name_from("datagrams wanted", hash_of(self.locals.front()), self.deliveries++));
  events_.put(events_.now().steady, alone, *this, id);
}

void datagram_exchange::send(std::uint64_t number, const net::endpoint& from,
                             const net::endpoint& to, net::buffer data) {
  const auto sender = bound_.find(from);
  if (sender == bound_.end() || sender->second != number ||
      data.size() > net::network::max_datagram_bytes)
    return;
  const auto now = events_.now().steady;
  const auto pair = name_from("datagrams", hash_of(from), hash_of(to));
  const auto key = name_from("datagram", pair, sent_[pair]++);
  if (!faults_.empty() && faults_.on_packet({from, to, key}, now))
    return;
  const auto id = ++last_journey_;
  under_way_.emplace(id, journey{0, {from, to, std::move(data)}});
  auto alone = schedule::lane::named(key);
  events_.label(key, [&] {
    return fmt::format("datagram {} > {}", net::to_string(from), net::to_string(to));
  });
  events_.put(now + options_.delay.at(events_.draw()("datagram delay", key)), alone, *this, id);
}

void datagram_exchange::on_due(std::uint64_t payload) {
  auto arrived = under_way_.extract(payload);
  auto& [asked, content] = arrived.mapped();
  const auto receiver = bound_.find(content.to);
  const auto number = asked != 0 ? asked : receiver != bound_.end() ? receiver->second : 0;
  const auto at = sockets_.find(number);
  if (at == sockets_.end())
    return;
  auto& self = at->second;
  if (asked != 0)
    self.delivery_planned = false;
  else if (self.kept.size() < options_.kept_max)
    self.kept.push(std::move(content));
  if (!self.delivery_planned)
    deliver(self);
}

void datagram_exchange::deliver(socket& at) {
  while (at.credit != 0 && !at.kept.empty()) {
    --at.credit;
    auto first = at.kept.pop();
    at.user->on_datagram(at.tag, first.from, first.to, std::move(first.data));
  }
}

} // namespace seedwalk::sim
