#include "sim/scenario/storage.hpp"

#include <algorithm>
#include <utility>

#include "net/base/bytes.hpp"
#include "net/base/random.hpp"

namespace seedwalk::sim {

store::database_options storage::small_database(std::uint64_t endpoints) {
  // More than a crawl writes for an endpoint that it visits once.
  constexpr std::uint64_t bytes_an_endpoint = 2048;
  store::database_options o;
  o.disk.compress = false; // A disk that is memory is not saved by it, and a run takes longer.
  const auto most = std::uint64_t{o.disk.write_buffer_bytes};
  o.disk.write_buffer_bytes =
      std::clamp<std::uint64_t>(endpoints * bytes_an_endpoint, 64 * 1024, most);
  o.disk.block_cache_bytes = 4 * o.disk.write_buffer_bytes;
  o.disk.max_file_bytes = std::max<std::size_t>(1024 * 1024, o.disk.write_buffer_bytes);
  o.record_cache_bytes = o.disk.write_buffer_bytes;
  return o;
}

storage::storage(options o, schedule& events, store::completion_sink& sink,
                 std::unique_ptr<disk> on)
    : options_(std::move(o)), events_(events), sink_(sink), disk_(std::move(on)) {
  const auto name = options_.host + options_.path;
  lane_.key = name_from("disk", net::keyed_hash(0, "path", net::as_bytes(name)));
  events_.label(lane_.key, [&] { return "disk of " + name; });
}

storage::~storage() {
  close();
}

tl::expected<void, store::error> storage::open() {
  close();
  begin();
  env_ = std::make_unique<memory_env>(*disk_);
  auto o = options_.database;
  o.disk.env = env_.get();
  o.disk.settle = [env = env_.get()] { env->run_background(); };
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
  auto left = disk_->after_crash(events_.now().steady, loss);
  // The dying database may still try to write.
  disk_->freeze();
  close();
  disk_ = std::move(left);
  disk_->begin(events_.now().steady);
  pending_.clear();
}

void storage::begin() {
  const auto now = events_.now().steady;
  disk_->forget(now);
  disk_->begin(now);
  disk_->spend(options_.request_cost);
}

void storage::finish(net::owner who, store::completion what) {
  pending_.push_back({last_id_, who, std::move(what)});
  events_.put(disk_->now(), lane_, *this, last_id_);
}

store::request_id storage::write(store::batch what, net::owner who) {
  begin();
  store::written done{store::request_id{++last_id_}, {}, {}};
  if (auto result = database_->apply(what))
    done.result = std::move(*result);
  else
    done = {done.request, std::move(result.error()), {}, std::move(what)};
  const auto id = done.request;
  finish(who, std::move(done));
  return id;
}

store::request_id storage::query(store::query what, net::owner who) {
  begin();
  store::answered done{store::request_id{++last_id_}, {}, {}};
  if (fails_ && fails_(what))
    done.error = {store::error_code::io, options_.path + ": a simulated error of the disk"};
  else if (auto answer = database_->answer(what))
    done.answer = std::move(*answer);
  else
    done.error = std::move(answer.error());
  const auto id = done.request;
  finish(who, std::move(done));
  return id;
}

void storage::on_due(std::uint64_t what) {
  // What a crash has swallowed is no longer there.
  if (pending_.empty() || pending_.front().number != what)
    return;
  auto next = std::move(pending_.front());
  pending_.pop_front();
  sink_.deliver(next.who, std::move(next.what));
}

} // namespace seedwalk::sim
