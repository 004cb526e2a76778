#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <xxhash.h>

#include "actors/runtime/process.hpp"
#include "actors/runtime/world_listener.hpp"
#include "sim/trace/trace.hpp"
#include "sim/trace/trace_file.hpp"

namespace seedwalk::sim {

/// More of an entry than its message's type.
struct trace_detail {
  std::string_view text; ///< Copied.
  std::uint64_t bytes = 0;
};

/// Keeps what happens in a simulated world, for people: who took which message and when, and what
/// led to it. `write` makes a file of it that `seedwalk trace` shows.
///
///     trace_recorder trace{world, header};       // before the first actor is spawned
///     ... run ...
///     trace.finish(end);
///     trace.write(out);
///
/// It holds the last `trace_bounds::entries` entries, compressed, and forgets older ones. What is
/// recorded changes nothing of the run: its chain is the same with and without.
///
/// An entry's cause is the entry in which its message was sent, or its event put. What happens in
/// between and has no entry of its own, as the packets that carry some bytes, passes its cause on:
/// so an actor that writes to a node is the cause of what the node hears.
///
/// The world outlives it. Threads: that of the world.
class trace_recorder final : public world_listener {
public:
  /// Says more of a step, about its message; called before it.
  using describer = std::function<trace_detail(const step_view& step)>;

  trace_recorder(sim::world& world, trace_header header, describer describe = {},
                 trace_bounds bounds = {});
  ~trace_recorder() override;

  trace_recorder(const trace_recorder&) = delete;
  trace_recorder& operator=(const trace_recorder&) = delete;

  /// The number of a lane for something that is no actor. Two lanes are never of one name.
  std::uint32_t add_lane(trace_lane lane);

  /// The number of a text that may be noted often.
  std::uint32_t add_text(std::string_view text);

  /// What led to something that is noted.
  enum class led_by : std::uint8_t {
    cause_of_turn, ///< What put the event that has its turn, or sent what comes with it.
    entry_before,  ///< What was noted before in the same turn.
  };

  /// Something happens in the turn under way that is no actor's step. `text` is from `add_text`.
  void note(trace_kind kind, std::uint32_t lane, std::uint32_t text, led_by cause,
            trace_detail more = {});

  /// The run is over. What of `end.violations` no entry has said becomes one. Later steps are not
  /// recorded.
  void finish(trace_end end);

  /// Writes the file. Precondition: it has finished.
  void write(std::ostream& out) const;

  /// Entries so far, those that were dropped among them.
  std::uint64_t entries() const { return entries_; }
  std::uint64_t dropped() const { return dropped_; }

  void on_event(std::uint64_t event, std::uint64_t lane) override;
  void before_step(const step_view& step) override;
  void on_violation(const broken_rule& rule) override;

private:
  /// What led to a turn, or the last entry that it made.
  struct turn_entry {
    std::uint64_t turn = 0;
    std::uint64_t entry = 0;
  };
  /// Lanes of the actors of a process, by number, plus one.
  struct process_lanes {
    const process* of = nullptr;
    std::vector<std::uint32_t> by_owner;
  };

  /// Causes further back than so many turns are not known. They are kept in chunks, of which a
  /// short run needs few.
  static constexpr std::size_t turns_remembered = 1u << 20;
  static constexpr std::size_t chunk_turns = 1u << 12;
  using turn_chunk = std::array<turn_entry, chunk_turns>;

  turn_entry& turn_at(std::uint64_t turn);
  std::uint64_t entry_of(std::uint64_t turn) const;
  std::uint32_t lane_of(const step_view& step);
  std::uint32_t add_actor(const step_view& step);
  std::uint32_t message_text(std::string_view message);
  void add(trace_entry e);
  void close_frame();

  sim::world& world_;
  const trace_header header_;
  const describer describe_;
  const trace_bounds bounds_;
  bool finished_ = false;

  std::vector<trace_lane> lanes_;
  std::vector<process_lanes> processes_;
  // order never seen: asked by name alone
  std::unordered_map<std::string, std::uint32_t> lane_by_name_;
  std::vector<std::string> texts_;
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return XXH3_64bits(text.data(), text.size());
    }
  };
  // order never seen: asked by text alone
  std::unordered_map<std::string, std::uint32_t, text_hash, std::equal_to<>> text_by_value_;
  /// Messages' texts by the address of their name, which stays: every step asks, of few.
  std::array<std::pair<const void*, std::uint32_t>, 64> recent_messages_{};

  std::array<std::unique_ptr<turn_chunk>, turns_remembered / chunk_turns> turns_;
  std::uint64_t entries_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint32_t acting_lane_ = 0; ///< Of the last entry.
  trace_entries_writer frame_{1};
  std::deque<std::pair<std::uint64_t, net::bytes>> frames_; ///< Entries in it, and the frame.
  std::set<std::uint32_t> said_; ///< The texts of violations that have entries.
  trace_end end_;
};

} // namespace seedwalk::sim
