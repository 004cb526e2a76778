#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "actors/runtime/world.hpp"
#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"

/// What writer and reader of a recording share. sim/README.md draws the format as a grammar.
namespace seedwalk::sim {

/// How a recording begins.
inline constexpr std::array<std::uint8_t, 8> recording_magic = {'s', 'd', 'w', 'k',
                                                                'r', 'e', 'c', '\n'};
/// Raised with every change that an older reader would misread.
inline constexpr std::uint32_t recording_version = 3;

/// Magic, version, and the check of both: the same in every version, so that any reader can tell a
/// newer recording from a damaged one.
inline constexpr std::size_t preamble_bytes = 20;
net::bytes recording_preamble(std::uint32_t version = recording_version);

/// What a recorded run grew from.
struct recording_header {
  std::string build;        ///< Names the binary: version, commit.
  net::bytes configuration; ///< The program's own, archived by the caller; opaque here.
  std::uint64_t seed = 1;
  strategy schedule = strategy::fifo;
  bool deep = false;
  std::chrono::seconds wall{0}; ///< When the run began.
  /// Of a process in a simulated world: when its timers fire, and which actor is passed over, is in
  /// the recording.
  bool simulated = false;
  std::string process = {}; ///< What the names of its actors begin with, without the slash.
  /// What the program takes its own build for, which simulations do not tell it.
  std::string told_build = {};

  world::options world_options() const {
    return {
        .seed = seed, .schedule = schedule, .deep = deep, .wall = wall, .fired_by_hand = simulated};
  }

  SEEDWALK_INSPECT(recording_header, build, configuration, seed, schedule, deep, wall, simulated,
                   process, told_build)
};

/// How a run ended that was recorded to its end.
struct recording_end {
  std::uint64_t steps = 0;
  std::uint64_t hash = 0; ///< The whole chain.
  std::string reason;     ///< "done", "stopped", an assertion, ...
  SEEDWALK_INSPECT(recording_end, steps, hash, reason)
};

/// What a frame holds. Stored by number: append only.
enum class frame_kind : std::uint8_t { header = 0, entries = 1, end = 2 };

/// No frame's contents are longer: a reader allocates this much at most. A writer that meets a
/// longer one (a single completion of that size) ends its recording.
inline constexpr std::uint32_t frame_contents_max = 256u << 20;

/// What stands before each frame's contents.
struct frame_head {
  static constexpr std::size_t size = 40;

  frame_kind kind = frame_kind::entries;
  std::uint32_t number = 0;         ///< 0, 1, 2, ...: a frame that is missing is noticed.
  std::uint64_t steps_before = 0;   ///< Steps in the frames before this one.
  std::uint32_t stored_bytes = 0;   ///< In the file, compressed (zstd).
  std::uint32_t contents_bytes = 0; ///< Uncompressed.
  std::uint64_t stored_check = 0;   ///< XXH3 of the stored bytes.

  std::array<std::uint8_t, size> encode() const;
  /// Nothing if the head's own check fails, or if it is beyond the bounds.
  static std::optional<frame_head> decode(net::byte_view in);
};

/// What one entry of a frame of entries is. Stored by number: append only.
enum class entry_kind : std::uint8_t {
  steps = 0,
  advance = 1,
  completion = 2,
  passed_over = 3, ///< How many actors are, by the next step.
  timer = 4,
  reseed = 5,
};

/// 64 bits that change with any byte.
std::uint64_t recording_check(net::byte_view data);

} // namespace seedwalk::sim
