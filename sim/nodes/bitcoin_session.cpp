#include "sim/nodes/bitcoin_session.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "net/base/random.hpp"
#include "net/bitcoin/encode.hpp"
#include "net/bitcoin/wire_writer.hpp"

namespace seedwalk::sim {

namespace {

constexpr std::int32_t legacy_version = 70015;
constexpr std::int32_t obsolete_version = net::min_peer_protocol_version - 1;
/// A dripping node says this much at a time, and everything in at most so many pieces.
constexpr std::size_t drip_bytes = 64;
constexpr int drips_a_pace = 40;
/// How many `pace` an answer by a timer takes: 30 s of the default.
constexpr int paces_of_timer = 10;

template <class T>
bool is(const net::message& m) {
  return std::holds_alternative<T>(m);
}

} // namespace

bitcoin_session::bitcoin_session(bitcoin_nodes& nodes, std::uint32_t node,
                                 const net::endpoint& peer, std::uint64_t visit)
    : nodes_(nodes), node_(node), peer_(peer), visit_(visit),
      decoder_(net::decoder_options{nodes.topology().settings().magic}) {}

const node_description& bitcoin_session::description() const {
  return nodes_.topology().nodes()[node_];
}

net::magic_bytes bitcoin_session::magic() const {
  auto result = nodes_.topology().settings().magic;
  if (description().kind == node_kind::wrong_magic)
    result[0] = static_cast<std::uint8_t>(~result[0]);
  return result;
}

// What is heard.

void bitcoin_session::on_open(node_io& io) {
  if (description().kind != node_kind::version_first)
    return;
  said_version_ = true;
  say(io, net::buffer{net::encode(magic(), own_version(io))});
}

void bitcoin_session::on_bytes(node_io& io, net::byte_view data) {
  while (stage_ != stage::over) {
    auto event = decoder_.next(data);
    if (std::holds_alternative<net::need_more>(event))
      return;
    if (const auto bad = std::get_if<net::refused_message>(&event)) {
      io.violation(net::name_of(bad->error));
      if (bad->consequence != net::wire_consequence::drop_message)
        return finish(io);
    } else if (const auto good = std::get_if<net::decoded_message>(&event)) {
      if (good->trailing_bytes != 0)
        io.violation("trailing bytes");
      on_message(io, good->value);
    }
  }
}

void bitcoin_session::on_end(node_io& io) {
  if (stage_ != stage::over)
    io.close();
  stage_ = stage::over;
}

void bitcoin_session::on_message(node_io& io, const net::message& m) {
  if (const auto v = std::get_if<net::msg::version>(&m))
    return on_version(io, *v);
  if (stage_ == stage::awaiting_version)
    return io.violation(std::string(net::command_of(m)) + " before version");
  if (is<net::msg::verack>(m))
    return on_verack(io);
  const auto kind = net::kind_of(m);
  if (kind == net::message_kind::wtxidrelay || kind == net::message_kind::sendaddrv2 ||
      kind == net::message_kind::feature || kind == net::message_kind::sendtxrcncl)
    return on_negotiation(io, kind);
  if (stage_ == stage::awaiting_verack)
    return io.violation(std::string(net::command_of(m)) + " before verack");
  if (is<net::msg::getaddr>(m))
    return on_getaddr(io);
  if (const auto ping = std::get_if<net::msg::ping>(&m))
    return on_ping(io, *ping);
  if (const auto pong = std::get_if<net::msg::pong>(&m)) {
    if (ping_nonce_ == 0 || pong->nonce != ping_nonce_)
      io.violation("pong that nothing asked for");
    ping_nonce_ = 0;
  }
}

void bitcoin_session::on_version(node_io& io, const net::msg::version& v) {
  if (stage_ != stage::awaiting_version)
    return io.violation("version twice");
  const auto own = own_version(io);
  version_in_common_ = std::min(v.protocol, own.protocol);
  decoder_.set_protocol_version(version_in_common_);
  stage_ = stage::awaiting_verack;
  if (description().kind == node_kind::oversize) {
    net::bytes out;
    net::append_message(out, magic(), net::msg::verack{});
    net::bytes length;
    net::wire_writer{length}.u32(net::max_payload_bytes + 1);
    std::copy(length.begin(), length.end(), out.begin() + net::length_offset);
    return say(io, net::buffer{out});
  }
  net::bytes out;
  if (!said_version_)
    net::append_message(out, magic(), own);
  said_version_ = true;
  if (description().kind == node_kind::closes_after_version) {
    say(io, net::buffer{out});
    return finish(io);
  }
  if (description().kind != node_kind::no_verack) {
    if (version_in_common_ >= net::wtxid_relay_version) {
      net::append_message(out, magic(), net::msg::wtxidrelay{});
      net::append_message(out, magic(), net::msg::sendaddrv2{});
    }
    net::append_message(out, magic(), net::msg::verack{});
  }
  say(io, net::buffer{out});
}

void bitcoin_session::on_verack(node_io& io) {
  if (stage_ == stage::ready)
    return io.violation("verack twice");
  if (description().kind == node_kind::no_verack || description().kind == node_kind::oversize)
    return;
  stage_ = stage::ready;
  ping_nonce_ = net::keyed_hash(visit_, "ping") | 1;
  net::bytes out;
  net::append_message(out, magic(), net::msg::sendcmpct{false, 2});
  net::append_message(out, magic(), net::msg::ping{ping_nonce_});
  say(io, net::buffer{out});
}

void bitcoin_session::on_negotiation(node_io& io, net::message_kind kind) {
  if (stage_ == stage::ready) {
    io.violation(std::string(net::name_of(kind)) + " after verack");
    return finish(io); // As Core does.
  }
  if (kind != net::message_kind::sendtxrcncl && version_in_common_ < net::wtxid_relay_version)
    io.violation(std::string(net::name_of(kind)) + " to a peer too old for it");
  if (kind == net::message_kind::sendaddrv2)
    wants_addrv2_ = true;
}

void bitcoin_session::on_getaddr(node_io& io) {
  if (was_asked_)
    return io.violation("getaddr twice");
  was_asked_ = true;
  if (description().kind == node_kind::closes_after_getaddr)
    return finish(io);
  if (description().kind != node_kind::few_addresses)
    answer_addresses(io);
}

void bitcoin_session::on_ping(node_io& io, const net::msg::ping& ping) {
  if (!ping.nonce)
    return io.violation("ping without nonce");
  net::buffer pong{net::encode(magic(), net::msg::pong{*ping.nonce})};
  const bool out_of_order = description().kind == node_kind::pong_first ||
                            description().kind == node_kind::answers_by_timer;
  if (out_of_order)
    io.send(std::move(pong));
  else
    say(io, std::move(pong));
  if (std::exchange(repeats_answer_, false))
    say(io, nodes_.answer_of(node_, speaks_v2(), io.now().wall));
}

// What is said.

void bitcoin_session::answer_addresses(node_io& io) {
  const auto pace = nodes_.topology().settings().pace;
  switch (description().kind) {
  case node_kind::late_answer:
  case node_kind::pong_first:
    return answer_later(io, pace);
  case node_kind::answers_by_timer:
    announce_itself(io);
    return answer_later(io, paces_of_timer * pace);
  case node_kind::singleton_first:
    announce_itself(io);
    break;
  case node_kind::pong_between:
    repeats_answer_ = true;
    break;
  default:
    break;
  }
  say(io, nodes_.answer_of(node_, speaks_v2(), io.now().wall));
}

void bitcoin_session::answer_later(node_io& io, std::chrono::nanoseconds delay) {
  unsaid_.push_back(nodes_.answer_of(node_, speaks_v2(), io.now().wall));
  io.start_timer(delay, 0);
}

void bitcoin_session::announce_itself(node_io& io) {
  net::msg::addr_list self = {
      {description().at, announced_time(io.now().wall), description().services}};
  say(io,
      net::buffer{speaks_v2() ? net::encode(magic(), net::msg::addrv2{std::move(self), {}})
                              : net::encode(magic(), net::msg::addr{std::move(self), {}, true})});
}

bool bitcoin_session::speaks_v2() const {
  return wants_addrv2_ && description().kind != node_kind::legacy_addr;
}

net::msg::version bitcoin_session::own_version(node_io& io) const {
  net::msg::version v;
  v.protocol = net::protocol_version - 1;
  std::string agent = "/Satoshi:27.1.0/";
  if (description().kind == node_kind::legacy_addr) {
    v.protocol = legacy_version;
    agent = "/Satoshi:0.20.1/";
  } else if (description().kind == node_kind::obsolete) {
    v.protocol = obsolete_version;
    agent = "/Satoshi:0.3.17/";
  }
  v.services = description().services;
  v.time = io.now().wall.count();
  if (const auto* said = nodes_.topology().change_of(node_)) {
    v.protocol = said->protocol.value_or(v.protocol);
    agent = said->user_agent.value_or(agent);
    v.time += said->clock.count();
  }
  v.receiver = net::msg::version_address::of(0, peer_);
  v.sender = net::msg::version_sender{net::msg::version_address::of(v.services, {}),
                                      net::keyed_hash(visit_, "version nonce")};
  v.user_agent = agent;
  v.start_height = description().start_height;
  v.relay = true;
  return v;
}

void bitcoin_session::say(node_io& io, net::buffer data) {
  const bool is_idle = unsaid_.empty();
  switch (description().kind) {
  case node_kind::slow:
    unsaid_.push_back(std::move(data));
    if (is_idle)
      io.start_timer(nodes_.topology().settings().pace, 0);
    break;
  case node_kind::slow_drip:
    for (std::size_t at = 0; at < data.size(); at += drip_bytes)
      unsaid_.push_back(data.slice(at, drip_bytes));
    if (is_idle)
      say_next(io);
    break;
  default:
    if (is_idle)
      io.send(std::move(data));
    else
      unsaid_.push_back(std::move(data)); // Behind an answer that is late.
  }
}

void bitcoin_session::say_next(node_io& io) {
  if (unsaid_.empty())
    return;
  io.send(std::move(unsaid_.front()));
  unsaid_.pop_front();
  auto next = std::chrono::nanoseconds{0};
  const auto pace = nodes_.topology().settings().pace;
  if (description().kind == node_kind::slow)
    next = pace;
  else if (description().kind == node_kind::slow_drip)
    next = pace / drips_a_pace;
  if (!unsaid_.empty())
    io.start_timer(next, 0);
  else if (closes_when_said_)
    io.close();
}

void bitcoin_session::on_timer(node_io& io, std::uint8_t) {
  say_next(io);
}

void bitcoin_session::finish(node_io& io) {
  stage_ = stage::over;
  if (unsaid_.empty())
    io.close();
  else
    closes_when_said_ = true;
}

} // namespace seedwalk::sim
