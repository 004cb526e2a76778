#pragma once

#include <cstdint>

#include "actors/config/crawl_config.hpp"
#include "store/database.hpp"

namespace seedwalk::tools {

/// How a crawl that runs on `config` opens its database. `seed` orders what is due in a new one.
store::database_options crawl_database_options(const actors::crawl_config& config,
                                               std::uint64_t seed);

} // namespace seedwalk::tools
