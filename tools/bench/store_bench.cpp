#include "tools/bench/store_bench.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>
#include <unistd.h>

#include "net/random.hpp"
#include "store/database.hpp"
#include "tools/bench/stopwatch.hpp"

namespace seedwalk::bench {

namespace {

constexpr std::size_t per_batch = 1'000;
constexpr store::timestamp start{1'800'000'000};

/// Ours and the baseline's.
struct compared_cost {
  cost ours;
  cost raw;
};

struct store_costs {
  compared_cost inserts;
  compared_cost updates;
  cost open;
  std::uint64_t opened = 0;         ///< Endpoints that the opened database knows.
  std::uint64_t resident_bytes = 0; ///< What opening it added to the process.
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

net::endpoint peer(std::uint64_t n) {
  // A mixing of the number: drawn order, no two alike.
  const auto mixed = static_cast<std::uint32_t>(n * 2'654'435'761u);
  return net::ipv4_endpoint(mixed, static_cast<std::uint16_t>(8'333 + n % 3));
}

net::endpoint source(std::uint64_t n) {
  return net::ipv4_endpoint(static_cast<std::uint32_t>(0x05000000u + n * 65'536), 8'333);
}

store::batch new_peers(std::uint64_t first, std::uint64_t count) {
  store::record_claims op{source(first / per_batch % 1'000), start, {}};
  for (auto n = first; n != first + count; ++n)
    op.claims.push_back({peer(n), static_cast<std::uint32_t>(start.count() - n % 80'000), 1'033});
  return {{std::move(op)}};
}

store::batch visits(std::uint64_t first, std::uint64_t count, std::uint64_t peers) {
  store::batch out;
  for (auto n = first; n != first + count; ++n) {
    store::record_visit op;
    // 7,919 is prime to any number of peers that one would choose.
    op.peer = peer(n * 7'919 % peers);
    op.visit.started = start + std::chrono::seconds{n / 200};
    op.visit.ended = op.visit.started + std::chrono::seconds{5};
    op.visit.outcome = net::outcome::connect_timeout;
    op.visit.durations.dial = op.visit.durations.total = std::chrono::milliseconds{5'000};
    if (n % 10 == 0) {
      op.visit.outcome = net::outcome::complete;
      op.visit.stage = net::stage::addresses;
      op.visit.version = store::version_claim{};
      op.visit.version->protocol_version = 70'016;
      op.visit.version->services = 1'033;
      op.visit.version->user_agent = fmt::format("/Satoshi:{}.0.0/", n % 100);
      op.visit.version->nonce = n * 0x9e3779b97f4a7c15ull;
    }
    out.operations.emplace_back(std::move(op));
  }
  return out;
}

/// Bytes of this process that are in memory.
std::uint64_t resident() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t pages = 0;
  in >> total >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
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
    leveldb::Options o;
    o.create_if_missing = true;
    o.paranoid_checks = true;
    o.write_buffer_size = same.write_buffer_bytes;
    o.max_file_size = same.max_file_bytes;
    o.filter_policy = filter_.get();
    leveldb::DB* db = nullptr;
    ok_ = leveldb::DB::Open(o, path, &db).ok();
    db_.reset(db);
  }

  void write(std::vector<leveldb::WriteBatch> batches, cost& total) {
    leveldb::WriteOptions o;
    o.sync = true;
    const stopwatch t;
    for (auto& b : batches)
      ok_ = ok_ && db_->Write(o, &b).ok();
    total += t.elapsed();
  }

  bool ok() const { return ok_; }

private:
  std::unique_ptr<const leveldb::FilterPolicy> filter_;
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
            s.apply(new_peers(n, std::min<std::uint64_t>(per_batch, peers - n)), out.inserts.ours);
        !done)
      return done;
  const auto inserts = s.take();
  for (std::uint64_t n = 0; n < peers; n += per_batch)
    if (auto done = s.apply(visits(n, std::min<std::uint64_t>(per_batch, peers - n), peers),
                            out.updates.ours);
        !done)
      return done;
  s.db().close();
  raw_database raw(path + "/raw");
  raw.write(inserts, out.inserts.raw);
  raw.write(s.take(), out.updates.raw);
  if (!raw.ok())
    return tl::unexpected("the baseline failed to write in " + path);
  return {};
}

tl::expected<void, std::string> measure_open(const std::string& path, store_costs& out) {
  const auto before = resident();
  subject s(path + "/ours", nullptr, false);
  const stopwatch t;
  if (auto opened = s.db().open(); !opened)
    return tl::unexpected(opened.error().message);
  out.open = t.elapsed();
  out.opened = s.db().totals().known;
  const auto after = resident();
  out.resident_bytes = after > before ? after - before : 0;
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
    const auto now = start + std::chrono::seconds{n / 5'000};
    store::record_claims op{source(n / per_batch), now, {}};
    for (std::size_t i = 0; i != per_batch; ++i) {
      const auto age = draw.below(5 * 86'400);
      op.claims.push_back(
          {peer(draw.below(peers)), static_cast<std::uint32_t>(now.count() - age), 1'033});
    }
    if (auto done = s.apply({{std::move(op)}}, out.gossip); !done)
      return done;
  }
  s.db().close();
  out.gossip_bytes = env.bytes();
  return {};
}

figure compared(const std::string& name, std::uint64_t operations, double ours_s, double raw_s,
                const std::string& unit) {
  constexpr double share_goal = 0.7;
  const auto n = static_cast<double>(operations);
  return {name,
          n / ours_s,
          unit,
          better::more,
          n / raw_s,
          "raw LevelDB, given the same bytes",
          goal{share_goal, true}};
}

} // namespace

figures run_store_bench(const bench_options& how) {
  constexpr double open_goal_s = 2;
  constexpr double mega = 1e6;
  constexpr double gossip_goal_mb_a_million = 2'000;
  store_costs c;
  if (auto done = measure_writes(how.folder, how.size, c)
                      .and_then([&] { return measure_open(how.folder, c); })
                      .and_then([&] { return measure_gossip(how.folder, how.size, c); });
      !done)
    return tl::unexpected(done.error());
  if (c.opened != how.size)
    return tl::unexpected(fmt::format("{} of {} endpoints are known", c.opened, how.size));
  const std::string cpu = "a CPU second";
  return std::vector<figure>{
      compared("new endpoints", how.size, c.inserts.ours.wall_s, c.inserts.raw.wall_s, "a second"),
      compared("the same by CPU time", how.size, c.inserts.ours.cpu_s, c.inserts.raw.cpu_s, cpu),
      compared("visits", how.size, c.updates.ours.wall_s, c.updates.raw.wall_s, "a second"),
      compared("the same by CPU time", how.size, c.updates.ours.cpu_s, c.updates.raw.cpu_s, cpu),
      {"open", c.open.wall_s, "s", better::less, {}, {}, goal{open_goal_s}},
      {"the same by CPU time", c.open.cpu_s, "s", better::less},
      {"memory once open", static_cast<double>(c.resident_bytes) / mega, "MB", better::less},
      {fmt::format("gossip, {} entries", c.gossip_entries),
       static_cast<double>(c.gossip_entries) / c.gossip.wall_s, "entries/s"},
      {"the same by CPU time", static_cast<double>(c.gossip_entries) / c.gossip.cpu_s,
       "entries/s of CPU"},
      {"written for gossip",
       static_cast<double>(c.gossip_bytes) / mega,
       "MB",
       better::less,
       {},
       {},
       goal{gossip_goal_mb_a_million * static_cast<double>(how.size) / mega}},
  };
}

} // namespace seedwalk::bench
