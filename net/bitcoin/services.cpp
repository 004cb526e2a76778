#include "net/bitcoin/services.hpp"

#include <string_view>

namespace seedwalk::net {

namespace {

std::string_view name_of_bit(std::uint64_t bit) {
  switch (bit) {
  case service::network:
    return "network";
  case service::bloom:
    return "bloom";
  case service::witness:
    return "witness";
  case service::compact_filters:
    return "compact_filters";
  case service::network_limited:
    return "network_limited";
  case service::p2p_v2:
    return "p2p_v2";
  default:
    return {};
  }
}

} // namespace

std::string services_text(std::uint64_t services) {
  std::string text;
  for (int position = 0; position != 64; ++position) {
    const auto bit = std::uint64_t{1} << position;
    if ((services & bit) == 0)
      continue;
    if (!text.empty())
      text += '|';
    if (const auto name = name_of_bit(bit); !name.empty())
      text += name;
    else
      text += "1<<" + std::to_string(position);
  }
  return text.empty() ? "none" : text;
}

} // namespace seedwalk::net
