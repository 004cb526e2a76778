#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <sys/types.h>
#include <tl/expected.hpp>

#include "net/address/endpoint.hpp"

namespace seedwalk::bench {

/// `seedwalk zoo` of honest nodes in a process of its own, so that what it costs is not counted as
/// ours. It ends with this object.
class zoo_process {
public:
  /// Starts one and waits until it listens. Each node knows so many others, or all where there are
  /// fewer. The error is one line.
  static tl::expected<std::unique_ptr<zoo_process>, std::string> start(std::uint64_t nodes,
                                                                       std::uint32_t addresses);
  ~zoo_process();
  zoo_process(const zoo_process&) = delete;
  zoo_process& operator=(const zoo_process&) = delete;

  /// Where a crawl of it starts.
  const net::endpoint& first() const { return first_; }

  /// CPU time that it has used so far, in seconds.
  double cpu_s() const;

private:
  zoo_process(pid_t child, net::endpoint first) : child_(child), first_(first) {}

  pid_t child_;
  net::endpoint first_;
};

} // namespace seedwalk::bench
