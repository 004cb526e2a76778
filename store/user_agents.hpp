#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seedwalk::store {

/// User agents by number: a few thousand different ones stand in millions of records.
///
/// Bounded: peers choose their user agents, and one that sends a new one to each visitor must not
/// fill our memory. What comes after `max_count` is written out where it stands.
class user_agents {
public:
  static constexpr std::uint32_t max_count = 65'536;
  static constexpr std::size_t max_bytes = 256; ///< Longer ones get no number.

  explicit user_agents(std::uint32_t limit = max_count) : limit_(limit) {}

  /// The number of a text, a new one if need be; nothing if it gets none.
  std::optional<std::uint32_t> intern(std::string_view text);

  /// The text of a number; nothing if nobody has it.
  std::optional<std::string_view> find(std::uint32_t number) const;

  /// Takes in what the database has. Numbers come in order, without gaps; false otherwise.
  bool load(std::uint32_t number, std::string_view text);

  std::uint32_t size() const { return static_cast<std::uint32_t>(texts_.size()); }

private:
  using numbers = std::map<std::string, std::uint32_t, std::less<>>;

  std::uint32_t limit_;
  numbers numbers_;
  std::vector<numbers::const_iterator> texts_;
};

} // namespace seedwalk::store
