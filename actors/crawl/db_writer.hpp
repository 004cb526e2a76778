#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include <caf/behavior.hpp>

#include "actors/crawl/environment.hpp"
#include "actors/crawl/storage_messages.hpp"
#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/timers.hpp"
#include "store/storage.hpp"

namespace seedwalk::actors {

/// Writes what the others want remembered, in batches, and answers when it is durable; asks for
/// them.
///
/// An idle disk is written to at once. While a batch is being written, the next one gathers: the
/// slower the disk, the larger the batches, up to `storage.batch_operations`; what was sent
/// together stays together, even beyond. So one batch is on its way at a time, unless somebody
/// asks: a question is asked after all that was sent before it. When the disk is full, batches are
/// kept and tried again every second, and the manager is told, who stops dialling: nothing is lost
/// and nothing grows, because each writer waits for its answer. A damaged database ends the
/// crawl, and so does a disk that stays full for longer than `storage.full_patience`: the crawler
/// is told, and everything after it is answered unwritten.
class db_writer {
public:
  static constexpr std::string_view kind = "db_writer";
  using environment = actors::environment;

  /// Who waits for a batch.
  struct waiter {
    net::owner owner;
    std::uint64_t token = 0;
    std::uint32_t operations = 0; ///< How many of the batch's are theirs.
    bool addresses = false;       ///< Wants `addresses_saved`.
    std::uint64_t bytes = 0;      ///< What of theirs waits, in memory.
    SEEDWALK_INSPECT(waiter, owner, token, operations, addresses, bytes)
  };

  /// A batch that is not on its way: gathering, or refused.
  struct flight {
    store::batch batch;
    std::vector<waiter> waiters;
    SEEDWALK_INSPECT(flight, batch, waiters)
  };

  struct asker {
    net::owner owner;
    std::uint64_t token = 0;
    SEEDWALK_INSPECT(asker, owner, token)
  };

  struct state {
    settings_in_use settings;
    net::owner manager;
    net::owner crawler;
    flight gathering;
    std::map<store::request_id, std::vector<waiter>> in_flight;
    std::map<store::request_id, asker> asked;
    std::vector<flight> failed; ///< To be tried again, in order.
    net::timer_id retry;
    bool stalled = false;
    net::steady_time stalled_since{0};
    bool fatal = false; ///< Nothing more is written; all who wait are answered all the same.
    std::string fatal_reason;
    std::uint64_t unwritten_bytes = 0; ///< Of all who wait for an answer.
    std::uint64_t unwritten_bytes_max = 0;
    SEEDWALK_INSPECT(state, settings, manager, crawler, gathering, in_flight, asked, failed, retry,
                     stalled, stalled_since, fatal, fatal_reason, unwritten_bytes,
                     unwritten_bytes_max)
  };

  db_writer(environment& env, net::actor_host& host, state& data)
      : env_(env), host_(host), s_(data) {
    env.settings.attach(data.settings);
  }

  void start() {}
  caf::behavior make_behavior();
  void on_exception(std::string_view text);
  std::size_t mailbox_max() const;

private:
  void gather(store::operation operation);
  void wait_for(waiter waiting);
  void on_addresses(save_addresses& m);
  void on_operations(save_operations& m);
  void on_question(storage_question& m);
  void on_written(store::written& m);
  void on_failure(flight failed, const store::error& reason);
  void give_up(const store::error& reason);
  void on_retry(net::timer_id timer);
  flight next_batch();
  /// Writes what has gathered, if nothing is being written.
  void flush();
  /// Writes it all, behind what is being written.
  void flush_all();
  void launch(flight f);
  void answer(const std::vector<waiter>& waiters, const store::batch_result& result,
              std::string_view problem = {});
  void recovered();

  environment& env_;
  net::actor_host& host_;
  state& s_;
};

} // namespace seedwalk::actors
