#include "sim/network/fault_text.hpp"

#include <fmt/format.h>

namespace seedwalk::sim {

namespace {

std::string seconds(std::chrono::nanoseconds time) {
  return fmt::format("{}.{:03} s", time.count() / 1'000'000'000, time.count() / 1'000'000 % 1'000);
}

struct action_text {
  std::string operator()(const fault::pass&) const { return "nothing"; }
  std::string operator()(const fault::fail_dial& x) const {
    return fmt::format("dials fail: {}", net::name_of(x.reason));
  }
  std::string operator()(const fault::drop&) const { return "packets are lost"; }
  std::string operator()(const fault::silence&) const { return "dials reach nobody who speaks"; }
  std::string operator()(const fault::delay&) const { return "packets are late"; }
  std::string operator()(const fault::drip& x) const {
    return fmt::format("{} bytes arrive every {}", x.segment_bytes, seconds(x.interval));
  }
  std::string operator()(const fault::reset& x) const {
    return fmt::format("reset after {} bytes", x.after_bytes);
  }
  std::string operator()(const fault::reset_after& x) const {
    return fmt::format("reset {} after the dial", seconds(x.age));
  }
  std::string operator()(const fault::truncate& x) const {
    return fmt::format("the end after {} bytes", x.after_bytes);
  }
  std::string operator()(const fault::corrupt& x) const {
    return fmt::format("byte {} is changed", x.offset);
  }
};

std::string text_of(const endpoint_set& hosts) {
  if (!hosts.network)
    return "anybody";
  net::endpoint address{*hosts.network, hosts.prefix, hosts.port};
  const auto text = net::to_string(address);
  if (hosts.prefix_bits == 8 * net::address_size(*hosts.network))
    return text;
  return fmt::format("{} (the first {} bits)", text, hosts.prefix_bits);
}

} // namespace

std::string to_string(const fault_rule& rule) {
  const auto until = rule.until == net::steady_time::max() ? "the end" : seconds(rule.until);
  return fmt::format("{}: from {} to {}, {} of {} connections of {} to {}{}: {}", rule.name,
                     seconds(rule.since), until, rule.hit, rule.of, text_of(rule.from),
                     text_of(rule.to), rule.both_directions ? ", both directions" : "",
                     std::visit(action_text{}, rule.action));
}

} // namespace seedwalk::sim
