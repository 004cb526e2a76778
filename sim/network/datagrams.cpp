#include "sim/network/datagrams.hpp"

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

bool datagram_exchange::open(const net::endpoint& local, datagram_user& user, std::uint64_t tag) {
  const auto [at, is_new] = sockets_.try_emplace(local);
  if (is_new) {
    at->second.user = &user;
    at->second.tag = tag;
  }
  return is_new;
}

void datagram_exchange::close(const net::endpoint& local) {
  sockets_.erase(local);
}

void datagram_exchange::want(const net::endpoint& local, std::uint32_t count) {
  const auto at = sockets_.find(local);
  if (at == sockets_.end())
    return;
  auto& me = at->second;
  me.credit += count;
  if (me.kept.empty() || me.delivery_planned)
    return;
  me.delivery_planned = true;
  const auto id = ++last_journey_;
  under_way_.emplace(id, journey{local, {}});
  auto alone =
      schedule::lane::named(name_from("datagrams wanted", hash_of(local), me.deliveries++));
  events_.put(events_.now().steady, alone, *this, id);
}

void datagram_exchange::send(const net::endpoint& from, const net::endpoint& to, net::buffer data) {
  const auto sender = sockets_.find(from);
  if (sender == sockets_.end() || data.size() > net::network::max_datagram_bytes)
    return;
  const auto now = events_.now().steady;
  const auto pair = name_from("datagrams", hash_of(from), hash_of(to));
  const auto key = name_from("datagram", pair, sent_[pair]++);
  if (!faults_.empty() && faults_.on_packet({from, to, key}, now))
    return;
  const auto id = ++last_journey_;
  under_way_.emplace(id, journey{to, {from, std::move(data)}});
  auto alone = schedule::lane::named(key);
  events_.label(key, [&] {
    return fmt::format("datagram {} > {}", net::to_string(from), net::to_string(to));
  });
  events_.put(now + options_.delay.at(events_.draw()("datagram delay", key)), alone, *this, id);
}

void datagram_exchange::on_due(std::uint64_t what) {
  auto arrived = under_way_.extract(what);
  const auto at = sockets_.find(arrived.mapped().to);
  if (at == sockets_.end())
    return;
  auto& me = at->second;
  if (arrived.mapped().what.from == net::endpoint{})
    me.delivery_planned = false;
  else if (me.kept.size() < options_.kept_max)
    me.kept.push(std::move(arrived.mapped().what));
  if (!me.delivery_planned)
    deliver(me);
}

void datagram_exchange::deliver(socket& at) {
  while (at.credit != 0 && !at.kept.empty()) {
    --at.credit;
    auto first = at.kept.pop();
    at.user->on_datagram(at.tag, first.from, std::move(first.data));
  }
}

} // namespace seedwalk::sim
