#include <regex>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "net/address/named_host.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::net {
namespace {

using namespace seedwalk::test;

constexpr std::uint16_t default_port = 8333;
const std::string label_chars = "abcdefghijklmnopqrstuvwxyz0123456789-";

std::string drawn_label() {
  auto label = *rc::gen::container<std::string>(between<std::size_t>(1, 63),
                                                rc::gen::elementOf(label_chars));
  for (auto* end : {&label.front(), &label.back()})
    if (*end == '-')
      *end = 'x';
  return label;
}

/// A host name, as RFC 1123 has it.
std::string drawn_name() {
  std::string name = drawn_label();
  for (auto more = between(0, 3); more != 0; --more)
    name += '.' + drawn_label();
  name.resize(std::min<std::size_t>(name.size(), 252));
  if (name.back() == '-' || name.back() == '.')
    name.back() = 'x';
  name[name.rfind('.') + 1] = 'n'; // No number.
  return name + (between(0, 9) == 0 ? "." : "");
}

std::string drawn_address() {
  return to_string(endpoint_on(*rc::gen::elementOf(
      std::vector{network_id::ipv4, network_id::ipv6, network_id::torv3, network_id::i2p})));
}

/// One character more, less, or another one.
std::string misspelt(std::string text, std::size_t until) {
  const auto at = between<std::size_t>(0, until - 1);
  const char c = *rc::gen::elementOf(label_chars + ".:[]_ /%@");
  switch (between(0, 2)) {
  case 0:
    text.erase(at, 1);
    break;
  case 1:
    text.insert(at, 1, c);
    break;
  default:
    text[at] = c;
  }
  return text;
}

/// What RFC 1123 allows, said another way.
bool is_host_name(std::string name) {
  static const std::regex labels{
      R"(([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)"};
  if (name.ends_with('.'))
    name.pop_back();
  return name.size() <= 253 && std::regex_match(name, labels);
}

std::string last_label(std::string name) {
  if (name.ends_with('.'))
    name.pop_back();
  return name.substr(name.rfind('.') + 1);
}

const named_host* name_in(const tl::expected<endpoint_or_name, parse_error>& read) {
  return read ? std::get_if<named_host>(&*read) : nullptr;
}

TEST(named_host, every_host_name_is_read_with_its_port_or_the_default_one) {
  EXPECT_TRUE(rc::check([] {
    const auto name = drawn_name();
    const auto port = between<std::uint16_t>(1, 65'535);
    RC_LOG() << name;
    auto upper = name;
    for (auto& c : upper)
      if (c >= 'a' && c <= 'z' && between(0, 1) == 0)
        c = static_cast<char>(c - 'a' + 'A');
    const auto bare = parse_endpoint_or_name(upper, default_port);
    RC_ASSERT(name_in(bare) != nullptr);
    RC_ASSERT(*name_in(bare) == (named_host{name, default_port}));
    const named_host host{name, port};
    const auto with_port = parse_endpoint_or_name(to_string(host), default_port);
    RC_ASSERT(name_in(with_port) != nullptr);
    RC_ASSERT(*name_in(with_port) == host);
  }));
}

TEST(named_host, an_address_of_any_network_is_read_as_the_endpoint_it_is) {
  EXPECT_TRUE(rc::check([] {
    const auto text = drawn_address();
    const auto read = parse_endpoint_or_name(text, default_port);
    RC_ASSERT(read.has_value());
    RC_ASSERT(std::get<endpoint>(*read) == *parse_endpoint(text));
  }));
}

TEST(named_host, no_text_is_a_name_unless_it_is_a_host_name_that_no_resolver_takes_for_a_number) {
  EXPECT_TRUE(rc::check([] {
    auto text = between(0, 1) == 0
                    ? drawn_name()
                    : *rc::gen::container<std::string>(rc::gen::elementOf(label_chars + "..::_ X"));
    if (!text.empty() && between(0, 3) != 0)
      text = misspelt(text, text.size());
    RC_LOG() << text;
    const auto read = parse_endpoint_or_name(text, default_port);
    if (const auto* host = name_in(read)) {
      RC_ASSERT(is_host_name(host->name));
      RC_ASSERT(host->port != 0);
      const auto last = last_label(host->name);
      RC_ASSERT(last.find_first_not_of("0123456789") != std::string::npos);
      RC_ASSERT(last != "onion");
      RC_ASSERT(last != "i2p");
    } else if (!read) {
      RC_ASSERT(read.error().message.size() > 10u);
    }
  }));
}

TEST(named_host, a_misspelt_address_is_an_error_and_no_name) {
  EXPECT_TRUE(rc::check([] {
    const auto right = drawn_address();
    // Its ending says that an onion is one.
    const auto dot = right.find(right.starts_with('[') ? ']' : '.');
    const bool dotted = right.find("onion") == std::string::npos &&
                        right.find("i2p") == std::string::npos && !right.starts_with('[');
    const auto text = misspelt(right, dotted ? right.rfind(':') : dot);
    RC_LOG() << text;
    const auto read = parse_endpoint_or_name(text, default_port);
    if (const auto* host = name_in(read))
      // A letter for a digit, and only where the last part begins: "1.2.3.x4" may be somebody.
      RC_ASSERT(dotted && last_label(host->name).find_first_of("0123456789") != 0u);
  }));
}

struct refusal {
  const char* text;
  const char* part; ///< Of what is said.
};

class named_host_refusal : public testing::TestWithParam<refusal> {};

TEST_P(named_host_refusal, says_what_is_wrong) {
  const auto read = parse_endpoint_or_name(GetParam().text, default_port);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find(GetParam().part), std::string::npos) << read.error().message;
  EXPECT_NE(read.error().message.find(GetParam().text), std::string::npos) << read.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    texts, named_host_refusal,
    testing::Values(refusal{"1.2.3.999", "begin with a digit"},
                    refusal{"1.2.3", "begin with a digit"}, refusal{"127.1:8333", "with a digit"},
                    refusal{"2130706433", "begin with a digit"},
                    refusal{"0x7f000001", "begin with a digit"},
                    refusal{"1.2.3.4x", "begin with a digit"}, refusal{"foo bar", "only letters"},
                    refusal{"a_b.example", "only letters"}, refusal{"[::1", "closing bracket"},
                    refusal{"::1]:8333", "IPv6"}, refusal{"node.example:83:33", "IPv6"},
                    refusal{"[node.example]:8333", "IPv6"}, refusal{"-a.example", "hyphen"},
                    refusal{"a-.example", "hyphen"}, refusal{"a..example", "is empty"},
                    refusal{".example", "is empty"}, refusal{":8333", "names no host"},
                    refusal{"example.org:0", "port 0"}, refusal{"example.org:99999", "valid port"},
                    refusal{"example.org:", "valid port"}, refusal{"127.0.0.1:port", "valid port"},
                    refusal{"pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscrye.onion",
                            "Tor v3"},
                    refusal{"short.onion", "Tor v3"}, refusal{"short.onion.", ".onion or .i2p"},
                    refusal{"stats.i2p", "I2P"}, refusal{"stats.i2p.", ".onion or .i2p"}));

TEST(named_host, names_and_their_parts_have_a_longest) {
  const std::string longest_label(63, 'a');
  const auto longest =
      longest_label + '.' + longest_label + '.' + longest_label + '.' + std::string(61, 'a');
  EXPECT_TRUE(parse_endpoint_or_name(longest, default_port));
  EXPECT_TRUE(parse_endpoint_or_name(longest + ".:1", default_port));
  EXPECT_FALSE(parse_endpoint_or_name(longest + 'a', default_port));
  EXPECT_FALSE(parse_endpoint_or_name(longest_label + 'a', default_port));
}

} // namespace
} // namespace seedwalk::net
