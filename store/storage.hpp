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

/// One call of the storage door. Numbers come from a counter and are never used twice in a run.
struct request_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const request_id&, const request_id&) = default;
  template <net::inspector F>
  friend auto inspect(F& f, request_id& x) {
    return f(x.value);
  }
};

/// A batch is durable; or, if there is an `error`, it is not acknowledged: nothing of it can be
/// asked for now. (After `io` alone all of it may turn up when the database is next opened: a write
/// whose fsync fails is neither there nor gone.)
struct written {
  request_id request;
  store::error error;
  batch_result result;
  batch refused{}; ///< With an error: the batch itself, so that it can be written again.
  template <net::inspector F>
  friend auto inspect(F& f, written& x) {
    return f(x.request, x.error, x.result, x.refused);
  }
};

/// The answer to a query, which has the query's index; or, if there is an `error`, nothing.
struct answered {
  request_id request;
  store::error error;
  store::answer answer;
  template <net::inspector F>
  friend auto inspect(F& f, answered& x) {
    return f(x.request, x.error, x.answer);
  }
};

/// Everything that can come through the storage door. Recordings store it by index: append only.
using completion = std::variant<written, answered>;

/// Where the storage door puts what came of its calls.
using completion_sink = net::sink<completion>;

/// The storage door: the only way by which an actor remembers anything beyond the run.
///
/// A call returns at once, with an id. What comes of it is exactly one completion, given to the
/// `completion_sink` that the door was built with. Requests are carried out in the order in which
/// they were made, so a query sees every batch before it; `written` without an error comes only
/// after the batch is durable.
///
/// Whoever asks keeps the number of its requests in flight limited; the door takes
/// `max_in_flight` in all, and completes what is beyond with `error_code::overloaded`.
///
/// After a transient error (`store::transient`: a full disk) later requests are tried again as
/// usual, so that a batch that failed for a full disk may be written again.
///
/// Threads: called from steps only. Completions may reach the sink from any thread.
/// Implementations: `leveldb_storage` (a thread of its own), `sim::storage` (virtual time and a
/// faulty disk), `sim::replayed_storage`.
class storage {
public:
  /// The most requests that may wait for their completion.
  static constexpr std::size_t max_in_flight = 1'024;

  virtual ~storage() = default;

  /// Applies a batch, whole or not at all; `written` follows.
  virtual request_id write(batch what, net::owner who) = 0;

  /// Asks; `answered` follows.
  virtual request_id query(store::query what, net::owner who) = 0;
};

} // namespace seedwalk::store

template <>
inline constexpr std::uint8_t seedwalk::net::door_number<seedwalk::store::completion> = 1;
