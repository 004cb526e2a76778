#include "tools/bench/store_bench.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include "net/base/random.hpp"
#include "store/database.hpp"
#include "store/keys.hpp"
#include "tools/bench/stopwatch.hpp"
#include "tools/bench/store_memory.hpp"
#include "tools/bench/store_workload.hpp"

namespace seedwalk::bench {

namespace {

/// Ours and the baseline's.
struct compared_cost {
  cost own;
  cost raw;
};

struct store_costs {
  compared_cost inserts;
  compared_cost updates;
  cost raw_reading_updates; ///< The baseline's, where it reads each record that it replaces.
  compared_cost cold;       ///< Due queries and visits with nothing in memory; raw, reading.
  std::uint64_t cold_visits = 0;
  cost open;
  std::uint64_t opened = 0; ///< Endpoints that the opened database knows.
  cost gossip;
  std::uint64_t gossip_entries = 0;
  std::uint64_t gossip_bytes = 0; ///< Written, log and compactions included.
};

/// Counts what is written to files.
class counting_env final : public leveldb::EnvWrapper {
public:
  counting_env() : EnvWrapper(leveldb::Env::Default()) {}

  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** out) override {
    return counted(target()->NewWritableFile(name, out), out);
  }
  leveldb::Status NewAppendableFile(const std::string& name, leveldb::WritableFile** out) override {
    return counted(target()->NewAppendableFile(name, out), out);
  }
  std::uint64_t bytes() const { return bytes_.load(); }

private:
  struct file final : leveldb::WritableFile {
    file(std::unique_ptr<leveldb::WritableFile> f, std::atomic<std::uint64_t>& n)
        : inner(std::move(f)), bytes(n) {}
    leveldb::Status Append(const leveldb::Slice& s) override {
      bytes += s.size();
      return inner->Append(s);
    }
    leveldb::Status Close() override { return inner->Close(); }
    leveldb::Status Flush() override { return inner->Flush(); }
    leveldb::Status Sync() override { return inner->Sync(); }
    std::unique_ptr<leveldb::WritableFile> inner;
    std::atomic<std::uint64_t>& bytes;
  };

  leveldb::Status counted(leveldb::Status s, leveldb::WritableFile** out) {
    if (s.ok())
      *out = new file(std::unique_ptr<leveldb::WritableFile>(*out), bytes_);
    return s;
  }

  std::atomic<std::uint64_t> bytes_ = 0;
};

store::record_visit timed_out_visit(const net::endpoint& peer, store::timestamp at) {
  store::record_visit op;
  op.peer = peer;
  op.visit.started = at;
  op.visit.ended = at + std::chrono::seconds{5};
  op.visit.outcome = net::outcome::connect_timeout;
  op.visit.durations.dial = op.visit.durations.total = std::chrono::seconds{5};
  return op;
}

/// A database that keeps what it gives to LevelDB, so that a raw one can be given the same.
class subject {
public:
  subject(const std::string& path, leveldb::Env* env, bool capture) : db_(path, options(env)) {
    capturing_ = capture;
  }

  store::database& db() { return db_; }

  /// Applies a batch and adds what it cost.
  tl::expected<void, std::string> apply(const store::batch& b, cost& total) {
    const stopwatch t;
    const auto done = db_.apply(b);
    total += t.elapsed();
    if (!done)
      return tl::unexpected(done.error().message);
    return {};
  }

  std::vector<leveldb::WriteBatch> take() { return std::exchange(captured_, {}); }

private:
  store::database_options options(leveldb::Env* env) {
    store::database_options o;
    o.disk.env = env;
    o.disk.on_write = [this](const leveldb::WriteBatch& b) {
      if (capturing_)
        captured_.push_back(b);
    };
    o.limits.known = 4'000'000;
    return o;
  }

  bool capturing_ = false;
  std::vector<leveldb::WriteBatch> captured_;
  store::database db_;
};

/// LevelDB as the database runs it, and nothing around it.
class raw_database {
public:
  explicit raw_database(const std::string& path) : filter_(leveldb::NewBloomFilterPolicy(10)) {
    const store::key_value_options same;
    // The memory that our cache of records has beside the blocks.
    cache_.reset(leveldb::NewLRUCache(same.block_cache_bytes +
                                      store::database_options{}.record_cache_bytes));
    leveldb::Options o;
    o.create_if_missing = true;
    o.paranoid_checks = true;
    o.write_buffer_size = same.write_buffer_bytes;
    o.max_file_size = same.max_file_bytes;
    o.filter_policy = filter_.get();
    o.block_cache = cache_.get();
    leveldb::DB* db = nullptr;
    ok_ = leveldb::DB::Open(o, path, &db).ok();
    db_.reset(db);
  }

