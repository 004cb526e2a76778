#include "sim/network/datagrams.hpp"

#include "net/base/random.hpp"
#include "net/door/network.hpp"

namespace seedwalk::sim {

namespace {

std::uint64_t key_of(std::uint64_t seed, const net::endpoint& from, const net::endpoint& to,
                     std::uint64_t nth) {
  const std::uint64_t key[3] = {
      net::keyed_hash(static_cast<std::uint64_t>(from.network) << 16 | from.port, "from",
                      from.address),
      net::keyed_hash(static_cast<std::uint64_t>(to.network) << 16 | to.port, "to", to.address),
      nth};
  return net::keyed_hash(seed, "datagram",
                         {reinterpret_cast<const std::uint8_t*>(key), sizeof key});
}

} // namespace

datagram_exchange::datagram_exchange(std::uint64_t seed, const datagram_options& o, agenda& events,
                                     const net::timers& clock)
    : seed_(seed), options_(o), agenda_(events), clock_(clock) {}

void datagram_exchange::set_faults(std::vector<fault_rule> rules) {
  faults_ = fault_rules{seed_, std::move(rules)};
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
  agenda::lane alone{key_of(seed_, local, local, id)};
  agenda_.put(clock_.now().steady, alone, *this, id);
}

void datagram_exchange::send(const net::endpoint& from, const net::endpoint& to, net::buffer data) {
  const auto sender = sockets_.find(from);
  if (sender == sockets_.end() || data.size() > net::network::max_datagram_bytes)
    return;
  const auto now = clock_.now().steady;
  const auto key = key_of(seed_, from, to, ++sender->second.sent);
  if (!faults_.empty() && faults_.on_packet({from, to, key}, now))
    return;
  const auto id = ++last_journey_;
  under_way_.emplace(id, journey{to, {from, std::move(data)}});
  agenda::lane alone{key};
  agenda_.put(now + options_.delay.at(net::keyed_hash(key, "delay")), alone, *this, id);
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
