#include "store/peer_record.hpp"

namespace seedwalk::store {

bool good(const peer_record& r) {
  return r.last && reached(r.last->stage);
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
