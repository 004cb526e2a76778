#include "sim/network/fault_rules.hpp"

#include <algorithm>
#include <cassert>

#include "net/base/random.hpp"

namespace seedwalk::sim {

bool endpoint_set::contains(const net::endpoint& peer) const {
  if (!network)
    return true;
  if (peer.network != *network || (port != 0 && peer.port != port))
    return false;
  const auto whole = prefix_bits / 8;
  if (!std::equal(prefix.begin(), prefix.begin() + whole, peer.address.begin()))
    return false;
  const auto rest = prefix_bits % 8;
  return rest == 0 || (prefix[whole] ^ peer.address[whole]) >> (8 - rest) == 0;
}

endpoint_set endpoint_set::only(const net::endpoint& peer) {
  return {peer.network, peer.address,
          static_cast<std::uint32_t>(8 * net::address_size(peer.network)), peer.port};
}

endpoint_set endpoint_set::subnet(const net::endpoint& peer, std::uint32_t bits) {
  assert(bits <= 8 * net::address_size(peer.network));
  return {peer.network, peer.address, bits, 0};
}

fault_rules::fault_rules(const draws& draw, std::vector<fault_rule> rules)
    : draw_(&draw), rules_(std::move(rules)) {}

bool fault_rules::matches(const fault_rule& rule, const fault_subject& subject,
                          net::steady_time now) const {
  if (now < rule.since || now >= rule.until)
    return false;
  const bool forth = rule.from.contains(subject.from) && rule.to.contains(subject.to);
  const bool back =
      rule.both_directions && rule.from.contains(subject.to) && rule.to.contains(subject.from);
  if (!forth && !back)
    return false;
  if (rule.hit >= rule.of)
    return true;
  const auto name = name_from("fault", net::keyed_hash(0, "rule", net::as_bytes(rule.name)),
                              subject.connection_key);
  return (*draw_)("fault hit", name) % rule.of < rule.hit;
}

template <class Speaks>
const fault_rule* fault_rules::first(const fault_subject& subject, net::steady_time now,
                                     Speaks&& speaks) const {
  if (subject.is_unix)
    return nullptr;
  for (const auto& rule : rules_) {
    const bool exempt = std::holds_alternative<fault::pass>(rule.action);
    if ((exempt || speaks(rule.action)) && matches(rule, subject, now))
      return exempt ? nullptr : &rule;
  }
  return nullptr;
}

const fault_rule* fault_rules::on_dial(const fault_subject& subject, net::steady_time now) const {
  return first(subject, now, [](const fault_action& action) {
    return std::holds_alternative<fault::fail_dial>(action) ||
           std::holds_alternative<fault::silence>(action);
  });
}

const fault_rule* fault_rules::on_open(const fault_subject& subject, net::steady_time now) const {
  return first(subject, now, [](const fault_action& action) {
    return std::holds_alternative<fault::reset_after>(action);
  });
}

const fault_rule* fault_rules::on_packet(const fault_subject& subject, net::steady_time now) const {
  return first(subject, now, [](const fault_action& action) {
    return std::holds_alternative<fault::drop>(action);
  });
}

const fault_rule* fault_rules::on_bytes(const fault_subject& subject, net::steady_time now,
                                        std::uint64_t begin, std::uint64_t end) const {
  return first(subject, now, [=](const fault_action& action) {
    if (const auto reset = std::get_if<fault::reset>(&action))
      return reset->after_bytes < end;
    if (const auto truncate = std::get_if<fault::truncate>(&action))
      return truncate->after_bytes < end;
    if (const auto corrupt = std::get_if<fault::corrupt>(&action))
      return begin <= corrupt->offset && corrupt->offset < end;
    return std::holds_alternative<fault::delay>(action) ||
           std::holds_alternative<fault::drip>(action);
  });
}

} // namespace seedwalk::sim
