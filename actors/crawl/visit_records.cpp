#include "actors/crawl/visit_records.hpp"

#include <array>
#include <utility>

namespace seedwalk::actors {

namespace {

std::chrono::milliseconds to_ms(std::chrono::nanoseconds t) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(t);
}

std::uint32_t to_features(const net::peer_features& said) {
  using net::peer_feature;
  using store::feature;
  static constexpr std::array<std::pair<peer_feature, feature>, 7> pairs = {{
      {peer_feature::wtxidrelay, feature::wtxidrelay},
      {peer_feature::sendaddrv2, feature::sendaddrv2},
      {peer_feature::sendheaders, feature::sendheaders},
      {peer_feature::sendcmpct, feature::sendcmpct},
      {peer_feature::feefilter, feature::feefilter},
      {peer_feature::feature, feature::negotiation},
      {peer_feature::sendtxrcncl, feature::sendtxrcncl},
  }};
  std::uint32_t bits = 0;
  for (const auto& [from, to] : pairs)
    if (said.has(from))
      bits |= static_cast<std::uint32_t>(to);
  return bits;
}

} // namespace

store::version_record to_version_record(const net::msg::version& version) {
  store::version_record kept;
  kept.protocol_version = version.protocol;
  kept.services = version.services;
  kept.time = version.time;
  kept.receiver_services = version.receiver.services;
  kept.receiver = version.receiver.peer();
  if (version.sender) {
    kept.sender_services = version.sender->address.services;
    kept.sender = version.sender->address.peer();
    kept.nonce = version.sender->nonce;
  }
  kept.user_agent = version.user_agent.value_or(std::string{});
  kept.start_height = version.start_height.value_or(0);
  kept.relay = version.relay.value_or(true);
  return kept;
}

store::visit_record to_visit_record(const net::visit_summary& summary, std::uint32_t census,
                                    std::uint32_t vantage, std::chrono::seconds started,
                                    std::chrono::seconds ended) {
  store::visit_record kept;
  kept.census = census;
  kept.vantage = vantage;
  kept.started = started;
  kept.ended = ended;
  kept.outcome = summary.outcome;
  kept.stage = summary.reached;
  kept.blame = summary.blame;
  const auto zero = std::chrono::nanoseconds{0};
  const auto before = summary.connecting.value_or(zero) + summary.handshake.value_or(zero);
  const bool asked = summary.addresses.answer != net::addr_answer::not_asked;
  kept.durations.dial = to_ms(summary.connecting.value_or(zero));
  kept.durations.handshake = to_ms(summary.handshake.value_or(zero));
  kept.durations.addresses = to_ms(asked ? summary.whole - before : zero);
  kept.durations.total = to_ms(summary.whole);
  if (summary.round_trip)
    kept.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(*summary.round_trip);
  kept.bytes_in = summary.carried.bytes_in;
  kept.bytes_out = summary.carried.bytes_out;
  kept.features = to_features(summary.features);
  if (summary.version)
    kept.version = to_version_record(*summary.version);
  kept.addresses.answer = summary.addresses.answer;
  kept.addresses.ended_by = summary.addresses.ended_by;
  kept.addresses.messages = summary.addresses.messages;
  kept.addresses.entries = summary.addresses.by_network;
  kept.addresses.digest = summary.addresses.digest;
  return kept;
}

} // namespace seedwalk::actors
