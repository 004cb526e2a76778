#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::examples {

/// Bytes of a stream that are not used yet, as lines and blocks. A read is no message: what arrives
/// may be cut anywhere.
class input_text {
public:
  /// A peer that sends more than this without an end of line is not understood.
  static constexpr std::size_t bytes_max = 1u << 20;

  /// False if it would be too much.
  bool append(net::byte_view data);

  /// The next line, without its end; nothing if it is not whole.
  std::optional<std::string> line();

  /// The next so many bytes; nothing if there are fewer.
  std::optional<std::string> take(std::size_t size);

  SEEDWALK_INSPECT(input_text, text_)

private:
  std::string text_;
};

/// The first word of a line, which is taken from it; empty if there is none.
std::string_view take_word(std::string_view& line);

/// The same as a number; nothing if it is none.
std::optional<std::uint64_t> take_number(std::string_view& line);

} // namespace seedwalk::examples
