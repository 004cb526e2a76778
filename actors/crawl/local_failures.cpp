#include "actors/crawl/local_failures.hpp"

#include <algorithm>
#include <utility>

#include "net/base/probe.hpp"

namespace seedwalk::actors {

std::string_view advice_on(net::error cause) {
  switch (cause) {
  case net::error::no_descriptors:
    return "raise the limit on open files (ulimit -n; LimitNOFILE= of a service), or lower "
           "--max-connections";
  case net::error::no_local_ports:
    return "widen net.ipv4.ip_local_port_range, or lower --max-connections";
  case net::error::no_memory:
    return "the kernel has no memory for sockets: lower --max-connections";
  case net::error::network_unreachable:
    return "this machine has no route there: check its network";
  case net::error::permission_denied:
    return "the system or a firewall of this machine forbids it: check its rules";
  case net::error::proxy_failed:
    return "check that the proxy runs and takes connections";
  case net::error::resolver_failed:
    return "check the resolver (/etc/resolv.conf)";
  case net::error::address_not_supported:
    return "there is no way to that network from here: a proxy may be missing";
  case net::error::address_in_use:
  case net::error::address_not_available:
    return "check the addresses of this machine";
  default:
    return "see the log";
  }
}

bool is_shortage(net::error cause) {
  return cause == net::error::no_descriptors || cause == net::error::no_local_ports ||
         cause == net::error::no_memory;
}

bool never_began(const net::visit_summary& summary) {
  return summary.direction == net::direction::outbound && summary.blame == net::blame::local &&
         summary.reached == net::stage::dialling && is_shortage(summary.reason);
}

bool local_failures::note(net::error cause, net::steady_time now) {
  const auto [i, fresh] = reasons_.try_emplace(cause);
  auto& r = i->second;
  const bool quiet = !fresh && r.unsaid == 0 && now - r.last >= summary_every;
  ++r.total;
  r.last = now;
  if (fresh || quiet) {
    said_at_ = std::max(said_at_, now);
    return true;
  }
  ++r.unsaid;
  return false;
}

std::vector<std::pair<net::error, std::uint64_t>>
local_failures::take_summary(net::steady_time now) {
  std::vector<std::pair<net::error, std::uint64_t>> said;
  if (now - said_at_ < summary_every)
    return said;
  for (auto& [cause, r] : reasons_)
    if (const auto n = std::exchange(r.unsaid, 0); n > 0)
      said.emplace_back(cause, n);
  if (!said.empty())
    said_at_ = now;
  return said;
}

std::map<net::error, std::uint64_t> local_failures::totals() const {
  std::map<net::error, std::uint64_t> all;
  for (const auto& [cause, r] : reasons_)
    all.emplace(cause, r.total);
  return all;
}

void dial_brake::failed(std::uint32_t others, net::steady_time now) {
  const bool more_of_the_same = on_ && now < until_;
  ceiling_ = std::max(1u, on_ ? std::min(ceiling_, others) : others);
  on_ = true;
  if (more_of_the_same)
    return;
  const auto pause = std::min(pause_max, pause_min * (1u << std::min(pauses_, 5u)));
  ++pauses_;
  until_ = now + pause;
}

void dial_brake::worked() {
  pauses_ = 0;
}

std::uint32_t dial_brake::allowed(std::uint32_t slots, net::steady_time now) {
  if (!on_)
    return slots;
  if (now < until_)
    return 0;
  // Whole seconds since the pause, each of which adds a quarter; few are enough for any number.
  const auto seconds = (now - until_) / std::chrono::seconds{1};
  std::uint64_t most = ceiling_;
  for (std::int64_t i = 0; i < seconds && most < slots; ++i)
    most += most / 4 + 1;
  if (most < slots)
    return static_cast<std::uint32_t>(most);
  on_ = false;
  net::reached(net::probe::brake_lifted);
  return slots;
}

std::optional<net::steady_time> dial_brake::next_change(net::steady_time now) const {
  if (!on_)
    return std::nullopt;
  if (now < until_)
    return until_;
  return until_ + ((now - until_) / std::chrono::seconds{1} + 1) * std::chrono::seconds{1};
}

} // namespace seedwalk::actors
