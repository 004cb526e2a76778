#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "net/base/owner.hpp"
#include "store/batch.hpp"
#include "store/error.hpp"
#include "store/query.hpp"

namespace seedwalk::actors {

// The conversation with the DB writer. Every request carries its sender and is answered exactly
// once, after what it wrote is durable; an actor with an unanswered request sends no second one of
// the same kind, or keeps count of them. That is what bounds the DB writer's mailbox.

/// Peer connection to DB writer: addresses that a peer announces. Answered by `addresses_saved`.
struct save_addresses {
  net::owner from;
  net::endpoint source;
  net::msg::addr_list announcements;
  SEEDWALK_INSPECT(save_addresses, from, source, announcements)
};

/// DB writer to peer connection: durable; `added` of them were new.
struct addresses_saved {
  std::uint32_t added = 0;
  SEEDWALK_INSPECT(addresses_saved, added)
};

/// Anybody to DB writer: do this, together. Answered by `operations_saved` with the same `token`.
struct save_operations {
  net::owner from;
  std::uint64_t token = 0;
  std::vector<store::operation> operations;
  SEEDWALK_INSPECT(save_operations, from, token, operations)
};

/// DB writer to the one that asked: all operations of these tokens are durable, unless there is a
/// `problem`: then nothing is written any more, and they are not. `results` has those of the
/// operations, token after token.
struct operations_saved {
  std::vector<std::uint64_t> tokens;
  std::vector<store::operation_result> results;
  std::uint32_t announcements_added = 0; ///< By anybody, in the same batch.
  std::uint64_t unwritten_bytes_max = 0; ///< Most that ever waited for the DB writer, in memory.
  std::string problem;                   ///< Why they were not written; empty: they were.
  SEEDWALK_INSPECT(operations_saved, tokens, results, announcements_added, unwritten_bytes_max,
                   problem)
};

/// DB writer to the manager: a batch without any operation of the manager's has made new endpoints
/// known.
struct announcements_added {
  std::uint32_t added = 0;
  SEEDWALK_INSPECT(announcements_added, added)
};

/// Anybody to DB writer: a question, asked after everything sent before it. Answered by
/// `storage_answer`.
struct storage_question {
  net::owner from;
  std::uint64_t token = 0;
  store::query query;
  SEEDWALK_INSPECT(storage_question, from, token, query)
};

/// DB writer to the one that asked.
struct storage_answer {
  std::uint64_t token = 0;
  store::error error;
  store::answer answer;
  SEEDWALK_INSPECT(storage_answer, token, error, answer)
};

/// DB writer to the manager: nothing can be written at the moment, or again. While it lasts nobody
/// new is dialled.
struct storage_troubled {
  bool stalled = false;
  store::error error;
  SEEDWALK_INSPECT(storage_troubled, stalled, error)
};

} // namespace seedwalk::actors
