#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "net/bitcoin/messages_addr.hpp"
#include "net/bitcoin/session_config.hpp"
#include "net/bitcoin/visit_summary.hpp"

namespace seedwalk::net {

/// What becomes of the addresses that one peer sends: the answer to our getaddr with its end, and
/// gossip before and after it with its rate.
///
/// A part of `session`, a value of its own. The rules of an answer:
///
/// - It begins with the first block (one addr or addrv2) of two or more entries. A block of one is
///   kept, but begins nothing: a node may announce itself just before it answers, and since 2026
///   Core does so. Nor does an empty block.
/// - It ends with the pong to the ping behind getaddr, the marker: a node that answers in order has
///   said by then all that it will say. Core does since 22.0: between two messages of a peer it
///   sends what is due to it (net.cpp, ThreadMessageHandler). A pong before the answer has begun
///   says that this node does not: Core up to 0.21 answers getaddr by a timer of mean 30 s. Then
///   the marker is used up, and the deadlines decide.
/// - Else it ends when no valid block has come for the quiet time, or at the hard end. If it never
///   began by the first deadline, what single entries came are the answer, those that name the peer
///   itself apart: a node that knows few addresses has one to tell.
/// - The number of addresses ends nothing, and nothing but valid blocks moves a deadline.
class address_collection {
public:
  /// getaddr was written, and behind it a ping with `marker`; none for a peer that knows no pongs.
  void begin(steady_time now, std::optional<std::uint64_t> marker);

  /// True from begin() to the end.
  bool running() const { return phase_ == phase::waiting || phase_ == phase::answering; }

  /// Takes a valid block and appends to `kept` those of its entries that are within the limits:
  /// mostly all of them, and nothing was kept before, so that a block changes hands whole.
  /// `skipped` entries came with it that name nothing we would keep.
  void add_block(steady_time now, const endpoint& peer, const session_limits& limits,
                 msg::addr_list&& entries, std::uint32_t skipped, msg::addr_list& kept);

  /// A pong came. True if it answers the marker, which then is out no more; look at running().
  bool take_pong(std::uint64_t nonce);

  /// An address message was broken, and dropped whole.
  void add_refused() { ++report_.refused; }

  /// When the collection ends if nothing else comes; nothing if it is not running.
  std::optional<steady_time> deadline(const session_timers& timers) const;

  /// The one deadline that nothing moves. Precondition: begun.
  steady_time hard_end(const session_timers& timers) const;

  /// We did not listen for `pause`, up to `now`: waits that much longer, but for the hard end.
  void excuse(steady_time pause, steady_time now);

  /// A deadline has come. `cut_short`: a message is half there, or nobody listened.
  void finish(steady_time now, const session_timers& timers, bool cut_short);

  /// The connection ended, or we ended it, before a deadline came.
  void cut_off();

  /// True once an entry came that names another than the peer, or a block that begins an answer.
  bool answered() const { return answered_; }

  /// getaddr to the first valid block; nothing if none came.
  std::optional<steady_time> first_block_took() const { return first_block_took_; }

  const address_report& report() const { return report_; }

  SEEDWALK_INSPECT(address_collection, phase_, answered_, marker_, asked_at_, waiting_since_,
                   first_block_took_, gossip_until_, handed_on_, report_)

private:
  enum class phase : std::uint8_t { not_asked, waiting, answering, over };

  /// How many of `entries` unasked ones the rate allows now; takes them from it.
  std::size_t spend_gossip(steady_time now, const session_limits& limits, std::size_t entries);
  void note_answer(steady_time now, const endpoint& peer, const msg::addr_list& entries,
                   std::uint32_t skipped);
  void end_with(addr_answer answer, collection_end by);

  phase phase_ = phase::not_asked;
  bool answered_ = false;
  std::optional<std::uint64_t> marker_; ///< The nonce of the ping behind getaddr, while it is out.
  steady_time asked_at_{0};
  /// What the next deadline counts from: getaddr, then the last valid block; moved by what is
  /// excused.
  steady_time waiting_since_{0};
  std::optional<steady_time> first_block_took_;
  /// The rate of gossip as a moment: each entry moves it on by one interval, and it may run ahead
  /// of now by one burst.
  std::optional<steady_time> gossip_until_;
  std::uint32_t handed_on_ = 0; ///< Entries of the answer.
  address_report report_;
};

} // namespace seedwalk::net
