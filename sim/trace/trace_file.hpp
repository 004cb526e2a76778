#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "net/base/bytes.hpp"
#include "sim/trace/trace.hpp"

namespace seedwalk::sim {

/// What every trace begins with.
inline constexpr std::string_view trace_magic = "sdwktrc\n";

/// No file is longer: a reader takes this much memory for it at most, and as much again for what it
/// unpacks.
inline constexpr std::size_t trace_bytes_max = 256u << 20;

/// What a frame of a trace holds. Stored by number: append only.
enum class trace_frame : std::uint8_t {
  header = 0,  ///< A `trace_header`.
  names = 1,   ///< Lanes and texts.
  entries = 2, ///< Entries, each relative to the one before.
  end = 3,     ///< A `trace_end`. Nothing follows.
};

/// The archived contents of a frame, compressed.
net::bytes pack_frame(trace_frame kind, net::byte_view contents);

/// Writes the beginning of a file; frames follow.
void begin_trace(std::ostream& out);

/// Writes the entries of one frame. Each frame can be read by itself.
class trace_entries_writer {
public:
  /// The first entry that will be added has this number.
  explicit trace_entries_writer(std::uint64_t first) { begin(first); }

  void begin(std::uint64_t first);
  void add(const trace_entry& e);
  /// Entries in it.
  std::uint64_t size() const { return size_; }
  /// The frame, ready for the file.
  net::bytes packed() const;

private:
  net::bytes contents_;
  std::uint64_t first_ = 0;
  std::uint64_t size_ = 0;
  net::steady_time at_{0};
  std::uint64_t step_ = 0;
};

/// The trace in a file's contents. The error is half a sentence for an operator: "is no trace of a
/// run". Nothing in a file makes it crash, or take more memory than `trace_bytes_max` justifies.
tl::expected<trace, std::string> parse_trace(std::string_view contents);

} // namespace seedwalk::sim
