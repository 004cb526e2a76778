#include "store/peer_record.hpp"

namespace seedwalk::store {

bool good(const peer_record& r) {
  return r.last && reached(r.last->stage);
}

v2_offer offers_v2(const peer_record& r) {
  if (r.v2.last_spoken != never && r.v2.last_spoken >= r.last_success)
    return v2_offer::spoken;
  if (r.version && (r.version->services & service_p2p_v2) != 0)
    return v2_offer::version;
  return (r.announced_services & service_p2p_v2) != 0 ? v2_offer::gossip : v2_offer::none;
}

bool seedable(const net::endpoint& peer, const peer_record& r, timestamp now,
              const seed_policy& policy) {
  if (!good(r) || !r.version)
    return false;
  const auto port = peer.network == net::network_id::i2p ? 0 : policy.port;
  if (peer.port != port)
    return false;
  if ((r.version->services & policy.services) != policy.services)
    return false;
  if (r.version->protocol_version < policy.protocol_version ||
      r.version->start_height < policy.start_height)
    return false;
  if (r.last_success < now - policy.max_age)
    return false;
  if (r.tries <= 3)
    return r.successes * 2 >= r.tries;
  return reliable(r.averages);
}

} // namespace seedwalk::store
