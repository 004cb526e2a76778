#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/config_text.hpp"

namespace seedwalk::actors {
namespace {

using std::chrono::milliseconds;

TEST(config_text, durations_read_back_as_they_were) {
  EXPECT_TRUE(rc::check([] {
    const milliseconds d{*rc::gen::inRange<std::int64_t>(0, 3'652ll * 86'400'000)};
    RC_ASSERT(parse_duration(print_duration(d)) == d);
  }));
}

TEST(config_text, durations_are_printed_in_the_largest_unit_that_fits) {
  EXPECT_EQ(print_duration(milliseconds{0}), "0s");
  EXPECT_EQ(print_duration(milliseconds{250}), "250ms");
  EXPECT_EQ(print_duration(milliseconds{90'000}), "90s");
  EXPECT_EQ(print_duration(std::chrono::hours{24}), "1d");
  EXPECT_EQ(parse_duration("1h30m"), milliseconds{5'400'000});
  EXPECT_EQ(parse_duration("0"), milliseconds{0});
}

TEST(config_text, sizes_read_back_as_they_were) {
  EXPECT_TRUE(rc::check([] {
    const auto size = *rc::gen::inRange<std::uint64_t>(0, 1ull << 50);
    RC_ASSERT(parse_size(print_size(size)) == size);
  }));
  EXPECT_EQ(print_size(64u << 20), "64M");
  EXPECT_EQ(print_size(0), "0");
}

TEST(config_text, address_rules_read_back_as_they_were) {
  for (const std::string text : {"10.0.0.0/8", "10.1.2.3/32", "127.0.0.1:8333", "2001:db8::/32",
                                 "[2001:db8::1]:8333", "::/0", "fc00::/8"})
    EXPECT_EQ(print_address_rule(parse_address_rule(text).value()), text);
  EXPECT_EQ(print_address_rule(parse_address_rule("10.1.2.3").value()), "10.1.2.3/32");
  EXPECT_EQ(print_address_rule(parse_address_rule("2001:db8::1").value()), "2001:db8::1/128");
}

TEST(config_text, a_file_of_rules_may_have_comments_and_empty_lines) {
  const auto rules = parse_address_rules("# asked us\n10.0.0.0/8 # again\r\n\n\t127.0.0.1:1\n");
  ASSERT_TRUE(rules) << rules.error();
  ASSERT_EQ(rules->size(), 2u);
  EXPECT_EQ(print_address_rule(rules->at(1)), "127.0.0.1:1");
}

TEST(config_text, a_broken_rule_is_named_with_its_line) {
  const auto rules = parse_address_rules("10.0.0.0/8\n\nnonsense");
  ASSERT_FALSE(rules);
  EXPECT_TRUE(rules.error().starts_with("line 3: \"nonsense\" ")) << rules.error();
}

TEST(config_text, hexadecimal_reads_back_as_it_was) {
  EXPECT_TRUE(
      rc::check([](const net::bytes& data) { RC_ASSERT(parse_hex(print_hex(data)) == data); }));
}

} // namespace
} // namespace seedwalk::actors
