#include "sim/nodes/program_session.hpp"

#include <algorithm>

#include "net/base/random.hpp"
#include "net/bitcoin/encode.hpp"
#include "net/bitcoin/framing.hpp"
#include "net/bitcoin/services.hpp"
#include "net/bitcoin/wire_writer.hpp"

namespace seedwalk::sim {

program_session::program_session(bitcoin_nodes& nodes, std::uint32_t node,
                                 const net::endpoint& peer, std::uint64_t visit,
                                 const node_program& program)
    : nodes_(nodes), node_(node), peer_(peer), visit_(visit), program_(program),
      decoder_(net::decoder_options{nodes.topology().settings().magic}) {}

void program_session::on_bytes(node_io& io, net::byte_view data) {
  while (!is_over_) {
    auto event = decoder_.next(data);
    if (std::holds_alternative<net::need_more>(event))
      break;
    if (const auto bad = std::get_if<net::refused_message>(&event)) {
      io.violation(net::name_of(bad->error));
      if (bad->consequence != net::wire_consequence::drop_message)
        is_over_ = true;
    } else if (const auto good = std::get_if<net::decoded_message>(&event)) {
      hear(good->value);
    }
  }
  if (!waits_)
    go_on(io);
}

void program_session::hear(const net::message& m) {
  ++heard_[static_cast<std::size_t>(net::kind_of(m))];
  if (const auto version = std::get_if<net::msg::version>(&m)) {
    decoder_.set_protocol_version(version->protocol);
    if (version->sender)
      their_nonce_ = version->sender->nonce;
  } else if (std::holds_alternative<net::msg::sendaddrv2>(m)) {
    wants_addrv2_ = true;
  } else if (const auto ping = std::get_if<net::msg::ping>(&m)) {
    last_ping_ = ping->nonce.value_or(0);
  }
}

void program_session::on_end(node_io& io) {
  if (!is_over_)
    io.close();
  is_over_ = true;
}

void program_session::on_timer(node_io& io, std::uint8_t) {
  if (is_over_)
    return;
  waits_ = false;
  if (unsaid_.empty())
    return go_on(io);
  io.send(std::move(unsaid_.front()));
  unsaid_.pop_front();
  // The step behind the last piece has a turn of its own.
  waits_ = true;
  io.start_timer(unsaid_.empty() ? std::chrono::nanoseconds{0} : pieces_.every, 0);
}

void program_session::go_on(node_io& io) {
  while (!is_over_ && !waits_ && next_ != program_.steps.size()) {
    const auto& step = program_.steps[next_];
    if (!std::visit([&](const auto& s) { return perform(io, s); }, step))
      return;
    ++next_;
  }
}

// Each says whether it is done; one that only waits for a timer is.

bool program_session::perform(node_io&, const step::expect& s) {
  auto& heard = heard_[static_cast<std::size_t>(s.kind)];
  if (heard == 0)
    return false;
  --heard;
  return true;
}

bool program_session::perform(node_io& io, const step::send& s) {
  const auto one = message_of(io, s);
  const auto times = std::min<std::size_t>(s.times, node_program::bytes_max /
                                                        std::max<std::size_t>(one.size(), 1));
  if (pieces_.bytes == 0) {
    const net::buffer message{one};
    for (std::size_t i = 0; i != times; ++i)
      io.send(message);
    return true;
  }
  net::bytes all;
  for (std::size_t i = 0; i != times; ++i)
    all.insert(all.end(), one.begin(), one.end());
  say(io, net::buffer{all});
  return true;
}

bool program_session::perform(node_io& io, const step::send_bytes& s) {
  say(io, net::buffer{s.data});
  return true;
}

bool program_session::perform(node_io& io, const step::wait& s) {
  waits_ = true;
  io.start_timer(s.time, 0);
  return true;
}

bool program_session::perform(node_io&, const step::pieces& s) {
  pieces_ = s;
  return true;
}

bool program_session::perform(node_io& io, const step::close&) {
  is_over_ = true;
  io.close();
  return true;
}

bool program_session::perform(node_io& io, const step::reset&) {
  is_over_ = true;
  io.reset();
  return true;
}

bool program_session::perform(node_io& io, const step::stop_reading&) {
  io.stop_reading();
  return true;
}

void program_session::say(node_io& io, net::buffer data) {
  if (pieces_.bytes == 0 || data.size() == 0)
    return io.send(std::move(data));
  for (std::size_t at = 0; at < data.size(); at += pieces_.bytes)
    unsaid_.push_back(data.slice(at, pieces_.bytes));
  waits_ = true;
  io.start_timer({}, 0);
}

net::bytes program_session::message_of(node_io& io, const step::send& s) const {
  auto magic = nodes_.topology().settings().magic;
  if (s.bad_magic)
    magic[0] = static_cast<std::uint8_t>(~magic[0]);
  net::bytes out;
  switch (s.kind) {
  case net::message_kind::version:
    net::append_message(out, magic, version_of(io, s));
    break;
  case net::message_kind::wtxidrelay:
    net::append_message(out, magic, net::msg::wtxidrelay{});
    break;
  case net::message_kind::sendaddrv2:
    net::append_message(out, magic, net::msg::sendaddrv2{});
    break;
  case net::message_kind::getaddr:
    net::append_message(out, magic, net::msg::getaddr{});
    break;
  case net::message_kind::ping:
    net::append_message(out, magic,
                        s.nonce == step::nonce::none
                            ? net::msg::ping{}
                            : net::msg::ping{net::keyed_hash(visit_, "ping") | 1});
    break;
  case net::message_kind::pong:
    net::append_message(out, magic,
                        net::msg::pong{s.nonce == step::nonce::wrong ? ~last_ping_ : last_ping_});
    break;
  case net::message_kind::addr:
    if (s.fake != 0) {
      net::append_message(out, magic, fake_addresses(io, s.fake));
    } else {
      const auto answer = nodes_.answer_of(node_, wants_addrv2_, io.now().wall);
      out.assign(answer.view().begin(), answer.view().end());
    }
    break;
  default:
    net::append_message(out, magic, net::msg::verack{});
  }
  if (s.length) {
    net::bytes length;
    net::wire_writer{length}.u32(*s.length);
    std::copy(length.begin(), length.end(), out.begin() + net::length_offset);
  }
  if (s.bad_checksum)
    out[net::checksum_offset] = static_cast<std::uint8_t>(~out[net::checksum_offset]);
  if (s.cut)
    out.resize(std::min<std::size_t>(out.size(), *s.cut));
  return out;
}

net::message program_session::version_of(node_io& io, const step::send& s) const {
  const auto& self = nodes_.topology().nodes()[node_];
  net::msg::version v;
  v.protocol = s.protocol.value_or(net::protocol_version - 1);
  v.services = self.services;
  v.time = (io.now().wall + s.clock).count();
  v.receiver = net::msg::version_address::of(0, peer_);
  const auto nonce =
      s.nonce == step::nonce::echoed ? their_nonce_ : net::keyed_hash(visit_, "version nonce");
  v.sender = net::msg::version_sender{net::msg::version_address::of(v.services, {}), nonce};
  v.user_agent = s.user_agent.value_or("/Satoshi:27.1.0/");
  v.start_height = self.start_height;
  v.relay = true;
  return v;
}

/// Endpoints that nobody has: of 1.0.0.0/8, by the visit.
net::message program_session::fake_addresses(node_io& io, std::uint32_t count) const {
  net::random_stream draw{visit_, "fake"};
  net::msg::addr_list entries;
  for (std::uint32_t i = 0; i != count; ++i) {
    const auto address = 0x01000000 + static_cast<std::uint32_t>(draw.below(1u << 24));
    entries.push_back(
        {net::ipv4_endpoint(address, 8333), announced_time(io.now().wall), net::service::network});
  }
  if (wants_addrv2_)
    return net::msg::addrv2{std::move(entries), {}};
  return net::msg::addr{std::move(entries), {}, true};
}

} // namespace seedwalk::sim
