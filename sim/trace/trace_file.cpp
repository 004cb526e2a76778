#include "sim/trace/trace_file.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <xxhash.h>
#include <zstd.h>

#include "net/base/archive.hpp"
#include "sim/record/little_endian.hpp"

namespace seedwalk::sim {

namespace {

constexpr std::uint32_t version = 2;
constexpr int compression_level = 1;
/// kind, stored bytes, contents bytes, check of the stored bytes and of all that is before it.
constexpr std::size_t head_bytes = 1 + 4 + 4 + 8;
/// No entry takes fewer bytes: what a frame's count of entries is held against.
constexpr std::size_t entry_bytes_min = 8;

std::uint64_t check_of(std::uint8_t kind, const void* stored, std::size_t size) {
  return XXH3_64bits_withSeed(stored, size, kind);
}

struct frame {
  trace_frame kind = trace_frame::header;
  net::bytes contents;
};

/// The next frame; nothing if it is not whole. Takes it from `in`. `room` is what all frames may
/// still unpack to.
std::optional<frame> take_frame(std::string_view& in, std::size_t& room) {
  if (in.size() < head_bytes)
    return std::nullopt;
  auto from = net::as_bytes(in).data();
  const auto kind = take_little_endian<std::uint8_t>(from);
  const std::size_t stored = take_little_endian<std::uint32_t>(from);
  const std::size_t contents = take_little_endian<std::uint32_t>(from);
  const auto check = take_little_endian<std::uint64_t>(from);
  in.remove_prefix(head_bytes);
  if (stored > in.size() || contents > room || check != check_of(kind, in.data(), stored) ||
      ZSTD_getFrameContentSize(in.data(), stored) != contents)
    return std::nullopt;
  frame result{static_cast<trace_frame>(kind), net::bytes(contents)};
  const auto size = ZSTD_decompress(result.contents.data(), contents, in.data(), stored);
  if (ZSTD_isError(size) || size != contents)
    return std::nullopt;
  in.remove_prefix(stored);
  room -= contents;
  return result;
}

bool read_names(net::byte_view from, trace& to) {
  net::byte_reader in{from};
  return in(to.lanes, to.texts, to.dropped) && in.left() == 0 && !to.lanes.empty() &&
         !to.texts.empty();
}

/// Adds a frame's entries. False if they are not what a writer writes.
bool read_entries(net::byte_view from, trace& to) {
  net::byte_reader in{from};
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  if (!in(first, count) || first != to.dropped + to.entries.size() + 1 ||
      count > from.size() / entry_bytes_min)
    return false;
  trace_entry e;
  to.entries.reserve(to.entries.size() + count);
  for (std::uint64_t i = 0; i != count; ++i) {
    std::uint64_t step = 0;
    std::uint64_t time = 0;
    std::uint64_t back = 0;
    if (!in(e.kind, step, time, e.lane, e.text, e.detail, e.bytes, back))
      return false;
    if (time > static_cast<std::uint64_t>((net::steady_time::max() - e.at).count()))
      return false;
    e.step += step;
    e.at += net::steady_time{static_cast<std::int64_t>(time)};
    const auto number = first + i;
    if (e.kind > trace_kind::broken || e.lane >= to.lanes.size() || e.text >= to.texts.size() ||
        e.detail >= to.texts.size() || back > number)
      return false;
    e.cause = back == 0 ? 0 : number - back;
    to.entries.push_back(e);
  }
  return in.left() == 0;
}

/// Reads frame after frame. True if the last was the end.
bool read_frames(std::string_view& in, trace& to) {
  std::size_t room = trace_bytes_max;
  std::uint8_t least = 0;
  while (const auto next = take_frame(in, room)) {
    // Header, names, entries, end: in this order, and only entries come more than once.
    const auto kind = static_cast<std::uint8_t>(next->kind);
    if (kind < least || kind > static_cast<std::uint8_t>(trace_frame::end) ||
        (kind > least && kind != least + 1 && !(least == 2 && kind == 3)))
      return false;
    least = next->kind == trace_frame::entries ? kind : static_cast<std::uint8_t>(kind + 1);
    const net::byte_view contents{next->contents};
    switch (next->kind) {
    case trace_frame::header:
      if (!net::from_archive(contents, to.header))
        return false;
      break;
    case trace_frame::names:
      if (!read_names(contents, to))
        return false;
      break;
    case trace_frame::entries:
      if (!read_entries(contents, to))
        return false;
      break;
    case trace_frame::end:
      return net::from_archive(contents, to.end) && in.empty();
    }
  }
  return false;
}

} // namespace

const char* name_of(trace_kind kind) {
  constexpr std::array names = {"step", "node", "broken"};
  return names[static_cast<std::size_t>(kind)];
}

net::bytes pack_frame(trace_frame kind, net::byte_view contents) {
  net::bytes stored(ZSTD_compressBound(contents.size()));
  const auto size = ZSTD_compress(stored.data(), stored.size(), contents.data(), contents.size(),
                                  compression_level);
  if (ZSTD_isError(size))
    throw std::runtime_error(fmt::format("a trace is not compressed: {}", ZSTD_getErrorName(size)));
  stored.resize(size);
  net::bytes result(head_bytes);
  auto to = result.data();
  put_little_endian(to, static_cast<std::uint8_t>(kind));
  put_little_endian(to, static_cast<std::uint32_t>(size));
  put_little_endian(to, static_cast<std::uint32_t>(contents.size()));
  put_little_endian(to, check_of(static_cast<std::uint8_t>(kind), stored.data(), size));
  result.insert(result.end(), stored.begin(), stored.end());
  return result;
}

void begin_trace(std::ostream& out) {
  net::bytes head(trace_magic.size() + sizeof version);
  auto to = std::copy(trace_magic.begin(), trace_magic.end(), head.data());
  put_little_endian(to, version);
  out.write(reinterpret_cast<const char*>(head.data()), static_cast<std::streamsize>(head.size()));
}

void trace_entries_writer::begin(std::uint64_t first) {
  contents_.clear();
  first_ = first;
  size_ = 0;
  at_ = {};
  step_ = 0;
}

void trace_entries_writer::add(const trace_entry& e) {
  const auto number = first_ + size_++;
  net::byte_writer{contents_}(e.kind, e.step - step_,
                              static_cast<std::uint64_t>((e.at - at_).count()), e.lane, e.text,
                              e.detail, e.bytes, e.cause == 0 ? 0 : number - e.cause);
  at_ = e.at;
  step_ = e.step;
}

net::bytes trace_entries_writer::packed() const {
  net::bytes whole;
  net::byte_writer out{whole};
  out(first_, size_);
  out.put_raw(contents_.data(), contents_.size());
  return pack_frame(trace_frame::entries, whole);
}

tl::expected<trace, std::string> parse_trace(std::string_view contents) {
  if (contents.size() < trace_magic.size() + sizeof version || !contents.starts_with(trace_magic))
    return tl::unexpected(std::string{"is no trace of a run"});
  contents.remove_prefix(trace_magic.size());
  auto from = net::as_bytes(contents).data();
  contents.remove_prefix(sizeof version);
  if (const auto written = take_little_endian<std::uint32_t>(from); written != version)
    return tl::unexpected(
        fmt::format("has version {} of the trace format, this program reads {}", written, version));
  trace result;
  try {
    if (read_frames(contents, result))
      return result;
  } catch (const std::bad_alloc&) { // Its counts are not those of its contents.
  }
  return tl::unexpected(std::string{"is damaged, or was cut off"});
}

} // namespace seedwalk::sim
