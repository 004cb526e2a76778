#pragma once

#include <memory>

#include "store/database.hpp"
#include "tools/live_crawl.hpp"

namespace seedwalk::tools {

/// The crawl of `run_live_crawl` on CAF's scheduler, with `run.threads` workers. This thread serves
/// sockets and signals meanwhile, one of the storage's own the database.
///
/// There is no order of steps to speak of, so the result has neither hash nor steps, and nothing is
/// recorded. Preconditions: `db` is open, `run.threads` is not 0 and `record_file` is empty.
live_crawl_result run_threaded_crawl(const live_crawl_options& options,
                                     std::unique_ptr<store::database> db);

} // namespace seedwalk::tools
