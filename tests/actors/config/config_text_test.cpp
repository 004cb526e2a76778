#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/config/config_text.hpp"

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

// Numbers of options wrapped (-1 was 2^64-1), saturated, or were octal: CLI11 read them.
TEST(config_text, a_number_is_digits_alone_and_within_its_range) {
  EXPECT_EQ(parse_number("18446744073709551615", UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(parse_number("0x1F", UINT64_MAX), 31u);
  EXPECT_EQ(parse_number("010", UINT64_MAX), 10u);
  for (const auto* text : {"-1", "+1", "18446744073709551616", "1e9", "1.0", " 1", "1 ", "", "0x",
                           "nan", "inf", "1,000", "0x1G", "99999999999999999999999"})
    EXPECT_FALSE(parse_number(text, UINT64_MAX)) << text;
  EXPECT_FALSE(parse_number("0", 10, 1));
  EXPECT_FALSE(parse_number("11", 10, 1));
  EXPECT_EQ(parse_number("10", 10, 1), 10u);
}

TEST(config_text, seconds_are_digits_with_at_most_nine_behind_a_point) {
  using std::chrono::nanoseconds;
  const std::chrono::seconds hour{3600};
  EXPECT_EQ(parse_seconds("0.5", hour), nanoseconds{500'000'000});
  EXPECT_EQ(parse_seconds("3600", hour), nanoseconds{hour});
  EXPECT_EQ(parse_seconds("1.000000001", hour), nanoseconds{1'000'000'001});
  for (const auto* text : {"nan", "inf", "-1", "+1", "1e3", "3600.1", "3601", "", ".", "1.", ".5",
                           "0x1", "1.0000000001", "1.-5", "1 "})
    EXPECT_FALSE(parse_seconds(text, hour)) << text;
}

TEST(config_text, a_list_in_one_text_may_have_spaces_around_its_commas) {
  EXPECT_EQ(split_list("a,b"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(split_list(" a ,\tb"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(split_list("a,,b,"), (std::vector<std::string>{"a", "", "b", ""}));
  EXPECT_EQ(split_list(""), (std::vector<std::string>{""}));
}

TEST(config_text, chains_are_known_by_the_names_that_other_programs_have_for_them) {
  EXPECT_EQ(chain_meant("mainnet"), ", did you mean \"main\"?");
  EXPECT_EQ(chain_meant("Testnet"), ", did you mean \"testnet3\"?");
  EXPECT_EQ(chain_meant("sigent"), ", did you mean \"signet\"?");
  EXPECT_EQ(chain_meant("ethereum"), "");
}

TEST(config_text, a_file_of_rules_is_text_in_utf_8_however_its_lines_end) {
  for (const std::string text : {"\xef\xbb\xbf"
                                 "10.0.0.0/8\r\n127.0.0.1:1",
                                 "10.0.0.0/8\n127.0.0.1:1\n", "10.0.0.0/8\r\n127.0.0.1:1\r\n"}) {
    const auto rules = parse_address_rules(text);
    ASSERT_TRUE(rules) << rules.error();
    EXPECT_EQ(rules->size(), 2u);
  }
  const auto zero = parse_address_rules(std::string_view{"10.0.0.0/8\n\0\n", 13});
  ASSERT_FALSE(zero);
  EXPECT_NE(zero.error().find("line 2"), std::string::npos) << zero.error();
  // Bytes of somebody else's file do not reach a terminal as they are.
  const auto escape = parse_address_rules("\x1b[2J\x9b");
  ASSERT_FALSE(escape);
  EXPECT_EQ(escape.error().find('\x1b'), std::string::npos);
  EXPECT_NE(escape.error().find("\\x1b"), std::string::npos) << escape.error();
}

} // namespace
} // namespace seedwalk::actors
