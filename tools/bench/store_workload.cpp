#include "tools/bench/store_workload.hpp"

#include <chrono>
#include <utility>

#include <fmt/core.h>

namespace seedwalk::bench {

net::endpoint workload_peer(std::uint64_t n) {
  // A mixing of the number: drawn order, no two alike.
  const auto mixed = static_cast<std::uint32_t>(n * 2'654'435'761u);
  return net::ipv4_endpoint(mixed, static_cast<std::uint16_t>(8'333 + n % 3));
}

net::endpoint workload_source(std::uint64_t n) {
  return net::ipv4_endpoint(static_cast<std::uint32_t>(0x05000000u + n * 65'536), 8'333);
}

store::batch workload_announcements(std::uint64_t first, std::uint64_t count) {
  store::record_announcements op{workload_source(first / per_batch % 1'000), workload_start, {}};
  for (auto n = first; n != first + count; ++n)
    op.announcements.push_back(
        {workload_peer(n), static_cast<std::uint32_t>(workload_start.count() - n % 80'000), 1'033});
  return {{std::move(op)}};
}

store::batch workload_visits(std::uint64_t first, std::uint64_t count, std::uint64_t peers) {
  store::batch out;
  for (auto n = first; n != first + count; ++n) {
    store::record_visit op;
    // 7,919 is prime to any number of peers that one would choose.
    op.peer = workload_peer(n * 7'919 % peers);
    op.visit.started = workload_start + std::chrono::seconds{n / 200};
    op.visit.ended = op.visit.started + std::chrono::seconds{5};
    op.visit.outcome = net::outcome::connect_timeout;
    op.visit.durations.dial = op.visit.durations.total = std::chrono::milliseconds{5'000};
    if (n % 10 == 0) {
      op.visit.outcome = net::outcome::complete;
      op.visit.stage = net::stage::addresses;
      op.visit.version = store::version_record{};
      op.visit.version->protocol_version = 70'016;
      op.visit.version->services = 1'033;
      op.visit.version->user_agent = fmt::format("/Satoshi:{}.0.0/", n % 100);
      op.visit.version->nonce = n * 0x9e3779b97f4a7c15ull;
    }
    out.operations.emplace_back(std::move(op));
  }
  return out;
}

} // namespace seedwalk::bench
