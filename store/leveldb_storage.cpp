#include "store/leveldb_storage.hpp"

#include <optional>
#include <utility>

namespace seedwalk::store {

leveldb_storage::leveldb_storage(completion_sink& sink, std::unique_ptr<database> db)
    : sink_(sink), db_(std::move(db)), thread_([this] { run(); }) {}

leveldb_storage::~leveldb_storage() {
  stop(ending::orderly);
}

request_id leveldb_storage::write(batch what, net::owner who) {
  return take(std::move(what), who);
}

request_id leveldb_storage::query(store::query what, net::owner who) {
  return take(std::move(what), who);
}

request_id leveldb_storage::take(std::variant<batch, store::query> what, net::owner who) {
  request r{{}, who, std::move(what)};
  request_id id;
  std::optional<error> refusal;
  {
    const std::lock_guard lock(mutex_);
    id = r.id = request_id{++last_id_};
    if (stopping_)
      refusal = error{error_code::stopped, "the database was closed already"};
    else if (waiting_.size() >= max_in_flight)
      refusal = error{error_code::overloaded, "too many database requests wait already"};
    else
      waiting_.push_back(std::move(r));
  }
  if (refusal)
    refuse(r, std::move(*refusal)); // NOLINT(bugprone-use-after-move): then it was not moved
  else
    wake_.notify_one();
  return id;
}

void leveldb_storage::stop(ending how) {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    drop_waiting_ = drop_waiting_ || how == ending::fast;
  }
  wake_.notify_one();
  if (thread_.joinable())
    thread_.join();
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
    if (drop)
      refuse(next, {error_code::stopped, "the database was closed before this was its turn"});
    else
      carry_out(next);
    lock.lock();
  }
  lock.unlock();
  db_->close();
}

void leveldb_storage::carry_out(request& r) {
  if (auto* what = std::get_if<batch>(&r.what)) {
    written done{r.id, {}, {}};
    if (auto result = db_->apply(*what))
      done.result = std::move(*result);
    else
      done = {r.id, std::move(result.error()), {}, std::move(*what)};
    sink_.deliver(r.who, std::move(done));
    return;
  }
  answered done{r.id, {}, {}};
  if (auto result = db_->answer(std::get<store::query>(r.what)))
    done.answer = std::move(*result);
  else
    done.error = std::move(result.error());
  sink_.deliver(r.who, std::move(done));
}

void leveldb_storage::refuse(request& r, error why) {
  if (auto* what = std::get_if<batch>(&r.what))
    sink_.deliver(r.who, written{r.id, std::move(why), {}, std::move(*what)});
  else
    sink_.deliver(r.who, answered{r.id, std::move(why), {}});
}

} // namespace seedwalk::store
