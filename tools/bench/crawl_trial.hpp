#pragma once

#include <cstdint>
#include <string>

#include <tl/expected.hpp>

#include "net/address/endpoint.hpp"
#include "tools/bench/stopwatch.hpp"
#include "tools/live_crawl.hpp"

namespace seedwalk::bench {

/// The chain of the nodes that a benchmark's crawls visit.
constexpr auto trial_chain = "regtest";

/// One crawl of a zoo and what it cost this process.
struct crawl_trial {
  std::uint64_t nodes = 0;
  cost took;
  std::uint64_t steps = 0;
  std::uint64_t recording_bytes = 0;
  std::uint64_t peak_resident_bytes = 0;  ///< Of this process, while it lasted.
  std::uint64_t peak_unwritten_bytes = 0; ///< Most that waited for the DB writer at once.
};

/// How many connections at once a crawl has here, and its baseline too.
inline constexpr std::uint32_t trial_connections = 500;

/// `seedwalk crawl --once` from `first`, into a new database in `folder`, recorded if a file is
/// named. All is as an operator has it, the timers of visits included. An unfinished crawl, or one
/// that misses some of `nodes`, is an error.
tl::expected<crawl_trial, std::string> try_crawl(const net::endpoint& first, std::uint64_t nodes,
                                                 const std::string& folder,
                                                 const std::string& record_file = {});

/// The same with the bare epoll loop.
tl::expected<crawl_trial, std::string> try_epoll_crawl(const net::endpoint& first,
                                                       std::uint64_t nodes);

} // namespace seedwalk::bench
