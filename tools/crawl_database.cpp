#include "tools/crawl_database.hpp"

namespace seedwalk::tools {

store::database_options crawl_database_options(const actors::crawl_config& config,
                                               std::uint64_t seed) {
  store::database_options options;
  options.schedule = config.schedule;
  options.limits.known = config.storage.max_known;
  options.limits.inbound = config.storage.max_inbound_records;
  options.limits.per_ipv4_address = config.storage.max_per_ipv4;
  options.limits.per_ipv6_64 = config.storage.max_per_ipv6_64;
  options.limits.per_ipv6_48 = config.storage.max_per_ipv6_48;
  // Records are read one by one in no order that blocks of them could serve.
  constexpr std::uint64_t share_of_blocks = 16;
  options.disk.block_cache_bytes = config.storage.cache_bytes / share_of_blocks;
  options.record_cache_bytes = config.storage.cache_bytes - options.disk.block_cache_bytes;
  options.chain = config.network.name;
  options.seed = seed;
  return options;
}

} // namespace seedwalk::tools
