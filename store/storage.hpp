#pragma once

#include <compare>
#include <cstdint>
#include <variant>

#include "net/base/inspect.hpp"
#include "net/base/owner.hpp"
#include "net/base/sink.hpp"
#include "store/batch.hpp"
#include "store/error.hpp"
#include "store/query.hpp"

namespace seedwalk::store {

/// One call of the storage door: 1, 2, 3, ... in the order of the calls since the door was opened,
/// batches and queries alike, whether they were taken or not. So ids follow from calls, and a
/// replay gives them again.
struct request_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const request_id&, const request_id&) = default;
  SEEDWALK_INSPECT(request_id, value)
};

/// A batch is durable, with one result for each operation; or, if there is an `error`, it is not
/// acknowledged. After `overloaded` and `stopped` nothing of it is stored, ever. After any other
/// error all of it may be, or nothing: a write whose fsync failed is neither there nor gone until
/// the database is opened again. What the next answer says of it survives a loss of power once a
/// later batch is acknowledged. The batch that is given back has an `attempt` then: written again
/// with that, to the same door, it counts once whether it is there or not.
struct written {
  request_id request;
  store::error error;
  batch_result result;
  batch refused{}; ///< With an error: the batch itself, so that it can be written again.
  SEEDWALK_INSPECT(written, request, error, result, refused)
};

/// The answer to a query, which has the query's index; or, if there is an `error`, nothing.
struct answered {
  request_id request;
  store::error error;
  store::answer answer;
  SEEDWALK_INSPECT(answered, request, error, answer)
};

/// Everything that can come through the storage door. Recordings store it by index: append only.
using completion = std::variant<written, answered>;

/// Where the storage door puts what came of its calls.
using completion_sink = net::sink<completion>;

/// The storage door: the only way by which an actor remembers anything beyond the run.
///
/// **Calls.** A call returns at once, with an id. What comes of it is exactly one completion with
/// that id, given to the `completion_sink` that the door was built with, for the owner that the
/// call named. The door does not ask who that is: what is for an owner that is gone, or for
/// `nobody`, the sink drops. A call never completes from inside itself or another call.
///
/// **Order.** The door has one order for all callers: requests are carried out, and complete, in
/// the order in which they were made. So a query sees every batch that was made before it,
/// acknowledged or not, unless that failed, and none that was made after it. A batch is whole:
/// nobody sees a part of it, and its operations take effect in their order.
///
/// **Durability.** `written` without an error comes only after the batch is durable: from then on
/// it survives the end of the process and a loss of power (as far as fsync does; a database that
/// was opened without `sync` promises less). After a crash the database holds all that was
/// acknowledged, and of what was under way the first so many batches, each whole. What was under
/// way is never heard of.
///
/// **Limit.** Each caller keeps the number of its requests in flight limited. The door takes
/// `max_in_flight` in all; what is beyond completes with `error_code::overloaded`, without waiting
/// for what is under way: nothing was done, and nothing will be. The receiver of a completion finds
/// its place free. Refusals have an order of their own, that of their calls.
///
/// **Failures.** A disk that fails makes an error of each request that meets it, the batch given
/// back with it, and of no other, but for one: where the database met it at work of its own,
/// between requests, the next batch hears of that, even if the disk is sound again. `disk_full` and
/// `io` (`store::transient`) may pass, and each later request is tried as usual, on a database that
/// is opened anew if it has to be. Nothing that was acknowledged is lost by that, nor by a stop or
/// a crash while the disk fails.
///
/// **Stop.** How a door is stopped is the implementation's own. All that was taken before still
/// completes: it was carried out, or, where the door was asked to make haste, from some request on
/// everything completes with `error_code::stopped` and is not stored. Each later call completes
/// with `stopped`.
///
/// Threads: called from steps only. Completions may reach the sink from any thread.
///
/// Implementations: `leveldb_storage` (threads of its own), `sim::storage` (virtual time and a
/// faulty disk); both are held to this by tests/conformance. `sim::replayed_storage` only gives the
/// ids: its completions come from a recording.
class storage {
public:
  /// The most requests that are under way: taken, and not completed.
  static constexpr std::size_t max_in_flight = 1'024;

  virtual ~storage() = default;

  /// Applies a batch; `written` follows.
  virtual request_id write(store::batch batch, net::owner owner) = 0;

  /// Asks; `answered` follows.
  virtual request_id query(store::query query, net::owner owner) = 0;
};

} // namespace seedwalk::store

template <>
inline constexpr std::uint8_t seedwalk::net::door_number<seedwalk::store::completion> = 1;
