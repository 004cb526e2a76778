#include "store/checker.hpp"

#include <fmt/core.h>

#include "net/base/archive.hpp"
#include "store/keys.hpp"
#include "store/values.hpp"

namespace seedwalk::store {

namespace {

/// A key as a person can look for it: its kind, then hexadecimal.
std::string readable(std::string_view key) {
  std::string out(key.substr(0, 1));
  for (const char c : key.substr(std::min<std::size_t>(1, key.size())))
    out += fmt::format("{:02x}", static_cast<std::uint8_t>(c));
  return out;
}

} // namespace

tl::expected<check_report, error> checker::run() {
  found_ = known_state(memory_.seed());
  auto scanned = disk_.scan({}, {}, [this](std::string_view key, std::string_view value) {
    look_at(key, value);
    return true;
  });
  if (!scanned)
    return tl::unexpected(scanned.error());
  compare_counters();
  return std::move(report_);
}

void checker::look_at(std::string_view key, std::string_view value) {
  switch (static_cast<key_kind>(key.empty() ? 0 : key.front())) {
  case key_kind::peer:
    return look_at_peer(key, value);
  case key_kind::due:
    return look_at_due(key);
  case key_kind::group:
    return look_at_group(key);
  case key_kind::visit:
    return look_at_visit(key, value);
  case key_kind::inbound: {
    inbound_sighting s;
    if (!decode(value, s, memory_.agents))
      report_.add(fmt::format("inbound sighting {} cannot be read", readable(key)));
    ++found_.inbound.kept;
    return;
  }
  case key_kind::census: {
    census_record c;
    const auto number = parse_number_key(key_kind::census, key);
    if (!number || !net::from_archive(net::as_bytes(value), c))
      report_.add(fmt::format("census {} cannot be read", readable(key)));
    found_.totals.censuses = std::max(found_.totals.censuses, number.value_or(0));
    return;
  }
  case key_kind::ban: {
    ban_record ban;
    if (!net::from_archive(net::as_bytes(value), ban) || ban_key(ban.target) != key)
      report_.add(fmt::format("ban {} cannot be read", readable(key)));
    ++found_.totals.bans;
    return;
  }
  case key_kind::user_agent: {
    const auto number = parse_number_key(key_kind::user_agent, key);
    if (!number || memory_.agents.find(*number) != value)
      report_.add(fmt::format("user agent {} is not what memory has", readable(key)));
    return;
  }
  case key_kind::meta:
    return;
  }
  report_.add(fmt::format("key {} is of no kind", readable(key)));
}

void checker::expect_key(const std::string& key, const net::endpoint& peer,
                         std::string_view index) {
  const auto found = disk_.get(key);
  if (!found || !*found)
    report_.add(fmt::format("{} is missing from the {}", net::to_string(peer), index));
}

void checker::look_at_peer(std::string_view key, std::string_view value) {
  ++report_.peers;
  const auto peer = parse_peer_key(key);
  peer_record r;
  if (!peer || !decode(value, r, memory_.agents))
    return report_.add(fmt::format("record {} cannot be read", readable(key)));
  const auto hashed = memory_.identify(*peer);
  if (memory_.table.find(hashed.hash) == nullptr)
    report_.add(fmt::format("{} is not in memory", net::to_string(*peer)));
  if (memory_.records.find(hashed.hash, key).value_or(value) != value)
    report_.add(fmt::format("{} is not in memory as it is on the disk", net::to_string(*peer)));
  found_.change(hashed, nullptr, &r);
  expect_key(due_key(r.queue, r.due, hashed.tiebreak(), *peer), *peer, "due index");
  if (r.last_success != never)
    return;
  ++never_reached_;
  expect_key(group_key(source_group_of(r), hashed.tiebreak(), *peer), *peer, "index of sources");
}

std::optional<peer_record> checker::record_of(const net::endpoint& peer) {
  const auto value = disk_.get(peer_key(peer));
  peer_record r;
  if (!value || !*value || !decode(**value, r, memory_.agents))
    return std::nullopt;
  return r;
}

void checker::look_at_due(std::string_view key) {
  ++due_entries_;
  const auto parts = parse_due_key(key);
  if (!parts)
    return report_.add(fmt::format("due index entry {} cannot be read", readable(key)));
  const auto r = record_of(parts->peer);
  if (!r)
    return report_.add(
        fmt::format("{} is in the due index without a record", net::to_string(parts->peer)));
  if (due_key(r->queue, r->due, memory_.identify(parts->peer).tiebreak(), parts->peer) != key)
    report_.add(fmt::format("{} stands in the due index where its record does not say",
                            net::to_string(parts->peer)));
}

void checker::look_at_group(std::string_view key) {
  ++group_entries_;
  const auto parts = parse_group_key(key);
  if (!parts)
    return report_.add(fmt::format("index of sources entry {} cannot be read", readable(key)));
  const auto r = record_of(parts->peer);
  if (!r || r->last_success != never || source_group_of(*r) != parts->group)
    report_.add(fmt::format("{} is in the index of sources, but its record does not say so",
                            net::to_string(parts->peer)));
}

void checker::look_at_visit(std::string_view key, std::string_view value) {
  ++report_.visits;
  const auto parts = parse_visit_key(key);
  visit_record v;
  if (!parts || !decode(value, v, memory_.agents))
    return report_.add(fmt::format("visit {} cannot be read", readable(key)));
  if (day_of(v.ended) != parts->day)
    report_.add(fmt::format("visit {} is filed under another day", readable(key)));
  if (parts->number >= memory_.totals.visits)
    report_.add(fmt::format("visit {} has a number that was not given yet", readable(key)));
}

void checker::compare_counters() {
  const auto& said = memory_.totals;
  auto& is = found_.totals;
  // These count what was ever recorded, and days may have been dropped.
  is.visits = said.visits;
  is.inbound = said.inbound;
  if (said != is)
    report_.add(fmt::format("counters say {} known, {} reached, {} good, {} bans; there are {}, "
                            "{}, {}, {}",
                            said.known, said.reached, said.good, said.bans, is.known, is.reached,
                            is.good, is.bans));
  if (memory_.inbound.kept != found_.inbound.kept)
    report_.add(fmt::format("counters say {} inbound sightings; there are {}", memory_.inbound.kept,
                            found_.inbound.kept));
  if (due_entries_ != report_.peers)
    report_.add(
        fmt::format("{} entries in the due index for {} records", due_entries_, report_.peers));
  if (group_entries_ != never_reached_)
    report_.add(fmt::format("{} entries in the index of sources for {} records never reached",
                            group_entries_, never_reached_));
  if (memory_.table.size() != report_.peers)
    report_.add(fmt::format("memory knows {} endpoints, the database {}", memory_.table.size(),
                            report_.peers));
}

} // namespace seedwalk::store
