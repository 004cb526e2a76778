#include "net/asio/socks5.hpp"

#include <cassert>
#include <utility>

namespace seedwalk::net {

namespace {

constexpr std::uint8_t version = 5;
constexpr std::uint8_t no_authentication = 0;
constexpr std::uint8_t connect_command = 1;
constexpr std::uint8_t ipv4_type = 1;
constexpr std::uint8_t name_type = 3;
constexpr std::uint8_t ipv6_type = 4;

error error_of_reply(std::uint8_t reply) {
  switch (reply) {
  case 0:
    return error::none;
  case 1:
  case 3: // network unreachable: from where the proxy dials
  case 4: // host unreachable
    return error::host_unreachable;
  case 5:
    return error::refused;
  case 6: // TTL expired: what Tor says of a circuit that took too long
    return error::timed_out;
  case 0xf7: // introduction timed out
    return error::timed_out;
  default:
    return reply >= 0xf0 && reply <= 0xf6 ? error::host_unreachable : error::proxy_failed;
  }
}

} // namespace

socks5_dial::socks5_dial(std::string_view host, std::uint16_t port)
    : output_{version, 1, no_authentication}, request_{version, connect_command, 0, name_type,
                                                       static_cast<std::uint8_t>(host.size())} {
  assert(!host.empty() && host.size() <= 255);
  ask_for(as_bytes(host), port);
}

socks5_dial::socks5_dial(const endpoint& peer) : output_{version, 1, no_authentication} {
  const bool is_ipv4 = peer.network == network_id::ipv4;
  if (is_ipv4 || peer.address_bytes().size() == 16) {
    request_ = {version, connect_command, 0, is_ipv4 ? ipv4_type : ipv6_type};
    ask_for(peer.address_bytes(), peer.port);
    return;
  }
  const auto text = to_string(peer);
  const auto name = text.substr(0, text.rfind(':'));
  request_ = {version, connect_command, 0, name_type, static_cast<std::uint8_t>(name.size())};
  ask_for(as_bytes(name), peer.port);
}

void socks5_dial::ask_for(byte_view encoded_address, std::uint16_t port) {
  request_.insert(request_.end(), encoded_address.begin(), encoded_address.end());
  request_.push_back(static_cast<std::uint8_t>(port >> 8));
  request_.push_back(static_cast<std::uint8_t>(port & 0xff));
}

bytes socks5_dial::take_output() {
  return std::exchange(output_, {});
}

error socks5_dial::take_input(byte_view data) {
  if (data.size() > wanted_bytes())
    return error::proxy_failed;
  input_.insert(input_.end(), data.begin(), data.end());
  return wanted_bytes() == 0 ? step() : error::none;
}

error socks5_dial::step() {
  const auto input = std::exchange(input_, {});
  switch (stage_) {
  case stage::method:
    if (input[0] != version || input[1] != no_authentication)
      return error::proxy_failed;
    output_ = std::exchange(request_, {});
    stage_ = stage::reply;
    wanted_ = 4;
    return error::none;
  case stage::reply:
    if (input[0] != version)
      return error::proxy_failed;
    if (auto failed = error_of_reply(input[1]); failed != error::none)
      return failed;
    stage_ = input[3] == name_type ? stage::name_length : stage::bound_address;
    wanted_ = input[3] == ipv4_type ? 4 + 2 : input[3] == ipv6_type ? 16 + 2 : 1;
    return input[3] == ipv4_type || input[3] == ipv6_type || input[3] == name_type
               ? error::none
               : error::proxy_failed;
  case stage::name_length:
    stage_ = stage::bound_address;
    wanted_ = input[0] + 2u;
    return error::none;
  case stage::bound_address:
    stage_ = stage::done;
    wanted_ = 0;
    return error::none;
  case stage::done:
    break;
  }
  return error::proxy_failed;
}

} // namespace seedwalk::net
