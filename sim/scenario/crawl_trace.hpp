#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/bitcoin/chain_params.hpp"
#include "sim/nodes/node_host.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/trace/trace_recorder.hpp"

namespace seedwalk::sim {

/// The names of the messages whose headers are in some bytes of a connection: "version, verack".
/// Bytes before the first header are the rest of one that came before, and are passed over.
void name_messages(const net::magic_bytes& magic, net::byte_view data, std::string& to);

/// What people ask of a step of a crawl besides its message's type: what is in the bytes that came,
/// why a connection ended. `text` is kept for its memory, and for what is returned.
trace_detail detail_of(const step_view& step, const net::magic_bytes& magic, std::string& text);

/// An operation as a person reads it: "crash at 3.000 s, crawler a".
std::string text_of(const planned_operation& one);

/// Traces a simulated crawl: every step of every crawler, what happens to the nodes, the faults,
/// and what is broken.
///
/// Made before the world starts; the world outlives it. Threads: that of the world.
class crawl_trace final : private node_listener {
public:
  /// `again` is the command that makes the same run again.
  crawl_trace(crawl_world& world, std::string again, trace_bounds bounds = {});
  ~crawl_trace() override;

  crawl_trace(const crawl_trace&) = delete;
  crawl_trace& operator=(const crawl_trace&) = delete;

  /// The run was judged: the trace is whole.
  void finish(const crawl_verdict& verdict);

  /// Precondition: it has finished.
  void write(std::ostream& out) const { recorder_.write(out); }

  const trace_recorder& recorder() const { return recorder_; }

private:
  void on_accepted(std::uint32_t node, const net::endpoint& peer) override;
  void on_heard(std::uint32_t node, net::byte_view data) override;
  void on_said(std::uint32_t node, net::byte_view data) override;
  void on_said_all(std::uint32_t node) override;
  void on_input_ended(std::uint32_t node) override;
  void on_closed(std::uint32_t node, net::error reason) override;
  void on_violation(std::uint32_t node, const node_violation& v) override;

  std::uint32_t lane_of(std::uint32_t node);

  crawl_world& world_;
  const net::magic_bytes magic_;
  std::vector<std::uint32_t> lanes_; ///< Of nodes, by number; 0: none yet.
  std::string text_;                 ///< Kept for its memory.
  std::string said_;
  std::uint64_t said_bytes_ = 0;
  trace_recorder recorder_;
  // What happens to nodes, as texts.
  const std::uint32_t accepts_;
  const std::uint32_t hears_;
  const std::uint32_t says_;
  const std::uint32_t hears_end_;
  const std::uint32_t is_closed_;
};

} // namespace seedwalk::sim
