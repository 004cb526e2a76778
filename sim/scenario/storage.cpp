#include "sim/scenario/storage.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "net/base/bytes.hpp"
#include "net/base/random.hpp"

namespace seedwalk::sim {

store::database_options storage::small_database(std::uint64_t endpoints) {
  // More than a crawl writes for an endpoint that it visits once.
  constexpr std::uint64_t bytes_an_endpoint = 2048;
  store::database_options o;
  o.disk.compress = false; // A disk that is memory is not saved by it, and a run takes longer.
  // A disk that is memory does not mind more tables, and an insert into a buffer that the CPU's
  // cache holds takes half the time.
  constexpr std::uint64_t most = 4u << 20;
  o.disk.write_buffer_bytes =
      std::clamp<std::uint64_t>(endpoints * bytes_an_endpoint, 64 * 1024, most);
  o.disk.block_cache_bytes = 4 * o.disk.write_buffer_bytes;
  o.disk.max_file_bytes = std::max<std::size_t>(1024 * 1024, o.disk.write_buffer_bytes);
  o.record_cache_bytes = o.disk.write_buffer_bytes;
  return o;
}

storage::storage(options o, schedule& events, store::completion_sink& sink,
                 std::unique_ptr<disk> on)
    : options_(std::move(o)), events_(events), sink_(sink, options_.listener), disk_(std::move(on)),
      keeps_account_(disk_->has_journal()) {
  const auto name = options_.host + options_.path;
  lane_.key = name_from("disk", net::keyed_hash(0, "path", net::as_bytes(name)));
  refusals_.key = name_from("disk refusals", net::keyed_hash(0, "path", net::as_bytes(name)));
  events_.label(lane_.key, [&] { return "disk of " + name; });
  events_.label(refusals_.key, [&] { return "refusals by the disk of " + name; });
}

storage::~storage() {
  close();
}

tl::expected<void, store::error> storage::open() {
  assert(pending_.empty() && refused_.empty());
  close();
  last_id_ = 0;
  begin();
  env_ = std::make_unique<memory_env>(*disk_);
  auto o = options_.database;
  o.disk.env = env_.get();
  o.disk.settle = [env = env_.get()] { env->run_background(); };
  o.disk.sync_folder = [env = env_.get()](const std::string& name) {
    return env->sync_folder(name);
  };
  if (keeps_account_)
    o.disk.on_write = [this](const leveldb::WriteBatch& changes) {
      account_.begin(changes, last_event_ + 1, *disk_, options_.path);
      if (auto problem = account_.take_problem())
        lost_.push_back(std::move(*problem));
    };
  database_ = std::make_unique<store::database>(options_.path, std::move(o));
  auto opened = database_->open();
  if (!opened)
    close();
  return opened;
}

void storage::close() {
  database_.reset();
  env_.reset();
}

void storage::crash(const loss_model& loss) {
  crash_to(disk_->after_crash(events_.now().steady, loss));
}

void storage::crash_in(std::uint64_t nth, const call_progress& progress, const loss_model& loss) {
  crash_to(disk_->after_crash_in(nth, progress, loss));
}

void storage::crash_to(std::unique_ptr<disk> left) {
  // The dying database may still try to write.
  disk_->freeze();
  close();
  disk_ = std::move(left);
  disk_->begin(events_.now().steady);
  disk_->on_change(on_change_);
  pending_.clear();
  refused_.clear();
  if (!keeps_account_)
    return;
  if (auto lost = account_.look_after_crash(*disk_, options_.path))
    lost_.push_back("after a crash " + *lost);
}

void storage::on_change(std::function<void(std::uint64_t, const disk::entry&)> hear) {
  on_change_ = std::move(hear);
  disk_->on_change(on_change_);
}

void storage::begin() {
  const auto now = events_.now().steady;
  disk_->forget(now);
  disk_->begin(now);
  disk_->spend(options_.request_cost);
}

/// Why a request is not taken, if it is not.
std::optional<store::error> storage::refusal() const {
  if (!database_)
    return store::error{store::error_code::stopped, options_.path + ": the database is not open"};
  if (pending_.size() >= max_in_flight)
    return store::error{store::error_code::overloaded, "too many database requests wait already"};
  return std::nullopt;
}

void storage::finish(net::owner owner, store::completion completion) {
  pending_.push_back({++last_event_, owner, std::move(completion)});
  events_.put(disk_->now(), lane_, *this, last_event_);
}

void storage::refuse(net::owner owner, store::completion completion) {
  refused_.push_back({++last_event_, owner, std::move(completion)});
  events_.put(events_.now().steady, refusals_, *this, last_event_);
}

store::request_id storage::write(store::batch batch, net::owner owner) {
  const store::request_id id{++last_id_};
  if (options_.listener != nullptr)
    options_.listener->on_call(door_call::batch{id, batch});
  if (auto reason = refusal()) {
    refuse(owner, store::written{id, std::move(*reason), {}, std::move(batch)});
    return id;
  }
  begin();
  store::written done{id, {}, {}};
  const auto writes = account_.writes();
  if (auto result = database_->apply(batch)) {
    done.result = std::move(*result);
  } else {
    if (account_.writes() != writes)
      account_.failed();
    done = {id, std::move(result.error()), {}, std::move(batch)};
    done.refused.attempt = database_->last_attempt();
  }
  finish(owner, std::move(done));
  return id;
}

store::request_id storage::query(store::query query, net::owner owner) {
  const store::request_id id{++last_id_};
  if (options_.listener != nullptr)
    options_.listener->on_call(door_call::question{id, query});
  if (auto reason = refusal()) {
    refuse(owner, store::answered{id, std::move(*reason), {}});
    return id;
  }
  begin();
  store::answered done{id, {}, {}};
  if (fails_ && fails_(query))
    done.error = {store::error_code::io, options_.path + ": a simulated error of the disk"};
  else if (auto answer = database_->answer(query))
    done.answer = std::move(*answer);
  else
    done.error = std::move(answer.error());
  finish(owner, std::move(done));
  return id;
}

void storage::on_due(std::uint64_t payload) {
  // What a crash has swallowed is in neither.
  if (!deliver_front(refused_, payload))
    deliver_front(pending_, payload);
}

/// Delivers the first one if it is of this event.
bool storage::deliver_front(std::deque<pending>& of, std::uint64_t event) {
  if (of.empty() || of.front().event != event)
    return false;
  auto next = std::move(of.front());
  of.pop_front();
  if (keeps_account_)
    account_.acknowledge(event);
  sink_.deliver(next.owner, std::move(next.completion));
  return true;
}

} // namespace seedwalk::sim
