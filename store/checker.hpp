#pragma once

#include <string_view>

#include <tl/expected.hpp>

#include "store/database.hpp"

namespace seedwalk::store {

/// Proves that a database agrees with itself: every key and value reads, each record stands once in
/// the due index and, if it was never reached, once in the index of sources, nothing else does, and
/// counters and memory are what the records say.
class checker {
public:
  checker(key_values& disk, const known_state& memory) : disk_(disk), memory_(memory) {}

  tl::expected<check_report, error> run();

private:
  void look_at(std::string_view key, std::string_view value);
  void look_at_peer(std::string_view key, std::string_view value);
  void look_at_due(std::string_view key);
  void look_at_group(std::string_view key);
  void look_at_visit(std::string_view key, std::string_view value);
  std::optional<peer_record> record_of(const net::endpoint& peer);
  void expect_key(const std::string& key, const net::endpoint& peer, std::string_view index);
  void compare_counters();

  key_values& disk_;
  const known_state& memory_;
  known_state found_;
  std::uint64_t due_entries_ = 0;
  std::uint64_t group_entries_ = 0;
  std::uint64_t never_reached_ = 0;
  check_report report_;
};

} // namespace seedwalk::store
