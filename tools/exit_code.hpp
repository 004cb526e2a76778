#pragma once

namespace seedwalk::tools {

/// What every subcommand ends with, so that scripts can tell why.
enum class exit_code : int {
  done = 0,
  failed = 1,            ///< Something went wrong; stderr says what.
  usage = 2,             ///< Bad arguments, or a configuration that makes no sense.
  invariant_broken = 10, ///< An invariant was broken, or an actor failed.
  no_progress = 11,      ///< Liveness: a run stood still that should not have.
  runs_differ = 12,      ///< Two runs that should be equal are not.
  damaged = 13,          ///< A recording or a database is damaged.
  interrupted = 130,     ///< SIGINT or SIGTERM: the second of a crawl, the first of a benchmark.
  reader_left = 141,     ///< Nobody reads standard output any more, as if SIGPIPE had ended it.
};

} // namespace seedwalk::tools
