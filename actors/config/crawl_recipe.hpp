#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "actors/config/crawl_config.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::actors {

/// What a crawl is made from: its configuration, and what it takes to reload that. A recording
/// begins with it.
struct crawl_recipe {
  crawl_config config;
  std::set<std::string, std::less<>>
      pinned; ///< Paths of options set by flags or the environment: no file changes them.
  /// What `peers.exclude_file` said when the run began.
  std::vector<address_rule> excluded;
  std::string control_socket; ///< Where commands are taken; empty: nowhere.

  SEEDWALK_INSPECT(crawl_recipe, config, pinned, excluded, control_socket)

  friend bool operator==(const crawl_recipe&, const crawl_recipe&) = default;
};

/// The configuration that follows from `contents`, a configuration file called `name`: what it
/// says, below what is pinned, above the defaults.
///
/// The whole of it is checked, and refused with one line if any part is bad, or if it changes what
/// cannot change while a crawl runs: the chain, the database, how the run ends, the number of
/// threads, the name of the exclude file, which is read at the start. The number of connections may
/// shrink and grow again, but not beyond what descriptors and queues were made for.
tl::expected<crawl_config, std::string>
reconfigured(const crawl_recipe& recipe, std::string_view contents, std::string_view name);

} // namespace seedwalk::actors
