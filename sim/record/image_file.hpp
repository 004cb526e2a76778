#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "actors/runtime/image.hpp"
#include "net/base/bytes.hpp"

namespace seedwalk::sim {

/// An image and whose it is.
struct saved_image {
  std::string build; ///< Names the binary that wrote it.
  process_image image;

  SEEDWALK_INSPECT(saved_image, build, image)
};

/// What a file of an image holds:
///
///     image := "sdwkimg\n" version:u32 contents_bytes:u64 stored_check:u64 stored
///
/// `stored` is the archive of a `saved_image`, compressed by zstd; its check is XXH3-64. Integers
/// of the head are little-endian.
net::bytes pack_image(const saved_image& image);

inline constexpr std::string_view image_magic = "sdwkimg\n";

/// The largest archive that is read: an image of 10,000 connections has a tenth of that.
inline constexpr std::uint64_t image_bytes_max = 128u << 20;

/// The image in a file's contents. What accident does to them is found out; the error is half a
/// sentence: "is no image of a run". But the states in it are taken as they are: an image is to be
/// trusted like the program that wrote it.
tl::expected<saved_image, std::string> unpack_image(std::string_view contents);

} // namespace seedwalk::sim
