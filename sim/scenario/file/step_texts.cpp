#include "sim/scenario/file/step_texts.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "net/base/closest_name.hpp"
#include "net/base/stranger_text.hpp"
#include "sim/scenario/file/value_texts.hpp"

namespace seedwalk::sim {

namespace {

using actors::parsed;
using actors::wrong;

constexpr std::array<std::pair<std::string_view, step::nonce>, 4> nonces = {
    {{"own", step::nonce::own},
     {"echoed", step::nonce::echoed},
     {"wrong", step::nonce::wrong},
     {"none", step::nonce::none}}};

/// What a program can say.
constexpr std::array<net::message_kind, 8> sayable = {
    net::message_kind::version,    net::message_kind::verack, net::message_kind::wtxidrelay,
    net::message_kind::sendaddrv2, net::message_kind::ping,   net::message_kind::pong,
    net::message_kind::getaddr,    net::message_kind::addr};

/// The field of a send that `key` names; an error if there is none, or it has no such value.
tl::expected<void, std::string> set_field(step::send& s, std::string_view key,
                                          std::string_view value) {
  const auto number = [&](auto& into, std::uint64_t max) -> tl::expected<void, std::string> {
    const auto read = actors::parse_number(value, max);
    if (!read)
      return wrong(fmt::format("has a {} that {}", key, read.error()));
    into = static_cast<std::uint32_t>(*read);
    return {};
  };
  const auto is_wrong = [&](bool& into) -> tl::expected<void, std::string> {
    into = value == "wrong";
    return into ? tl::expected<void, std::string>{}
                : wrong(fmt::format("has a {} that must be \"wrong\", or not be said", key));
  };
  if (key == "times")
    return number(s.times, 1'000'000);
  if (key == "protocol") {
    s.protocol.emplace();
    return number(*s.protocol, INT32_MAX);
  }
  if (key == "fake")
    return number(s.fake, 1'000);
  if (key == "length")
    return number(s.length.emplace(), UINT32_MAX);
  if (key == "cut")
    return number(s.cut.emplace(), UINT32_MAX);
  if (key == "checksum")
    return is_wrong(s.bad_checksum);
  if (key == "magic")
    return is_wrong(s.bad_magic);
  if (key == "agent") {
    s.user_agent = std::string{value};
    return {};
  }
  if (key == "clock") {
    const auto shift = parse_shift(value);
    if (!shift)
      return wrong("has a clock that " + shift.error());
    s.clock = *shift;
    return {};
  }
  if (key == "nonce")
    for (const auto& [name, nonce] : nonces)
      if (name == value) {
        s.nonce = nonce;
        return {};
      }
  constexpr std::array<std::string_view, 10> known = {
      "times", "protocol", "agent", "clock", "nonce", "fake", "checksum", "magic", "length", "cut"};
  return wrong(fmt::format("has \"{}\", which is none of {}{}", net::printable(key, 40),
                           fmt::join(known, ", "), net::did_you_mean(key, known)));
}

parsed<program_step> parse_send(std::span<const std::string_view> words) {
  constexpr auto example = "sends none of version, verack, wtxidrelay, sendaddrv2, ping, pong, "
                           "getaddr, addr";
  if (words.empty())
    return wrong(example);
  step::send s;
  s.kind = net::kind_of(words[0]);
  if (std::ranges::find(sayable, s.kind) == sayable.end())
    return wrong(example);
  for (const auto word : words.subspan(1)) {
    const auto split = word.find('=');
    const auto value =
        split == std::string_view::npos ? std::string_view{} : word.substr(split + 1);
    if (const auto set = set_field(s, word.substr(0, split), value); !set)
      return wrong(set.error());
  }
  return s;
}

parsed<program_step> parse_pieces(std::span<const std::string_view> words) {
  const auto bytes =
      words.empty() ? parsed<std::uint64_t>{wrong("")} : actors::parse_number(words[0], UINT32_MAX);
  const auto every = words.size() != 2 ? parsed<std::chrono::nanoseconds>{wrong("")}
                                       : actors::parse_fine_duration(words[1]);
  if (!bytes || !every)
    return wrong("must be pieces BYTES EVERY, such as pieces 1 50ms");
  return step::pieces{static_cast<std::uint32_t>(*bytes), *every};
}

struct printer {
  std::string operator()(const step::expect& s) const {
    return fmt::format("expect {}", net::name_of(s.kind));
  }
  std::string operator()(const step::send& s) const {
    auto text = fmt::format("send {}", net::name_of(s.kind));
    const auto add = [&](std::string_view key, const auto& value) {
      text += fmt::format(" {}={}", key, value);
    };
    if (s.times != 1)
      add("times", s.times);
    if (s.protocol)
      add("protocol", *s.protocol);
    if (s.user_agent)
      add("agent", *s.user_agent);
    if (s.clock != std::chrono::seconds{0})
      add("clock", print_shift(s.clock));
    if (s.nonce != step::nonce::own)
      add("nonce", nonces[static_cast<std::size_t>(s.nonce)].first);
    if (s.fake != 0)
      add("fake", s.fake);
    if (s.bad_checksum)
      add("checksum", "wrong");
    if (s.bad_magic)
      add("magic", "wrong");
    if (s.length)
      add("length", *s.length);
    if (s.cut)
      add("cut", *s.cut);
    return text;
  }
  std::string operator()(const step::send_bytes& s) const {
    return "send_bytes " + actors::print_hex(s.data);
  }
  std::string operator()(const step::wait& s) const {
    return "wait " + actors::print_fine_duration(s.time);
  }
  std::string operator()(const step::pieces& s) const {
    return fmt::format("pieces {} {}", s.bytes, actors::print_fine_duration(s.every));
  }
  std::string operator()(const step::close&) const { return "close"; }
  std::string operator()(const step::reset&) const { return "reset"; }
  std::string operator()(const step::stop_reading&) const { return "stop_reading"; }
};

} // namespace

parsed<program_step> parse_step(std::string_view text) {
  const auto words = words_of(text);
  constexpr std::array<std::string_view, 8> known = {
      "expect", "send", "send_bytes", "wait", "pieces", "close", "reset", "stop_reading"};
  if (words.empty())
    return wrong(fmt::format("must be one of {}", fmt::join(known, ", ")));
  const auto rest = std::span{words}.subspan(1);
  if (words[0] == "send")
    return parse_send(rest);
  if (words[0] == "pieces")
    return parse_pieces(rest);
  if (words[0] == "expect" && rest.size() == 1) {
    const auto kind = net::kind_of(rest[0]);
    if (kind == net::message_kind::unknown)
      return wrong("expects a message that there is not");
    return step::expect{kind};
  }
  if (words[0] == "send_bytes" && rest.size() == 1) {
    auto data = actors::parse_hex(rest[0]);
    if (!data)
      return wrong(data.error());
    return step::send_bytes{std::move(*data)};
  }
  if (words[0] == "wait" && rest.size() == 1) {
    const auto time = actors::parse_fine_duration(rest[0]);
    if (!time)
      return wrong(time.error());
    return step::wait{*time};
  }
  if (words[0] == "close" && rest.empty())
    return step::close{};
  if (words[0] == "reset" && rest.empty())
    return step::reset{};
  if (words[0] == "stop_reading" && rest.empty())
    return step::stop_reading{};
  return wrong(fmt::format("must be one of {}{}", fmt::join(known, ", "),
                           net::did_you_mean(words[0], known)));
}

std::string print_step(const program_step& s) {
  return std::visit(printer{}, s);
}

} // namespace seedwalk::sim
