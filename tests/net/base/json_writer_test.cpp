#include <array>
#include <atomic>
#include <bitset>
#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <variant>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "net/address/endpoint.hpp"
#include "net/base/json_writer.hpp"
#include "net/base/outcome.hpp"
#include "net/bitcoin/messages.hpp"
#include "net/bitcoin/session.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::net {
namespace {

using namespace seedwalk::test;
using namespace std::chrono_literals;

struct inner {
  std::uint32_t count = 7;
  std::optional<std::string> text;
  SEEDWALK_INSPECT(inner, count, text)
};

struct nothing {
  SEEDWALK_INSPECT(nothing)
};

class secretive {
public:
  SEEDWALK_INSPECT(secretive, count_, first)

  bool first = true;

private:
  int count_ = -3;
};

endpoint at(std::string_view text) {
  return parse_endpoint(text).value();
}

enum class nameless : std::uint8_t { zero, one };

TEST(json_writer, names_fields_in_their_order_and_without_the_underscore_of_members) {
  EXPECT_EQ(to_json(inner{}), R"({"count":7,"text":null})");
  EXPECT_EQ(to_json(secretive{}), R"({"count":-3,"first":true})");
  EXPECT_EQ(to_json(nothing{}), "{}");
}

TEST(json_writer, nests) {
  EXPECT_EQ(to_json(std::vector{inner{1, {}}, inner{2, "x"}}),
            R"([{"count":1,"text":null},{"count":2,"text":"x"}])");
  EXPECT_EQ(to_json(std::pair{nothing{}, std::vector<std::pair<bool, int>>{{true, 1}}}),
            "[{},[[true,1]]]");
  EXPECT_EQ(to_json(std::vector<inner>{}), "[]");
  EXPECT_EQ(to_json(std::array<std::uint32_t, 2>{4, 5}), "[4,5]");
}

TEST(json_writer, says_which_alternative_of_a_variant_it_is) {
  using either = std::variant<std::monostate, inner, nothing, std::uint32_t, endpoint>;
  EXPECT_EQ(to_json(either{}), "null");
  EXPECT_EQ(to_json(either{inner{}}), R"({"inner":{"count":7,"text":null}})");
  EXPECT_EQ(to_json(either{nothing{}}), R"({"nothing":{}})");
  EXPECT_EQ(to_json(either{3u}), "3");
  EXPECT_EQ(to_json(either{at("192.0.2.1:8333")}), R"("192.0.2.1:8333")");
  // The name is that of the alternative, and of nothing behind it.
  EXPECT_EQ(to_json(std::pair{either{3u}, nothing{}}), "[3,{}]");
}

TEST(json_writer, writes_addresses_and_enums_as_their_names) {
  EXPECT_EQ(to_json(at("[2001:db8::1]:8333")), R"("[2001:db8::1]:8333")");
  EXPECT_EQ(to_json(outcome::refused), R"("refused")");
  EXPECT_EQ(to_json(network_id::ipv6), R"("ipv6")");
  EXPECT_EQ(to_json(nameless::one), "1");
}

TEST(json_writer, makes_objects_of_maps_whose_keys_can_be_names) {
  const auto peer = at("192.0.2.1:8333");
  EXPECT_EQ(to_json(std::map<std::string, int>{{"b", 2}, {"a\"", 1}}), R"({"a\"":1,"b":2})");
  EXPECT_EQ(to_json(std::map<std::uint64_t, inner>{{5, {}}}), R"({"5":{"count":7,"text":null}})");
  EXPECT_EQ(to_json(std::map<endpoint, bool>{{peer, true}}), R"({"192.0.2.1:8333":true})");
  EXPECT_EQ(to_json(std::map<outcome, int>{{outcome::refused, 1}}), R"({"refused":1})");
  EXPECT_EQ(to_json(std::map<nameless, int>{{nameless::one, 1}}), R"({"1":1})");
  EXPECT_EQ(to_json(std::map<std::pair<int, int>, int>{{{1, 2}, 3}}), "[[[1,2],3]]");
  EXPECT_EQ(to_json(std::multimap<int, int>{{1, 2}, {1, 3}}), "[[1,2],[1,3]]");
  EXPECT_EQ(to_json(std::set<endpoint>{peer}), R"(["192.0.2.1:8333"])");
}