  /// Batches are changed only in what LevelDB overwrites with each write: nothing is copied here.
  void write(std::vector<leveldb::WriteBatch>& batches, cost& total) {
    leveldb::WriteOptions o;
    o.sync = true;
    const stopwatch t;
    for (auto& b : batches)
      ok_ = ok_ && db_->Write(o, &b).ok();
    total += t.elapsed();
  }

  /// Reads each record first that a batch replaces, as who changes records has to.
  void read_and_write(std::vector<leveldb::WriteBatch>& batches, cost& total) {
    leveldb::WriteOptions o;
    o.sync = true;
    record_reader reader(*db_);
    const stopwatch t;
    for (auto& b : batches) {
      ok_ = ok_ && b.Iterate(&reader).ok() && reader.ok && db_->Write(o, &b).ok();
    }
    total += t.elapsed();
  }

  bool ok() const { return ok_; }

private:
  struct record_reader final : leveldb::WriteBatch::Handler {
    explicit record_reader(leveldb::DB& from) : db(from) { read_options.verify_checksums = true; }
    void Put(const leveldb::Slice& key, const leveldb::Slice&) override {
      if (key.starts_with(record_prefix))
        ok = ok && db.Get(read_options, key, &value).ok();
    }
    void Delete(const leveldb::Slice&) override {}
    const std::string record_prefix = store::prefix(store::key_kind::peer);
    leveldb::DB& db;
    leveldb::ReadOptions read_options;
    std::string value;
    bool ok = true;
  };

