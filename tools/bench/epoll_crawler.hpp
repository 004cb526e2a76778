#pragma once

#include <cstdint>
#include <string>

#include <tl/expected.hpp>

#include "net/address/endpoint.hpp"
#include "net/bitcoin/chain_params.hpp"

namespace seedwalk::bench {

/// What a bare crawl came to.
struct epoll_crawl_result {
  std::uint64_t visited = 0; ///< Connections that were opened.
  std::uint64_t good = 0;    ///< Those that answered getaddr.
  std::uint64_t entries = 0; ///< Addresses heard, repetitions included.
};

/// The least that a crawl can cost, as a baseline: one epoll loop, no actors, no timers, no
/// database. It says what a visit says, reads answers with our decoder, remembers whom it knows in
/// a hash set, and hangs up as a visit does: when the ping behind getaddr is answered.
///
/// Blocks until everybody who was heard of was visited. Peers are trusted to answer: the nodes of a
/// zoo do. The error is one line.
tl::expected<epoll_crawl_result, std::string>
epoll_crawl(const net::magic_bytes& magic, const net::endpoint& first, std::size_t connections_max);

} // namespace seedwalk::bench
