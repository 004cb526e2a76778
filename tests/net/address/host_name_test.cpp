#include <string>

#include <gtest/gtest.h>

#include "net/address/host_name.hpp"

namespace seedwalk::net {
namespace {

TEST(host_name, names_as_in_the_wild_may_be_asked_for) {
  const auto long_label = std::string(63, 'a');
  for (const auto& name :
       {std::string("localhost"), std::string("x9.seed.example.org"), std::string("a.b."),
        std::string("_dnsseed._tcp.Example.ORG"), std::string("3com.example"), long_label,
        long_label + "." + long_label + "." + long_label + "." + std::string(61, 'b'),
        std::string("onion.example"), std::string("notonion"), std::string("i2p.net")})
    EXPECT_TRUE(is_resolvable_name(name)) << name;
}

TEST(host_name, what_is_no_name_is_never_asked_for) {
  const auto long_label = std::string(63, 'a');
  for (const auto& name :
       {std::string(), std::string("."), std::string(".."), std::string(".a"), std::string("a..b"),
        std::string("a b"), std::string("a\0b", 3), std::string("a/b"), std::string("\xc3\xa4.de"),
        std::string(64, 'a'), std::string("-c|id"),
        long_label + "." + long_label + "." + long_label + "." + std::string(62, 'b')})
    EXPECT_FALSE(is_resolvable_name(name)) << name;
}

TEST(host_name, names_of_other_networks_never_leave_for_dns) {
  for (const auto* name : {"onion", "abc.onion", "abc.ONION.", "x.b32.i2p", "i2p"})
    EXPECT_FALSE(is_resolvable_name(name)) << name;
}

} // namespace
} // namespace seedwalk::net
