#include <algorithm>

#include "store/keys.hpp"
#include "store/transaction.hpp"
#include "store/values.hpp"

namespace seedwalk::store {

namespace {

/// So many records are looked at for one batch at most, however few of them move.
constexpr std::size_t max_looks = 100'000;

} // namespace

transaction::result transaction::apply(const dial_networks& op) {
  memory_.dialled = op.dialled;
  networks_settled done;
  std::size_t looks = 0;
  for (std::size_t n = op.after ? static_cast<std::size_t>(op.after->network) : 0;
       n != op.dialled.size(); ++n) {
    const auto known = memory_.totals.by_network[n];
    const bool all_rest = memory_.dormant_by_network[n] == known;
    memory_.parked[n] = memory_.parked[n] || !op.dialled[n];
    const bool nothing_to_do = op.dialled[n] ? !memory_.parked[n] : all_rest;
    if (!nothing_to_do)
      if (auto went = settle_network(static_cast<net::network_id>(n), op, looks, done); !went)
        return tl::unexpected(went.error());
    if (done.next)
      return done;
    memory_.parked[n] = !op.dialled[n];
  }
  return done;
}

/// Looks through the records of one network, behind `op.after` if that is one of them.
tl::expected<void, error> transaction::settle_network(net::network_id network,
                                                      const dial_networks& op, std::size_t& looks,
                                                      networks_settled& done) {
  auto front = prefix(key_kind::peer);
  front.push_back(static_cast<char>(network));
  auto first = front;
  if (op.after && op.after->network == network) {
    first = peer_key(*op.after);
    first.push_back('\0');
  }
  const bool dialled = op.dialled[static_cast<std::size_t>(network)];
  std::vector<net::endpoint> found;
  std::optional<net::endpoint> last;
  std::string damaged;
  auto scanned = disk_.scan(front, first, [&](std::string_view key, std::string_view value) {
    if (looks == max_looks || done.parked + done.queued + found.size() == op.limit) {
      done.next = last;
      return false;
    }
    ++looks;
    last = parse_peer_key(key);
    peer_record r;
    if (!last || !decode(value, r, memory_.agents))
      damaged = last ? "the record of " + net::to_string(*last) : "the key of a record";
    else if ((r.queue == dial_class::dormant) == dialled && !net::is_loopback(*last))
      found.push_back(*last);
    return damaged.empty();
  });
  if (!scanned)
    return scanned;
  if (!damaged.empty())
    return tl::unexpected(disk_.damaged_value(damaged));
  for (const auto& peer : found) {
    auto t = load(memory_.identify(peer));
    if (!t)
      return tl::unexpected(t.error());
    // This batch may have moved or forgotten it already.
    if (!(*t)->record || ((*t)->record->queue == dial_class::dormant) != dialled)
      continue;
    auto r = current(**t);
    place(peer, r, place_unparked(peer, r, op.now, schedule_, memory_.seed()));
    if (r.queue == (*t)->record->queue)
      continue;
    ++(dialled ? done.queued : done.parked);
    change(**t, std::move(r));
  }
  return {};
}

} // namespace seedwalk::store
