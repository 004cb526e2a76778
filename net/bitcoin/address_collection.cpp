#include "net/bitcoin/address_collection.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "net/base/random.hpp"

namespace seedwalk::net {

namespace {

/// One endpoint's share of a digest that adds up, so that order and splitting do not matter.
std::uint64_t digest_of(const msg::addr_list::const_iterator& entry) {
  static const keyed_hasher hash{0, "address digest"};
  return hash(entry.key());
}

} // namespace

void address_collection::begin(steady_time now, std::optional<std::uint64_t> marker) {
  assert(phase_ == phase::not_asked);
  phase_ = phase::waiting;
  marker_ = marker;
  asked_at_ = waiting_since_ = now;
}

void address_collection::add_block(steady_time now, const endpoint& peer,
                                   const session_limits& limits, msg::addr_list&& entries,
                                   std::uint32_t skipped, msg::addr_list& kept) {
  std::size_t allowed = 0;
  if (running()) {
    note_answer(now, peer, entries, skipped);
    allowed = std::min<std::size_t>(
        entries.size(), limits.answer_entries - std::min(handed_on_, limits.answer_entries));
    handed_on_ += static_cast<std::uint32_t>(allowed);
  } else {
    allowed = spend_gossip(now, limits, entries.size());
    report_.gossip += static_cast<std::uint32_t>(allowed);
  }
  report_.over_limit += static_cast<std::uint32_t>(entries.size() - allowed);
  entries.resize(allowed);
  if (kept.empty())
    kept = std::move(entries);
  else
    kept.append(entries);
}

void address_collection::note_answer(steady_time now, const endpoint& peer,
                                     const msg::addr_list& entries, std::uint32_t skipped) {
  ++report_.messages;
  report_.skipped += skipped;
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    const auto network = static_cast<std::size_t>(entry.network());
    assert(network < report_.by_network.size());
    ++report_.by_network[network];
    report_.digest += digest_of(entry);
    answered_ = answered_ || entry.peer() != peer;
  }
  answered_ = answered_ || skipped != 0;
  if (!first_block_took_)
    first_block_took_ = now - asked_at_;
  if (entries.size() + skipped >= 2)
    phase_ = phase::answering;
  if (phase_ == phase::answering) {
    answered_ = true;
    waiting_since_ = now;
  }
}

std::size_t address_collection::spend_gossip(steady_time now, const session_limits& limits,
                                             std::size_t entries) {
  const steady_time interval = limits.gossip_interval;
  const auto spent = std::max(gossip_until_.value_or(now), now);
  const auto full = now + interval * limits.gossip_burst;
  const auto room = full > spent ? static_cast<std::uint64_t>((full - spent) / interval) : 0;
  const auto allowed = std::min<std::uint64_t>(room, entries);
  gossip_until_ = spent + interval * static_cast<std::int64_t>(allowed);
  return static_cast<std::size_t>(allowed);
}

bool address_collection::take_pong(std::uint64_t nonce) {
  if (marker_ != nonce)
    return false;
  marker_.reset();
  if (phase_ == phase::answering)
    end_with(addr_answer::complete, collection_end::pong);
  return true;
}

steady_time address_collection::hard_end(const session_timers& timers) const {
  assert(phase_ != phase::not_asked);
  return asked_at_ + timers.all_addresses;
}

std::optional<steady_time> address_collection::deadline(const session_timers& timers) const {
  if (!running())
    return std::nullopt;
  const auto patience = phase_ == phase::waiting ? timers.first_addresses : timers.quiet_addresses;
  return std::min<steady_time>(hard_end(timers), waiting_since_ + patience);
}

void address_collection::excuse(steady_time pause, steady_time now) {
  if (running())
    waiting_since_ = std::min(waiting_since_ + pause, now);
}

void address_collection::finish(steady_time now, const session_timers& timers, bool cut_short) {
  assert(running());
  const bool at_hard_end = now >= hard_end(timers);
  const auto by = at_hard_end                ? collection_end::hard_end
                  : phase_ == phase::waiting ? collection_end::no_answer
                                             : collection_end::quiet;
  if (!answered_)
    end_with(addr_answer::none, by);
  else
    end_with(cut_short && at_hard_end ? addr_answer::partial : addr_answer::complete, by);
}

void address_collection::cut_off() {
  if (running())
    end_with(answered_ ? addr_answer::partial : addr_answer::none, collection_end::cut_off);
}

void address_collection::end_with(addr_answer answer, collection_end by) {
  phase_ = phase::over;
  report_.ended_by = by;
  report_.answer = report_.refused != 0 ? addr_answer::malformed : answer;
}

} // namespace seedwalk::net
