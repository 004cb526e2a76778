#include "sim/record/recording_format.hpp"

#include <algorithm>

#include <xxhash.h>

#include "sim/record/little_endian.hpp"

namespace seedwalk::sim {

namespace {

constexpr auto checked_head_bytes = frame_head::size - sizeof(std::uint64_t);

} // namespace

std::uint64_t recording_check(net::byte_view data) {
  return XXH3_64bits(data.data(), data.size());
}

net::bytes recording_preamble(std::uint32_t version) {
  net::bytes result(preamble_bytes);
  auto to = std::copy(recording_magic.begin(), recording_magic.end(), result.data());
  put_little_endian(to, version);
  put_little_endian(to,
                    recording_check({result.data(), static_cast<std::size_t>(to - result.data())}));
  return result;
}

std::array<std::uint8_t, frame_head::size> frame_head::encode() const {
  std::array<std::uint8_t, size> result{};
  auto to = result.data();
  put_little_endian(to, static_cast<std::uint32_t>(kind));
  put_little_endian(to, number);
  put_little_endian(to, steps_before);
  put_little_endian(to, stored_bytes);
  put_little_endian(to, contents_bytes);
  put_little_endian(to, stored_check);
  put_little_endian(to, recording_check({result.data(), checked_head_bytes}));
  return result;
}

std::optional<frame_head> frame_head::decode(net::byte_view in) {
  if (in.size() != size)
    return std::nullopt;
  auto from = in.data();
  frame_head result;
  const auto kind = take_little_endian<std::uint32_t>(from);
  result.number = take_little_endian<std::uint32_t>(from);
  result.steps_before = take_little_endian<std::uint64_t>(from);
  result.stored_bytes = take_little_endian<std::uint32_t>(from);
  result.contents_bytes = take_little_endian<std::uint32_t>(from);
  result.stored_check = take_little_endian<std::uint64_t>(from);
  if (take_little_endian<std::uint64_t>(from) != recording_check(in.first(checked_head_bytes)))
    return std::nullopt;
  if (kind > static_cast<std::uint32_t>(frame_kind::end) ||
      result.contents_bytes > frame_contents_max ||
      result.stored_bytes > frame_contents_max + frame_contents_max / 128)
    return std::nullopt;
  result.kind = static_cast<frame_kind>(kind);
  return result;
}

} // namespace seedwalk::sim