  std::unique_ptr<const leveldb::FilterPolicy> filter_;
  std::unique_ptr<leveldb::Cache> cache_;
  std::unique_ptr<leveldb::DB> db_;
  bool ok_ = false;
};

tl::expected<void, std::string> measure_writes(const std::string& path, std::uint64_t peers,
                                               store_costs& out) {
  subject s(path + "/ours", nullptr, true);
  if (auto opened = s.db().open(); !opened)
    return tl::unexpected(opened.error().message);
  for (std::uint64_t n = 0; n < peers; n += per_batch)
    if (auto done =
            s.apply(workload_announcements(n, std::min(per_batch, peers - n)), out.inserts.own);
        !done)
      return done;
  auto inserts = s.take();
  for (std::uint64_t n = 0; n < peers; n += per_batch)
    if (auto done =
            s.apply(workload_visits(n, std::min(per_batch, peers - n), peers), out.updates.own);
        !done)
      return done;
  s.db().close();
  auto updates = s.take();
  {
    raw_database raw(path + "/raw");
    raw.write(inserts, out.inserts.raw);
    raw.write(updates, out.updates.raw);
    if (!raw.ok())
      return tl::unexpected("the baseline failed to write in " + path);
  }
  raw_database reading(path + "/raw-reading");
  cost inserts_again;
  reading.write(inserts, inserts_again);
  reading.read_and_write(updates, out.raw_reading_updates);
  if (!reading.ok())
    return tl::unexpected("the baseline failed to read or write in " + path);
  return {};
}

tl::expected<void, std::string> measure_open(const std::string& path, store_costs& out) {
  subject s(path + "/ours", nullptr, false);
  const stopwatch t;
  if (auto opened = s.db().open(); !opened)
    return tl::unexpected(opened.error().message);
  out.open = t.elapsed();
  out.opened = s.db().totals().known;
  return {};
}

/// What a crawl does after a start: asks who is due, and visits them. Nothing is in memory, and the
/// answers are part of the cost.
tl::expected<void, std::string> measure_cold(const std::string& path, std::uint64_t peers,
                                             store_costs& out) {
  subject s(path + "/ours", nullptr, true);
  if (auto opened = s.db().open(); !opened)
    return tl::unexpected(opened.error().message);
  const auto later = workload_start + std::chrono::hours{24 * 3};
  while (out.cold_visits < peers / 10) {
    const stopwatch t;
    const auto answer = s.db().answer(store::due_query{later, {200, 0, 800}, {}});
    out.cold.own += t.elapsed();
    if (!answer)
      return tl::unexpected(answer.error().message);
    store::batch b;
    for (const auto& peers_of : std::get<store::due_answer>(*answer).peers)
      for (const auto& due : peers_of)
        b.operations.emplace_back(timed_out_visit(due.peer, later));
    if (b.operations.empty())
      break;
    out.cold_visits += b.operations.size();
    if (auto done = s.apply(b, out.cold.own); !done)
      return done;
  }
  s.db().close();
  raw_database raw(path + "/raw");
  auto visits = s.take();
  raw.read_and_write(visits, out.cold.raw);
  if (!raw.ok())
    return tl::unexpected("the baseline failed to read or write in " + path);
  return {};
}

tl::expected<void, std::string> measure_gossip(const std::string& path, std::uint64_t peers,
                                               store_costs& out) {
  counting_env env;
  subject s(path + "/gossip", &env, false);
  if (auto opened = s.db().open(); !opened)
    return tl::unexpected(opened.error().message);
  net::random_stream draw(1, "gossip");
  out.gossip_entries = peers * 20;
  for (std::uint64_t n = 0; n < out.gossip_entries; n += per_batch) {
    const auto now = workload_start + std::chrono::seconds{n / 5'000};
    store::record_announcements op{workload_source(n / per_batch), now, {}};
    for (std::size_t i = 0; i != per_batch; ++i) {
      const auto age = draw.below(5 * 86'400);
      op.announcements.push_back(
          {workload_peer(draw.below(peers)), static_cast<std::uint32_t>(now.count() - age), 1'033});
    }
    if (auto done = s.apply({{std::move(op)}}, out.gossip); !done)
      return done;
  }
  s.db().close();
  out.gossip_bytes = env.bytes();
  return {};
}

figure compared(const std::string& name, std::uint64_t operations, double ours_s, double raw_s,
                const std::string& unit, const std::string& against, bool has_goal) {
  constexpr double share_goal = 0.7;
  const auto n = static_cast<double>(operations);
  figure out{name, n / ours_s, unit, better::more, n / raw_s, against, {}};
  if (has_goal)
    out.target = goal{share_goal, true};
  return out;
}

void add_compared(std::vector<figure>& out, const std::string& name, std::uint64_t operations,
                  const cost& own, const cost& raw, const std::string& against, bool has_goal) {
  out.push_back(compared(name, operations, own.wall_s, raw.wall_s, "a second", against, has_goal));
  out.push_back(compared("the same by CPU time", operations, own.cpu_s, raw.cpu_s, "a CPU second",
                         against, has_goal));
}

std::vector<figure> to_figures(const store_costs& c, const store_memory& memory,
                               std::uint64_t size) {
  constexpr double open_goal_s = 2;
  constexpr double mega = 1e6;
  constexpr double gossip_goal_mb_a_million = 2'000;
  constexpr double memory_goal_mb = 300;
  const std::string same_bytes = "raw LevelDB, given the same bytes";
  const std::string reading = "raw LevelDB that reads what it replaces";
  std::vector<figure> out;
  add_compared(out, "new endpoints", size, c.inserts.own, c.inserts.raw, same_bytes, true);
  add_compared(out, "visits", size, c.updates.own, c.updates.raw, same_bytes, true);
  add_compared(out, "visits", size, c.updates.own, c.raw_reading_updates, reading, false);
  add_compared(out, "asked for, then visited, after a start", c.cold_visits, c.cold.own, c.cold.raw,
               reading, false);
  out.push_back({"open", c.open.wall_s, "s", better::less, {}, {}, goal{open_goal_s}});
  // Of all threads: LevelDB goes on compacting what was written before, which nobody waits for.
  out.push_back({"the same by CPU time", c.open.cpu_s, "s", better::less, {}, {}, {}});
  const auto megabytes = [&](const std::string& name, std::uint64_t bytes, double most) {
    out.push_back(
        {name, static_cast<double>(bytes) / mega, "MB", better::less, {}, {}, goal{most}});
  };
  const auto known = fmt::format("memory, {} endpoints ", memory.known);
  megabytes(known + "just heard of", memory.after_writing, memory_goal_mb);
  megabytes(known + "just opened", memory.after_opening, memory_goal_mb);
  const auto entries = static_cast<double>(c.gossip_entries);
  out.push_back({fmt::format("gossip, {} entries", c.gossip_entries), entries / c.gossip.wall_s,
                 "entries/s"});
  out.push_back({"the same by CPU time", entries / c.gossip.cpu_s, "entries/s of CPU"});
  megabytes("written for gossip", c.gossip_bytes,
            gossip_goal_mb_a_million * static_cast<double>(size) / mega);
  return out;
}

} // namespace

figures run_store_bench(const bench_options& options) {
  // First, while this process is small and has no threads.
  const auto memory = measure_store_memory(options.folder, options.size + options.size / 2);
  if (!memory)
    return tl::unexpected(memory.error());
  store_costs c;
  if (auto done = measure_writes(options.folder, options.size, c)
                      .and_then([&] { return measure_open(options.folder, c); })
                      .and_then([&] { return measure_cold(options.folder, options.size, c); })
                      .and_then([&] { return measure_gossip(options.folder, options.size, c); });
      !done)
    return tl::unexpected(done.error());
  if (c.opened != options.size)
    return tl::unexpected(fmt::format("{} of {} endpoints are known", c.opened, options.size));
  return to_figures(c, *memory, options.size);
}

} // namespace seedwalk::bench
