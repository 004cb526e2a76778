#include "sim/record/image_file.hpp"

#include <array>
#include <cstdint>
#include <new>
#include <stdexcept>

#include <fmt/format.h>
#include <xxhash.h>
#include <zstd.h>

#include "net/base/archive.hpp"

namespace seedwalk::sim {

namespace {

constexpr std::uint32_t version = 1;
constexpr std::size_t head_bytes = image_magic.size() + 4 + 8 + 8;
constexpr int compression_level = 1;

template <class T>
void put(net::bytes& to, T value) {
  for (std::size_t i = 0; i != sizeof(T); ++i)
    to.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
}

template <class T>
T take(std::string_view& from) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i != sizeof(T); ++i)
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(from[i])) << (8 * i);
  from.remove_prefix(sizeof(T));
  return static_cast<T>(value);
}

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
  net::bytes result(image_magic.begin(), image_magic.end());
  put(result, version);
  put(result, std::uint64_t{contents.size()});
  put(result, std::uint64_t{XXH3_64bits(stored.data(), stored.size())});
  result.insert(result.end(), stored.begin(), stored.end());
  return result;
}

tl::expected<saved_image, std::string> unpack_image(std::string_view contents) {
  if (contents.size() < head_bytes || !contents.starts_with(image_magic))
    return tl::unexpected(std::string{"is no image of a run"});
  contents.remove_prefix(image_magic.size());
  if (const auto written = take<std::uint32_t>(contents); written != version)
    return tl::unexpected(
        fmt::format("has version {} of the image format, this program reads {}", written, version));
  const auto bytes = take<std::uint64_t>(contents);
  const auto check = take<std::uint64_t>(contents);
  if (check != XXH3_64bits(contents.data(), contents.size()) || bytes > image_bytes_max ||
      ZSTD_getFrameContentSize(contents.data(), contents.size()) != bytes)
    return tl::unexpected(std::string{"is damaged"});
  net::bytes archived(bytes);
  const auto size =
      ZSTD_decompress(archived.data(), archived.size(), contents.data(), contents.size());
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