struct with_more {
  not_archived<std::string> text;
  std::uint8_t number = 7;
  not_archived<std::string> more;
  SEEDWALK_INSPECT(with_more, text, number, more)
};

TEST(json_writer, leaves_out_what_archives_pass_over) {
  EXPECT_EQ(to_json(with_more{}), R"({"number":7})");
}

TEST(json_writer, has_hash_tables_in_the_order_of_their_keys) {
  std::unordered_map<std::uint32_t, bool> table; // order never seen: that is what is tested
  std::unordered_set<std::uint32_t> numbers;     // order never seen: the same
  for (std::uint32_t i = 40; i != 0; --i) {
    table[i * 7919] = true;
    numbers.insert(i * 7919);
  }
  EXPECT_EQ(to_json(table), to_json(std::map<std::uint32_t, bool>(table.begin(), table.end())));
  EXPECT_EQ(to_json(numbers), to_json(std::set<std::uint32_t>(numbers.begin(), numbers.end())));
}

TEST(json_writer, gives_durations_their_unit) {
  EXPECT_EQ(to_json(1500ms), R"("1500ms")");
  EXPECT_EQ(to_json(-3ns), R"("-3ns")");
  EXPECT_EQ(to_json(std::chrono::hours{24}), R"("24h")");
  EXPECT_EQ(to_json(std::chrono::duration<std::int64_t, std::ratio<2, 3>>{5}), R"("5*2/3s")");
}

TEST(json_writer, writes_whole_numbers_exactly_and_null_for_no_number) {
  EXPECT_EQ(to_json(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(to_json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(to_json(std::uint8_t{200}), "200");
  EXPECT_EQ(to_json(0.1), "0.1");
  EXPECT_EQ(to_json(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(to_json(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(to_json(std::bitset<8>{5}), "5");
  EXPECT_EQ(to_json(std::atomic<std::uint64_t>{9}), "9");
}

TEST(json_writer, writes_bytes_in_hexadecimal) {
  EXPECT_EQ(to_json(bytes{0x00, 0xfe}), R"("00fe")");
  EXPECT_EQ(to_json(std::array<std::uint8_t, 2>{0xab, 0x01}), R"("ab01")");
  EXPECT_EQ(to_json(std::array<char, 2>{'a', '\xff'}), R"("61ff")");
  EXPECT_EQ(to_json(buffer{byte_view{bytes{7}}}), R"("07")");
}

/// The text of which `printable` made this.
std::string unprinted(std::string_view text) {
  std::string out;
  for (; !text.empty(); text.remove_prefix(1)) {
    if (text.front() != '\\') {
      out += text.front();
      continue;
    }
    out += static_cast<char>(std::stoi(std::string{text.substr(2, 2)}, nullptr, 16));
    text.remove_prefix(3);
  }
  return out;
}

TEST(json_writer, tells_all_texts_apart_whatever_bytes_they_have) {
  EXPECT_EQ(to_json(std::string{"caf\xe9 \"\\\n"}), R"("caf\\xe9 \"\\x5c\\x0a")");
  EXPECT_TRUE(rc::check([] {
    const auto data = up_to(40);
    const std::string text{as_text(data)};
    const auto parsed = nlohmann::json::parse(to_json(text));
    RC_ASSERT(unprinted(parsed.get<std::string>()) == text);
  }));
}

TEST(json_writer, any_message_is_json_with_the_names_of_its_fields) {
  EXPECT_TRUE(rc::check([] {
    const auto m = *any_message();
    const auto parsed = nlohmann::json::parse(to_json(m));
    RC_ASSERT(parsed.is_object());
    RC_ASSERT(parsed.size() == 1u);
    RC_ASSERT(parsed.front().is_object());
  }));
}

TEST(json_writer, a_session_says_all_that_it_knows) {
  const auto parsed = nlohmann::json::parse(to_json(session{}));
  EXPECT_EQ(parsed["state"], name_of(session{}.state()));
  EXPECT_EQ(parsed["transport"]["alternative"]["v1_transport"]["decoder"]["options"]["magic"],
            "00000000");
  EXPECT_TRUE(parsed["peer_version"].is_null());
}

} // namespace
} // namespace seedwalk::net
