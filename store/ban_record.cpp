#include "store/ban_record.hpp"

#include <algorithm>

namespace seedwalk::store {

subnet subnet_of(const net::endpoint& peer, std::uint16_t bits) {
  const auto all = static_cast<std::uint16_t>(net::address_size(peer.network) * 8);
  subnet s{peer.network, peer.address, std::min(bits, all)};
  for (std::size_t bit = s.bits; bit < s.address.size() * 8; ++bit)
    s.address[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
  return s;
}

bool contains(const subnet& s, const net::endpoint& peer) {
  return s.network == peer.network && subnet_of(peer, s.bits).address == s.address;
}

} // namespace seedwalk::store
