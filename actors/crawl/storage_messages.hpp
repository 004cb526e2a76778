#pragma once

#include <cstdint>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "net/base/owner.hpp"
#include "store/batch.hpp"
#include "store/error.hpp"
#include "store/query.hpp"

namespace seedwalk::actors {

// The conversation with the DB writer. Every request carries its sender and is answered exactly
// once, after what it wrote is durable; an actor with an unanswered request sends no
// second one of the same kind, or keeps count of them. That is what bounds the DB writer's mailbox.

/// Peer connection to DB writer: addresses that a peer announces. Answered by `addresses_saved`.
struct save_addresses {
  net::owner from;
  net::endpoint source;
  net::msg::addr_list announcements;
  template <net::inspector F>
  friend auto inspect(F& f, save_addresses& x) {
    return f(x.from, x.source, x.announcements);
  }
};

/// DB writer to peer connection: durable; `added` of them were new.
struct addresses_saved {
  std::uint32_t added = 0;
  template <net::inspector F>
  friend auto inspect(F& f, addresses_saved& x) {
    return f(x.added);
  }
};

/// Anybody to DB writer: do this, together. Answered by `operations_saved` with the same `token`.
struct save_operations {
  net::owner from;
  std::uint64_t token = 0;
  std::vector<store::operation> operations;
  template <net::inspector F>
  friend auto inspect(F& f, save_operations& x) {
    return f(x.from, x.token, x.operations);
  }
};

/// DB writer to the one that asked: all operations of these tokens are durable. `results` has those
/// of the operations, token after token.
struct operations_saved {
  std::vector<std::uint64_t> tokens;
  std::vector<store::operation_result> results;
  std::uint32_t announcements_added = 0; ///< By anybody, in the same batch.
  std::uint64_t unwritten_bytes_max = 0; ///< Most that ever waited for the DB writer, in memory.
  template <net::inspector F>
  friend auto inspect(F& f, operations_saved& x) {
    return f(x.tokens, x.results, x.announcements_added, x.unwritten_bytes_max);
  }
};

/// DB writer to the manager: a batch without any operation of the manager's has made new endpoints
/// known.
struct announcements_added {
  std::uint32_t added = 0;
  template <net::inspector F>
  friend auto inspect(F& f, announcements_added& x) {
    return f(x.added);
  }
};

/// Anybody to DB writer: a question, asked after everything sent before it. Answered by
/// `storage_answer`.
struct storage_question {
  net::owner from;
  std::uint64_t token = 0;
  store::query query;
  template <net::inspector F>
  friend auto inspect(F& f, storage_question& x) {
    return f(x.from, x.token, x.query);
  }
};

/// DB writer to the one that asked.
struct storage_answer {
  std::uint64_t token = 0;
  store::error error;
  store::answer answer;
  template <net::inspector F>
  friend auto inspect(F& f, storage_answer& x) {
    return f(x.token, x.error, x.answer);
  }
};

/// DB writer to the manager: nothing can be written at the moment, or again. While it lasts nobody
/// new is dialled.
struct storage_troubled {
  bool stalled = false;
  store::error error;
  template <net::inspector F>
  friend auto inspect(F& f, storage_troubled& x) {
    return f(x.stalled, x.error);
  }
};

} // namespace seedwalk::actors
