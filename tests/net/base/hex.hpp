#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/base/bytes.hpp"

namespace seedwalk::test {

/// The bytes that pairs of hexadecimal digits stand for.
inline net::bytes from_hex(std::string_view hex) {
  net::bytes result;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    result.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16)));
  return result;
}

} // namespace seedwalk::test
