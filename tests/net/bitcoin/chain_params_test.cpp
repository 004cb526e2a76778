#include <set>

#include <gtest/gtest.h>

#include "net/bitcoin/chain_params.hpp"
#include "net/bitcoin/services.hpp"
#include "tests/net/base/hex.hpp"

namespace seedwalk::net {
namespace {

using seedwalk::test::from_hex;

TEST(chain_params, are_found_by_name_and_by_magic) {
  std::set<magic_bytes> magics;
  for (const auto& chain : known_chains()) {
    EXPECT_EQ(find_chain(chain.name), &chain);
    EXPECT_EQ(find_chain(chain.magic), &chain);
    EXPECT_TRUE(magics.insert(chain.magic).second);
  }
  EXPECT_EQ(find_chain("testnet"), nullptr);
  EXPECT_EQ(find_chain(magic_bytes{1, 2, 3, 4}), nullptr);
  EXPECT_EQ(find_chain("main")->default_port, 8333);
  EXPECT_EQ(find_chain("regtest")->magic, (magic_bytes{0xfa, 0xbf, 0xb5, 0xda}));
  EXPECT_TRUE(find_chain("regtest")->dns_seeds.empty());
}

TEST(chain_params, derive_the_magic_of_the_default_signet_from_its_challenge) {
  const auto challenge =
      from_hex("512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be43021"
               "0359ef5021964fe22d6f8e05b2463c9540ce96883fe3b278760f048f5189f2e6c452ae");
  EXPECT_EQ(custom_signet(challenge).magic, find_chain("signet")->magic);
  EXPECT_NE(custom_signet({}).magic, find_chain("signet")->magic);
  EXPECT_EQ(custom_signet(challenge).default_port, 38333);
  EXPECT_TRUE(custom_signet(challenge).dns_seeds.empty());
}

TEST(services, are_named_by_bit) {
  EXPECT_EQ(services_text(0), "none");
  EXPECT_EQ(services_text(1033), "network|witness|network_limited");
  EXPECT_EQ(services_text(std::uint64_t{1} << 63 | 0x840), "compact_filters|p2p_v2|1<<63");
}

} // namespace
} // namespace seedwalk::net
