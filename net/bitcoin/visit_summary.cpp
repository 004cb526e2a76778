#include "net/bitcoin/visit_summary.hpp"

namespace seedwalk::net {

outcome outcome_of_failed_dial(error e) {
  switch (e) {
  case error::refused:
  case error::reset:
  case error::end_of_input:
    return outcome::refused;
  case error::timed_out:
    return outcome::connect_timeout;
  case error::host_unreachable:
  case error::network_unreachable:
  case error::address_not_supported:
  case error::name_not_found:
  case error::unknown:
    return outcome::unreachable;
  case error::none:
  case error::aborted:
    return outcome::cancelled;
  case error::send_queue_full:
  case error::address_in_use:
  case error::address_not_available:
  case error::permission_denied:
  case error::no_descriptors:
  case error::no_local_ports:
  case error::no_memory:
  case error::resolver_failed:
  case error::proxy_failed:
    return outcome::local_failure;
  }
  return outcome::local_failure;
}

outcome outcome_of_lost_connection(error e, stage reached) {
  if (e == error::none || e == error::aborted)
    return outcome::cancelled;
  if (blame_of(e) == blame::local)
    return outcome::local_failure;
  if (reached <= stage::connected)
    return outcome::closed_before_version;
  if (e != error::end_of_input)
    return outcome::reset;
  return reached == stage::version ? outcome::closed_before_verack
                                   : outcome::closed_after_handshake;
}

blame blame_of(outcome o) {
  switch (o) {
  case outcome::local_failure:
  case outcome::internal_error:
  case outcome::self:
    return blame::local;
  case outcome::cancelled:
  case outcome::duplicate:
    return blame::cancelled;
  default:
    return blame::peer;
  }
}

} // namespace seedwalk::net
