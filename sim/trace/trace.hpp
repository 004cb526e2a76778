#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"

namespace seedwalk::sim {

/// What a lane of a trace stands for.
enum class trace_lane_kind : std::uint8_t {
  run = 0,   ///< The run as a whole: what is judged at its end. Lane 0, and no other.
  actor = 1, ///< An actor of a process.
  node = 2,  ///< A host without actors: a node model.
};

/// A line of the picture: who something happened to.
struct trace_lane {
  trace_lane_kind kind = trace_lane_kind::actor;
  std::string name; ///< Stable: "crawler/peer/127.1.0.1:18444#3", "127.1.0.1:18444".
  std::string type; ///< What kind of actor or node it is: "peer", "silent". May be empty.
  SEEDWALK_INSPECT(trace_lane, kind, name, type)
};

/// Something that lasts and is drawn behind everything: a fault's window.
struct trace_band {
  std::string text;
  net::steady_time since{0};
  net::steady_time until = net::steady_time::max(); ///< `max()`: to the end of the run.
  SEEDWALK_INSPECT(trace_band, text, since, until)
};

/// What is known of a run before it begins.
struct trace_header {
  std::string build;            ///< Of the program that wrote it.
  std::uint64_t seed = 0;       ///< Of the run.
  std::string again;            ///< The command that makes the same run again.
  std::chrono::seconds wall{0}; ///< The wall clock at steady time 0.
  /// The scenario as pairs of name and value, in the order in which a person reads them.
  std::vector<std::pair<std::string, std::string>> scenario;
  std::vector<trace_band> bands;
  SEEDWALK_INSPECT(trace_header, build, seed, again, wall, scenario, bands)
};

/// What an entry is.
enum class trace_kind : std::uint8_t {
  step = 0,   ///< An actor takes a message.
  node = 1,   ///< Something happens to a node: it hears, says, accepts or loses a connection.
  broken = 2, ///< An oracle says that a promise is broken. Its lane is whose doing it was.
};

/// "step", "node", "broken".
const char* name_of(trace_kind kind);

/// One thing that happened. Entries are numbered from 1 in the order in which they did.
struct trace_entry {
  trace_kind kind = trace_kind::step;
  net::steady_time at{0};
  std::uint64_t step = 0;   ///< The number of the step, or of the last one before it.
  std::uint32_t lane = 0;   ///< An index into `trace::lanes`.
  std::uint32_t text = 0;   ///< Into `trace::texts`: the message's type, or what happens.
  std::uint32_t detail = 0; ///< Into `trace::texts`: more of it, such as what the bytes are.
  std::uint64_t bytes = 0;  ///< How many bytes of the network it is about, if any.
  std::uint64_t cause = 0;  ///< The number of the entry that led to it; 0 if that is not known.
};

/// A promise that a run broke, and who found it where.
struct trace_violation {
  std::string oracle;
  std::string place;
  std::string text;
  SEEDWALK_INSPECT(trace_violation, oracle, place, text)
};

/// How a run ended.
struct trace_end {
  std::uint64_t steps = 0;
  net::steady_time at{0};
  std::uint64_t hash = 0; ///< Its chain.
  /// What is broken; nothing if all promises were kept.
  std::vector<trace_violation> violations;
  SEEDWALK_INSPECT(trace_end, steps, at, hash, violations)
};

/// What a trace holds at most: what comes after that drops the oldest entries, and says so.
struct trace_bounds {
  std::uint64_t entries = 4'000'000; ///< Some 30 MB of memory and file.
  std::uint64_t frame = 1u << 16;    ///< So many entries are dropped at a time.
  std::uint32_t lanes = 1'000'000;   ///< Those who come later share one.
  std::uint32_t texts = 100'000;     ///< The same.
};

/// A run, whole or the last part of it, in memory.
struct trace {
  trace_header header;
  std::vector<trace_lane> lanes;
  std::vector<std::string> texts; ///< The first is empty.
  std::uint64_t dropped = 0;      ///< Entries before the first that there is.
  std::vector<trace_entry> entries;
  trace_end end;

  /// The entry with this number; null if there is none, or none any more.
  const trace_entry* find(std::uint64_t number) const {
    return number <= dropped || number - dropped > entries.size() ? nullptr
                                                                  : &entries[number - dropped - 1];
  }
  const std::string& lane_of(const trace_entry& e) const { return lanes[e.lane].name; }
};

} // namespace seedwalk::sim
