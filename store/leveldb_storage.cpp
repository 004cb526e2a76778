#include "store/leveldb_storage.hpp"

#include <utility>

namespace seedwalk::store {

leveldb_storage::leveldb_storage(completion_sink& sink, std::unique_ptr<database> db)
    : sink_(sink), db_(std::move(db)), thread_([this] { run(); }),
      refusing_([this] { run_refusals(); }) {}

leveldb_storage::~leveldb_storage() {
  stop(ending::orderly);
  {
    const std::lock_guard lock(mutex_);
    leaving_ = true;
  }
  wake_refusals_.notify_one();
  refusing_.join();
}

request_id leveldb_storage::write(store::batch batch, net::owner owner) {
  return take(std::move(batch), owner);
}

request_id leveldb_storage::query(store::query query, net::owner owner) {
  return take(std::move(query), owner);
}

request_id leveldb_storage::take(std::variant<batch, store::query> asked, net::owner owner) {
  const std::lock_guard lock(mutex_);
  const request_id id{++last_id_};
  request r{id, owner, std::move(asked)};
  if (stopping_ || in_flight_ == max_in_flight) {
    refused_.push_back(
        {std::move(r),
         stopping_ ? error{error_code::stopped, "the database was closed"}
                   : error{error_code::overloaded, "too many database requests wait already"}});
    wake_refusals_.notify_one();
  } else {
    ++in_flight_;
    waiting_.push_back(std::move(r));
    wake_.notify_one();
  }
  return id;
}

void leveldb_storage::stop(ending mode) {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    drop_waiting_ = drop_waiting_ || mode == ending::fast;
  }
  wake_.notify_one();
  if (thread_.joinable())
    thread_.join();
  std::unique_lock lock(mutex_);
  refusals_said_.wait(lock, [this] { return refused_.empty(); });
}

void leveldb_storage::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty())
      break;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    const bool drop = drop_waiting_;
    lock.unlock();
    if (drop) {
      release_slot();
      refuse(next, {error_code::stopped, "the database was closed before this was its turn"});
    } else {
      carry_out(next);
    }
    lock.lock();
  }
  lock.unlock();
  db_->close();
}

void leveldb_storage::run_refusals() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_refusals_.wait(lock, [this] { return leaving_ || !refused_.empty(); });
    if (refused_.empty())
      return;
    auto& next = refused_.front(); // Stays where it is while others are put behind it.
    lock.unlock();
    refuse(next.refused, std::move(next.reason));
    lock.lock();
    refused_.pop_front();
    if (refused_.empty())
      refusals_said_.notify_all();
  }
}

/// A request whose completion was heard has left the door: its place is free for the next call.
void leveldb_storage::release_slot() {
  const std::lock_guard lock(mutex_);
  --in_flight_;
}

void leveldb_storage::carry_out(request& r) {
  if (auto* one_batch = std::get_if<batch>(&r.content)) {
    written done{r.id, {}, {}};
    if (auto result = db_->apply(*one_batch)) {
      done.result = std::move(*result);
    } else {
      done = {r.id, std::move(result.error()), {}, std::move(*one_batch)};
      done.refused.attempt = db_->last_attempt();
    }
    release_slot();
    sink_.deliver(r.owner, std::move(done));
    return;
  }
  answered done{r.id, {}, {}};
  if (auto result = db_->answer(std::get<store::query>(r.content)))
    done.answer = std::move(*result);
  else
    done.error = std::move(result.error());
  release_slot();
  sink_.deliver(r.owner, std::move(done));
}

void leveldb_storage::refuse(request& r, error reason) {
  if (auto* one_batch = std::get_if<batch>(&r.content))
    sink_.deliver(r.owner, written{r.id, std::move(reason), {}, std::move(*one_batch)});
  else
    sink_.deliver(r.owner, answered{r.id, std::move(reason), {}});
}

} // namespace seedwalk::store
