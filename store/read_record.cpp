#include "store/read_record.hpp"

#include "store/keys.hpp"
#include "store/values.hpp"

namespace seedwalk::store {

tl::expected<std::optional<peer_record>, error> read_record(key_values& disk, known_state& memory,
                                                            const hashed_endpoint& hashed) {
  const auto key = peer_key(hashed.peer);
  tl::expected<std::optional<peer_record>, error> out;
  if (const auto cached = memory.records.find(hashed.hash, key)) {
    if (!decode(*cached, out->emplace(), memory.agents))
      return tl::unexpected(disk.damaged_value("the record of " + net::to_string(hashed.peer)));
    return out;
  }
  const auto value = disk.get(key);
  if (!value)
    return tl::unexpected(value.error());
  if (!*value)
    return out;
  if (!decode(**value, out->emplace(), memory.agents))
    return tl::unexpected(disk.damaged_value("the record of " + net::to_string(hashed.peer)));
  memory.records.put(hashed.hash, key, **value);
  return out;
}

} // namespace seedwalk::store
