#include "actors/crawl/subscriber_table.hpp"

#include <algorithm>

namespace seedwalk::actors {

void subscriber_table::add(net::owner subscriber, std::uint32_t credit) {
  if (credit == 0)
    return;
  auto& kept = credit_[subscriber];
  kept = std::min(kept + std::min(credit, credit_max), credit_max);
}

} // namespace seedwalk::actors
