#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "store/leveldb_storage.hpp"
#include "tests/conformance/held_env.hpp"
#include "tests/conformance/storage_under_test.hpp"
#include "tests/tools/temporary_folder.hpp"

/// The real storage door: LevelDB in a folder of this machine, on a thread of its own; stopped in
/// both of its ways.
namespace seedwalk::storage_conformance {

namespace {

using store::leveldb_storage;

constexpr std::chrono::seconds patience{30};

/// Counts the calls and the completions of one door, and keeps the completions until the test's
/// thread takes them. A power failure ends it.
class queue final : public store::storage, public store::completion_sink {
public:
  explicit queue(store::completion_sink& out) : out_(out) {}

  void watch(store::storage& door) { door_ = &door; }

  store::request_id write(store::batch batch, net::owner owner) override {
    begin_call();
    const auto id = door_->write(std::move(batch), owner);
    is_calling_ = false;
    return id;
  }
  store::request_id query(store::query query, net::owner owner) override {
    begin_call();
    const auto id = door_->query(std::move(query), owner);
    is_calling_ = false;
    return id;
  }

  void deliver(net::owner to, store::completion&& completion) override {
    // What comes from inside a call shall be seen to do so.
    const bool from_call = std::this_thread::get_id() == thread_ && is_calling_;
    {
      const std::lock_guard lock(mutex_);
      if (is_dead_)
        return;
      --under_way_;
      if (!from_call)
        waiting_.emplace_back(to, std::move(completion));
    }
    if (from_call)
      out_.deliver(to, std::move(completion));
    changed_.notify_one();
  }

  /// Hands on what was delivered, until `done`; waits for more until `over`, which is asked with
  /// the lock held.
  template <class Done, class Over>
  bool run(Done&& done, Over&& over) {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (done())
        return true;
      if (waiting_.empty() && over())
        return false;
      if (!changed_.wait_for(lock, patience, [&] { return !waiting_.empty() || over(); }))
        return false;
      if (waiting_.empty())
        continue;
      auto next = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      out_.deliver(next.first, std::move(next.second));
      lock.lock();
    }
  }

  // With the lock held: nothing more comes; or what comes waits for a disk that is held up.
  bool is_idle() const { return under_way_ == 0; }
  bool is_still() const { return is_idle() || is_at_gate_; }
  std::uint64_t under_way_and_waiting() {
    const std::lock_guard lock(mutex_);
    return under_way_ + waiting_.size();
  }

  void set_at_gate(bool is_it) {
    {
      const std::lock_guard lock(mutex_);
      is_at_gate_ = is_it;
    }
    changed_.notify_one();
  }

  void die() {
    const std::lock_guard lock(mutex_);
    is_dead_ = true;
    waiting_.clear();
  }

private:
  void begin_call() {
    const std::lock_guard lock(mutex_);
    ++under_way_;
    is_calling_ = true;
  }

  store::completion_sink& out_;
  store::storage* door_ = nullptr;
  const std::thread::id thread_ = std::this_thread::get_id();
  bool is_calling_ = false; ///< Of that thread alone.

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<net::owner, store::completion>> waiting_; ///< Guarded, as are those below.
  std::uint64_t under_way_ = 0;
  bool is_at_gate_ = false;
  bool is_dead_ = false;
};

class leveldb_storage_under_test final : public storage_under_test {
public:
  leveldb_storage_under_test(store::completion_sink& sink, leveldb_storage::ending ending)
      : sink_(sink), ending_(ending) {
    (void)reopen();
  }

  ~leveldb_storage_under_test() override {
    if (now_)
      now_->env.release();
  }

  store::storage& door() override { return now_->said; }
  bool completions_are_immediate() const override { return false; }
  bool stops_drop() const override { return ending_ == leveldb_storage::ending::fast; }

  bool run_until(const std::function<bool()>& done) override {
    return now_->said.run(done, [this] { return now_->said.is_idle(); });
  }

  void settle() override {
    now_->said.run([] { return false; }, [this] { return now_->said.is_still(); });
  }

  void let_pass(std::uint64_t draw) override {
    if (is_held_)
      return;
    auto left = draw % (now_->said.under_way_and_waiting() + 1);
    run_until([&] { return left-- == 0; });
  }

  void hold() override {
    is_held_ = true;
    now_->env.hold([said = &now_->said] { said->set_at_gate(true); });
  }

  void release() override {
    is_held_ = false;
    now_->env.release();
    now_->said.set_at_gate(false);
  }

  void set_trouble(trouble kind) override { now_->env.set_trouble(kind); }

  void stop() override { now_->door->stop(ending_); }

  void crash(std::uint64_t seed) override {
    is_held_ = false;
    now_->said.die();
    now_->env.lose_power(path(folders_), path(folders_ + 1), seed);
    now_->door->stop(leveldb_storage::ending::fast);
    now_.reset();
    std::filesystem::remove_all(path(folders_));
    ++folders_;
  }

  tl::expected<void, store::error> reopen() override {
    now_.reset();
    now_ = std::make_unique<opening>(sink_);
    store::database_options o;
    o.disk.env = &now_->env;
    o.disk.write_buffer_bytes = 64u << 10;
    o.disk.block_cache_bytes = 1u << 20;
    o.disk.max_file_bytes = 1u << 20;
    o.record_cache_bytes = 64u << 10;
    o.chain = "regtest";
    o.seed = 7;
    auto db = std::make_unique<store::database>(path(folders_), std::move(o));
    auto opened = db->open();
    now_->door = std::make_unique<leveldb_storage>(now_->said, std::move(db));
    now_->said.watch(*now_->door);
    return opened;
  }

private:
  /// The door from an opening to a stop or a power failure.
  struct opening {
    explicit opening(store::completion_sink& sink) : said(sink) {}

    held_env env;
    queue said;
    std::unique_ptr<leveldb_storage> door; ///< Last: it uses both.
  };

  std::string path(std::uint32_t n) const { return folder_ / std::to_string(n); }

  store::completion_sink& sink_;
  leveldb_storage::ending ending_;
  tools::temporary_folder folder_;
  std::uint32_t folders_ = 1;
  std::unique_ptr<opening> now_;
  bool is_held_ = false;
};

storage_implementation named(std::string name, leveldb_storage::ending ending) {
  return {std::move(name), [ending](store::completion_sink& sink) {
            return std::make_unique<leveldb_storage_under_test>(sink, ending);
          }};
}

const bool added_leveldb =
    add_storage_implementation(named("leveldb", leveldb_storage::ending::orderly)) &&
    add_storage_implementation(named("leveldb_fast_stop", leveldb_storage::ending::fast));

} // namespace

} // namespace seedwalk::storage_conformance
