#include "net/bitcoin/chain_params.hpp"

#include <algorithm>

#include "net/bitcoin/sha256.hpp"
#include "net/bitcoin/wire_writer.hpp"

namespace seedwalk::net {

std::span<const chain_params> known_chains() {
  // Seeds as in Bitcoin Core's kernel/chainparams.cpp.
  static const std::vector<chain_params> chains = {
      {"main",
       {0xf9, 0xbe, 0xb4, 0xd9},
       8333,
       {"dnsseed.bluematt.me", "seed.bitcoin.jonasschnelli.ch", "seed.btc.petertodd.net",
        "seed.bitcoin.sprovoost.nl", "dnsseed.emzy.de", "seed.bitcoin.wiz.biz",
        "seed.mainnet.achownodes.xyz"}},
      {"testnet3",
       {0x0b, 0x11, 0x09, 0x07},
       18333,
       {"testnet-seed.bitcoin.jonasschnelli.ch", "seed.tbtc.petertodd.net",
        "testnet-seed.bluematt.me", "seed.testnet.achownodes.xyz"}},
      {"testnet4",
       {0x1c, 0x16, 0x3f, 0x28},
       48333,
       {"seed.testnet4.bitcoin.sprovoost.nl", "seed.testnet4.wiz.biz"}},
      {"signet",
       {0x0a, 0x03, 0xcf, 0x40},
       38333,
       {"seed.signet.bitcoin.sprovoost.nl", "seed.signet.achownodes.xyz"}},
      {"regtest", {0xfa, 0xbf, 0xb5, 0xda}, 18444, {}},
      {"bitcoin-cash", {0xe3, 0xe1, 0xf3, 0xe8}, 8333, {}},
  };
  return chains;
}

const chain_params* find_chain(std::string_view name) {
  const auto chains = known_chains();
  const auto i =
      std::find_if(chains.begin(), chains.end(), [&](const auto& c) { return c.name == name; });
  return i == chains.end() ? nullptr : &*i;
}

const chain_params* find_chain(const magic_bytes& magic) {
  const auto chains = known_chains();
  const auto i =
      std::find_if(chains.begin(), chains.end(), [&](const auto& c) { return c.magic == magic; });
  return i == chains.end() ? nullptr : &*i;
}

chain_params custom_signet(byte_view challenge) {
  bytes prefixed;
  wire_writer{prefixed}.var_bytes(challenge);
  const auto hash = sha256d(prefixed);
  auto chain = *find_chain("signet");
  chain.name = "signet-custom";
  chain.dns_seeds.clear();
  std::copy_n(hash.begin(), chain.magic.size(), chain.magic.begin());
  return chain;
}

} // namespace seedwalk::net
