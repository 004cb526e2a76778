#include "actors/crawl/db_writer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "actors/crawl/crawl_messages.hpp"
#include "actors/crawl/peer_messages.hpp"
#include "net/base/probe.hpp"

namespace seedwalk::actors {

namespace {

/// How long to wait before a batch that a full disk refused is tried again.
constexpr std::chrono::seconds retry_interval{1};

std::uint32_t added_by(const store::operation_result& result) {
  if (const auto announcements = std::get_if<store::announcements_recorded>(&result))
    return announcements->added;
  return 0;
}

} // namespace

std::size_t db_writer::mailbox_max() const {
  // Each connection has at most one block of addresses unanswered, and as it ends what came behind
  // that; the manager has one visit for each. Beside them: a question of each asker, and
  // completions of the batches in flight.
  return 3 * s_.settings->connections_max() + 64;
}

caf::behavior db_writer::make_behavior() {
  return {
      [this](save_addresses& m) { on_addresses(m); },
      [this](save_operations& m) { on_operations(m); },
      [this](storage_question& m) { on_question(m); },
      [this](store::written& m) { on_written(m); },
      [this](settings_changed& m) { s_.settings = std::move(m.settings); },
      [this](store::answered& m) {
        const auto i = s_.asked.find(m.request);
        if (i == s_.asked.end())
          return;
        const auto waiting = i->second;
        s_.asked.erase(i);
        env_.runtime.send(waiting.owner,
                          storage_answer{waiting.token, std::move(m.error), std::move(m.answer)});
      },
      [this](net::timer_fired& m) { on_retry(m.timer); },
      [this](const shut_down&) {
        if (s_.retry != net::timer_id{})
          env_.time.cancel(s_.retry);
        host_.quit();
      },
  };
}

void db_writer::on_addresses(save_addresses& m) {
  const waiter waiting{m.from, 0, 1, true,
                       sizeof(store::operation) + m.announcements.view().size()};
  gather(store::record_announcements{m.source, env_.time.now().wall, std::move(m.announcements)});
  wait_for(waiting);
  flush();
}

void db_writer::on_operations(save_operations& m) {
  const waiter waiting{m.from, m.token, static_cast<std::uint32_t>(m.operations.size()), false,
                       m.operations.size() * sizeof(store::operation)};
  for (auto& operation : m.operations)
    gather(std::move(operation));
  wait_for(waiting);
  flush();
}

void db_writer::wait_for(waiter waiting) {
  s_.unwritten_bytes += waiting.bytes;
  s_.unwritten_bytes_max = std::max(s_.unwritten_bytes_max, s_.unwritten_bytes);
  s_.gathering.waiters.push_back(std::move(waiting));
}

void db_writer::on_question(storage_question& m) {
  flush_all();
  const auto request = env_.storage.query(std::move(m.query), host_.self());
  s_.asked.emplace(request, asker{m.from, m.token});
}

void db_writer::gather(store::operation operation) {
  s_.gathering.batch.operations.push_back(std::move(operation));
}

/// Takes from what has gathered what fits into one batch, the oldest first. Precondition: somebody
/// waits.
db_writer::flight db_writer::next_batch() {
  const std::size_t most = s_.settings->config.storage.batch_operations;
  auto& [batch, waiters] = s_.gathering;
  auto last = waiters.begin();
  std::size_t operations = last->operations;
  while (++last != waiters.end() && operations + last->operations <= most)
    operations += last->operations;
  if (last == waiters.end())
    return std::exchange(s_.gathering, {});
  net::reached(net::probe::batch_cut);
  const auto behind = batch.operations.begin() + static_cast<std::ptrdiff_t>(operations);
  flight out;
  out.waiters.assign(waiters.begin(), last);
  out.batch.operations.assign(std::make_move_iterator(batch.operations.begin()),
                              std::make_move_iterator(behind));
  waiters.erase(waiters.begin(), last);
  batch.operations.erase(batch.operations.begin(), behind);
  return out;
}

void db_writer::flush() {
  while (!s_.gathering.waiters.empty() && (s_.fatal || (!s_.stalled && s_.in_flight.empty())))
    launch(next_batch());
}

void db_writer::flush_all() {
  while (!s_.gathering.waiters.empty() && (s_.fatal || !s_.stalled))
    launch(next_batch());
}

void db_writer::launch(flight f) {
  if (s_.fatal) {
    store::batch_result nothing;
    nothing.results.resize(f.batch.operations.size());
    answer(f.waiters, nothing, s_.fatal_reason);
    return;
  }
  const auto request = env_.storage.write(std::move(f.batch), host_.self());
  s_.in_flight.emplace(request, std::move(f.waiters));
}

void db_writer::on_written(store::written& m) {
  const auto i = s_.in_flight.find(m.request);
  if (i == s_.in_flight.end())
    return;
  auto waiters = std::move(i->second);
  s_.in_flight.erase(i);
  if (m.error) {
    on_failure({std::move(m.refused), std::move(waiters)}, m.error);
    return;
  }
  answer(waiters, m.result);
  if (s_.stalled && s_.failed.empty() && s_.in_flight.empty())
    recovered();
  flush();
}

void db_writer::on_failure(flight failed, const store::error& reason) {
  if (s_.fatal)
    return launch(std::move(failed));
  const auto now = env_.time.now().steady;
  s_.failed.push_back(std::move(failed));
  const bool too_long =
      s_.stalled && now - s_.stalled_since >= s_.settings->config.storage.full_patience;
  if (!store::transient(reason.code) || too_long)
    return give_up(reason);
  if (!s_.stalled) {
    s_.stalled = true;
    s_.stalled_since = now;
    env_.log.write(log_level::error, host_.stable_name(),
                   "cannot write: dialling pauses until there is room again",
                   {{"error", reason.message}});
    env_.runtime.send(s_.manager, storage_troubled{true, reason});
  }
  if (s_.retry == net::timer_id{})
    s_.retry = env_.time.start(retry_interval, host_.self());
}

void db_writer::give_up(const store::error& reason) {
  s_.fatal = true;
  s_.fatal_reason = reason.message;
  net::reached(net::probe::write_given_up);
  env_.log.write(log_level::error, host_.stable_name(), "nothing more is written",
                 {{"error", reason.message}});
  env_.runtime.send(s_.crawler, storage_troubled{true, reason});
  env_.runtime.send(s_.manager, storage_troubled{true, reason});
  for (auto& f : std::exchange(s_.failed, {}))
    launch(std::move(f));
  flush();
}

void db_writer::on_retry(net::timer_id timer) {
  if (timer != s_.retry)
    return;
  s_.retry = {};
  net::reached(net::probe::write_retried);
  for (auto& f : std::exchange(s_.failed, {}))
    launch(std::move(f));
}

void db_writer::recovered() {
  s_.stalled = false;
  net::reached(net::probe::write_recovered);
  env_.log.write(log_level::info, host_.stable_name(), "writing again");
  env_.runtime.send(s_.manager, storage_troubled{false, {}});
}

void db_writer::answer(const std::vector<waiter>& waiters, const store::batch_result& result,
                       std::string_view problem) {
  std::uint32_t added = 0;
  for (const auto& one : result.results)
    added += added_by(one);
  // Everybody hears once a batch, in the order in which they first wrote: tokens of one asker go
  // together.
  std::vector<std::pair<net::owner, operations_saved>> saved;
  bool manager_hears = false;
  auto next = result.results.begin();
  for (const auto& w : waiters) {
    const auto first_result = next;
    next += w.operations;
    s_.unwritten_bytes -= w.bytes;
    if (w.addresses) {
      env_.runtime.send(w.owner, addresses_saved{added_by(*first_result)});
      continue;
    }
    manager_hears = manager_hears || w.owner == s_.manager;
    auto i =
        std::find_if(saved.begin(), saved.end(), [&](const auto& x) { return x.first == w.owner; });
    if (i == saved.end())
      i = saved.insert(saved.end(), {w.owner, {}});
    i->second.tokens.push_back(w.token);
    i->second.results.insert(i->second.results.end(), first_result, next);
    i->second.announcements_added = added;
    i->second.unwritten_bytes_max = s_.unwritten_bytes_max;
    i->second.problem = problem;
  }
  for (auto& [owner, message] : saved)
    env_.runtime.send(owner, std::move(message));
  if (added > 0 && !manager_hears)
    env_.runtime.send(s_.manager, announcements_added{added});
}

void db_writer::on_exception(std::string_view text) {
  // Nobody else can write: the crawl cannot go on.
  env_.runtime.send(s_.crawler, storage_troubled{true, {store::error_code::io, std::string{text}}});
}

} // namespace seedwalk::actors
