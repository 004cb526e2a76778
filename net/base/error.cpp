#include "net/base/error.hpp"

namespace seedwalk::net {

std::string_view name_of(error e) {
  switch (e) {
  case error::none:
    return "none";
  case error::refused:
    return "refused";
  case error::timed_out:
    return "timed_out";
  case error::host_unreachable:
    return "host_unreachable";
  case error::network_unreachable:
    return "network_unreachable";
  case error::reset:
    return "reset";
  case error::end_of_input:
    return "end_of_input";
  case error::aborted:
    return "aborted";
  case error::send_queue_full:
    return "send_queue_full";
  case error::address_in_use:
    return "address_in_use";
  case error::address_not_available:
    return "address_not_available";
  case error::address_not_supported:
    return "address_not_supported";
  case error::permission_denied:
    return "permission_denied";
  case error::no_descriptors:
    return "no_descriptors";
  case error::no_local_ports:
    return "no_local_ports";
  case error::no_memory:
    return "no_memory";
  case error::name_not_found:
    return "name_not_found";
  case error::resolver_failed:
    return "resolver_failed";
  case error::proxy_failed:
    return "proxy_failed";
  case error::unknown:
    return "unknown";
  }
  return "unknown";
}

std::string_view name_of(blame b) {
  switch (b) {
  case blame::peer:
    return "peer";
  case blame::local:
    return "local";
  case blame::cancelled:
    return "cancelled";
  }
  return "peer";
}

blame blame_of(error e) {
  switch (e) {
  case error::none:
  case error::aborted:
    return blame::cancelled;
  case error::network_unreachable:
  case error::send_queue_full:
  case error::address_in_use:
  case error::address_not_available:
  case error::address_not_supported:
  case error::permission_denied:
  case error::no_descriptors:
  case error::no_local_ports:
  case error::no_memory:
  case error::resolver_failed:
  case error::proxy_failed:
    return blame::local;
  case error::refused:
  case error::timed_out:
  case error::host_unreachable:
  case error::reset:
  case error::end_of_input:
  case error::name_not_found:
  case error::unknown:
    return blame::peer;
  }
  return blame::peer;
}

} // namespace seedwalk::net
