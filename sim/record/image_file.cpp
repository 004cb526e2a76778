#include "sim/record/image_file.hpp"

#include <algorithm>
#include <cstdint>
#include <new>
#include <stdexcept>

#include <fmt/format.h>
#include <zstd.h>

#include "net/base/archive.hpp"
#include "sim/record/little_endian.hpp"
#include "sim/record/recording_format.hpp"

namespace seedwalk::sim {

namespace {

constexpr std::uint32_t version = 1;
constexpr std::size_t head_bytes = image_magic.size() + 4 + 8 + 8;
constexpr int compression_level = 1;

} // namespace

net::bytes pack_image(const saved_image& image) {
  const auto contents = net::to_archive(image);
  net::bytes stored(ZSTD_compressBound(contents.size()));
  const auto size = ZSTD_compress(stored.data(), stored.size(), contents.data(), contents.size(),
                                  compression_level);
  if (ZSTD_isError(size))
    throw std::runtime_error(
        fmt::format("an image is not compressed: {}", ZSTD_getErrorName(size)));
  stored.resize(size);
  net::bytes result(head_bytes);
  auto to = std::copy(image_magic.begin(), image_magic.end(), result.data());
  put_little_endian(to, version);
  put_little_endian(to, std::uint64_t{contents.size()});
  put_little_endian(to, recording_check(stored));
  result.insert(result.end(), stored.begin(), stored.end());
  return result;
}

tl::expected<saved_image, std::string> unpack_image(std::string_view contents) {
  if (contents.size() < head_bytes || !contents.starts_with(image_magic))
    return tl::unexpected(std::string{"is no image of a run"});
  auto from = net::as_bytes(contents).data() + image_magic.size();
  if (const auto written = take_little_endian<std::uint32_t>(from); written != version)
    return tl::unexpected(
        fmt::format("has version {} of the image format, this program reads {}", written, version));
  const auto bytes = take_little_endian<std::uint64_t>(from);
  const auto check = take_little_endian<std::uint64_t>(from);
  const auto stored = net::as_bytes(contents).subspan(head_bytes);
  if (check != recording_check(stored) || bytes > image_bytes_max ||
      ZSTD_getFrameContentSize(stored.data(), stored.size()) != bytes)
    return tl::unexpected(std::string{"is damaged"});
  net::bytes archived(bytes);
  const auto size = ZSTD_decompress(archived.data(), archived.size(), stored.data(), stored.size());
  saved_image result;
  try {
    if (!ZSTD_isError(size) && size == archived.size() && net::from_archive(archived, result))
      return result;
  } catch (const std::bad_alloc&) { // Its counts are not those of this version's fields.
  }
  return tl::unexpected(
      std::string{"is damaged, or was written by another version of this program"});
}

} // namespace seedwalk::sim
