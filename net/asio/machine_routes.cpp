#include "net/asio/machine_routes.hpp"

#include <optional>
#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

#include "net/asio/socket_address.hpp"

namespace seedwalk::net {

namespace {

/// From where packets to `far` would leave; nothing if there is no way there.
std::optional<endpoint> source_towards(std::string_view far) {
  const auto peer = parse_endpoint(far, 9);
  const auto to = peer ? socket_address_of(*peer)
                       : tl::expected<socket_address, error>(tl::unexpect, error::unknown);
  if (!to)
    return std::nullopt;
  const int probe = ::socket(to->family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0)
    return std::nullopt;
  std::optional<endpoint> source;
  if (::connect(probe, to->get(), to->size) == 0)
    source = local_endpoint_of(probe);
  ::close(probe);
  return source;
}

bool leads(const std::optional<endpoint>& source) {
  return source && !is_loopback(*source);
}

} // namespace

routes_found routes_of_this_machine() {
  // Two root name servers: addresses that are somebody's, for good. A mesh takes any of its range.
  const auto cjdns = source_towards("[fc00::1]");
  const auto yggdrasil = source_towards("[200::1]");
  return {leads(source_towards("198.41.0.4")), leads(source_towards("[2001:503:ba3e::2:30]")),
          cjdns && cjdns->network == network_id::cjdns,
          yggdrasil && yggdrasil->network == network_id::yggdrasil};
}

} // namespace seedwalk::net
