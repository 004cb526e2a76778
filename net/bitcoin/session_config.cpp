#include "net/bitcoin/session_config.hpp"

#include <algorithm>
#include <array>

#include "net/base/random.hpp"
#include "net/base/text_pattern.hpp"
#include "net/door/network.hpp"

namespace seedwalk::net {

namespace {

constexpr std::size_t max_user_agent_bytes = 256;

bool matches_any(std::string_view text, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [text](const std::string& pattern) { return matches_pattern(text, pattern); });
}

bool all_positive(const session_timers& t) {
  const std::array all = {t.connect,         t.handshake,       t.message_idle,  t.message_whole,
                          t.first_addresses, t.quiet_addresses, t.all_addresses, t.probe};
  return std::all_of(all.begin(), all.end(), [](auto d) { return d.count() > 0; });
}

std::uint32_t nonce_tag(std::uint64_t nonce_key, std::uint32_t draw) {
  const std::array<std::uint8_t, 4> key = {
      static_cast<std::uint8_t>(draw), static_cast<std::uint8_t>(draw >> 8),
      static_cast<std::uint8_t>(draw >> 16), static_cast<std::uint8_t>(draw >> 24)};
  return static_cast<std::uint32_t>(keyed_hash(nonce_key, "version nonce", key));
}

} // namespace

std::optional<std::string> problem_in(const session_config& config) {
  if (config.user_agent.size() > max_user_agent_bytes)
    return "the user agent is longer than the 256 bytes that peers accept";
  if (config.protocol_version < min_peer_protocol_version)
    return "peers refuse protocol versions below 31800";
  if (!all_positive(config.timers.clearnet) || !all_positive(config.timers.tor) ||
      !all_positive(config.timers.i2p))
    return "every timer must be longer than nothing";
  const auto& alive = config.keep_alive;
  if (alive.ping_every.count() <= 0 || alive.ping_timeout.count() <= 0 ||
      alive.inactivity.count() <= 0)
    return "every keep-alive timer must be longer than nothing";
  if (alive.inactivity <= alive.ping_every)
    return "the inactivity limit must be longer than the time between pings";
  if (config.limits.receive_window == 0)
    return "a session that may receive nothing can learn nothing";
  if (config.limits.receive_window > network::max_allowance_bytes)
    return "the receive window is above the megabyte that the network door allows";
  if (config.limits.gossip_interval.count() <= 0)
    return "the time for each unasked address must be longer than nothing";
  return std::nullopt;
}

bool welcomes(const session_config& config, std::string_view user_agent) {
  if (matches_any(user_agent, config.banned_user_agents))
    return false;
  return config.required_user_agents.empty() ||
         matches_any(user_agent, config.required_user_agents);
}

std::uint64_t make_version_nonce(std::uint64_t nonce_key, std::uint32_t draw) {
  return static_cast<std::uint64_t>(draw) << 32 | nonce_tag(nonce_key, draw);
}

bool is_own_version_nonce(std::uint64_t nonce_key, std::uint64_t nonce) {
  return nonce == make_version_nonce(nonce_key, static_cast<std::uint32_t>(nonce >> 32));
}

} // namespace seedwalk::net
