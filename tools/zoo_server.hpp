#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "sim/nodes/node_model.hpp"
#include "sim/nodes/topology.hpp"

namespace seedwalk::tools {

/// Which nodes are served, and how many dials may wait for us.
struct zoo_server_options {
  sim::topology_options nodes;
  int listen_backlog = 4096;
};

/// What a zoo has seen so far.
struct zoo_statistics {
  std::uint64_t accepted = 0;
  std::uint64_t open = 0;
  std::uint64_t peak_open = 0;
  std::uint64_t strangers = 0; ///< Connections to loopback addresses that no node has; reset.
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t violations = 0; ///< All of them; `zoo_server::violations` keeps the first.
};

/// Serves a topology on this machine's loopback addresses, so that a crawler can be run on real
/// sockets without leaving it.
///
/// One wildcard socket stands for all nodes: which of them is meant is the address at which a
/// connection arrives. Ports at which nobody listens are those of the refused nodes. A process that
/// may open few files gets as many as its hard limit allows; 20,000 open connections need as many
/// descriptors.
///
/// Connections from other machines are reset at once.
///
/// Threads: `start`, `stop` and the destructor from one thread; statistics and violations from any.
class zoo_server {
public:
  explicit zoo_server(zoo_server_options o);
  ~zoo_server();
  zoo_server(const zoo_server&) = delete;
  zoo_server& operator=(const zoo_server&) = delete;

  const sim::topology& nodes() const;

  /// Listens. The error is one sentence: the port is taken, or a node is of a kind that loopback
  /// cannot express (`absent`).
  tl::expected<void, std::string> listen();

  /// Serves in a thread of its own, until `stop`. Precondition: listening.
  void start();

  /// Serves in this thread until SIGINT, SIGTERM or SIGHUP, those that are ignored aside.
  /// Precondition: listening.
  void run_until_interrupted();

  /// Ends every connection and the thread.
  void stop();

  zoo_statistics statistics() const;
  std::vector<sim::node_violation> violations() const;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace seedwalk::tools
