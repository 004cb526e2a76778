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
#include <time.h>
#include <unistd.h>

#include "net/random.hpp"
#include "store/database.hpp"

namespace seedwalk::bench {

namespace {

constexpr std::size_t per_batch = 1'000;
constexpr store::timestamp start{1'800'000'000};

/// Wall and CPU time since it was made.
class stopwatch {
public:
  double wall() const { return now(CLOCK_MONOTONIC) - wall_; }
  double cpu() const { return now(CLOCK_PROCESS_CPUTIME_ID) - cpu_; }

private:
  static double now(clockid_t id) {
    timespec t{};
    clock_gettime(id, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
  }

  double wall_ = now(CLOCK_MONOTONIC);
  double cpu_ = now(CLOCK_PROCESS_CPUTIME_ID);
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

  /// Applies a batch and adds the time that it took.
  tl::expected<void, std::string> apply(const store::batch& b, double& wall_s, double& cpu_s) {
    const stopwatch t;
    const auto done = db_.apply(b);
    wall_s += t.wall();
    cpu_s += t.cpu();
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

  void write(std::vector<leveldb::WriteBatch> batches, store_figure& out) {
    leveldb::WriteOptions o;
    o.sync = true;
    const stopwatch t;
    for (auto& b : batches)
      ok_ = ok_ && db_->Write(o, &b).ok();
    out.raw_s = t.wall();
    out.raw_cpu_s = t.cpu();
  }

  bool ok() const { return ok_; }

private:
  std::unique_ptr<const leveldb::FilterPolicy> filter_;
  std::unique_ptr<leveldb::DB> db_;
  bool ok_ = false;
};

tl::expected<void, std::string> measure_writes(const std::string& path, std::uint64_t peers,
                                               store_bench_result& out) {
  subject s(path + "/ours", nullptr, true);
  if (auto opened = s.db().open(); !opened)
    return tl::unexpected(opened.error().message);
  for (std::uint64_t n = 0; n < peers; n += per_batch)
    if (auto done = s.apply(new_peers(n, std::min<std::uint64_t>(per_batch, peers - n)),
                            out.inserts.ours_s, out.inserts.ours_cpu_s);
        !done)
      return done;
  const auto inserts = s.take();
  for (std::uint64_t n = 0; n < peers; n += per_batch)
    if (auto done = s.apply(visits(n, std::min<std::uint64_t>(per_batch, peers - n), peers),
                            out.updates.ours_s, out.updates.ours_cpu_s);
        !done)
      return done;
  s.db().close();
  raw_database raw(path + "/raw");
  raw.write(inserts, out.inserts);
  raw.write(s.take(), out.updates);
  if (!raw.ok())
    return tl::unexpected("the baseline failed to write in " + path);
  return {};
}

tl::expected<void, std::string> measure_open(const std::string& path, store_bench_result& out) {
  const auto before = resident();
  subject s(path + "/ours", nullptr, false);
  const stopwatch t;
  if (auto opened = s.db().open(); !opened)
    return tl::unexpected(opened.error().message);
  out.open_s = t.wall();
  out.open_cpu_s = t.cpu();
  out.peers = s.db().totals().known;
  const auto after = resident();
  out.resident_bytes = after > before ? after - before : 0;
  return {};
}

tl::expected<void, std::string> measure_gossip(const std::string& path, std::uint64_t peers,
                                               store_bench_result& out) {
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
    if (auto done = s.apply({{std::move(op)}}, out.gossip_s, out.gossip_cpu_s); !done)
      return done;
  }
  s.db().close();
  out.gossip_bytes = env.bytes();
  return {};
}

} // namespace

tl::expected<store_bench_result, std::string> run_store_bench(const std::string& path,
                                                              std::uint64_t peers) {
  std::error_code failed;
  if (!std::filesystem::create_directory(path, failed))
    return tl::unexpected(path + ": cannot be made, or is there already");
  store_bench_result out;
  auto done = measure_writes(path, peers, out)
                  .and_then([&] { return measure_open(path, out); })
                  .and_then([&] { return measure_gossip(path, peers, out); });
  std::filesystem::remove_all(path, failed);
  if (!done)
    return tl::unexpected(done.error());
  return out;
}

std::string to_string(const store_bench_result& r) {
  const auto rate = [&](const store_figure& f) {
    return fmt::format("{:.2f} s, raw LevelDB {:.2f} s, ratio {:.2f}; CPU {:.2f} s, raw {:.2f} s, "
                       "ratio {:.2f}",
                       f.ours_s, f.raw_s, f.ratio(), f.ours_cpu_s, f.raw_cpu_s, f.cpu_ratio());
  };
  constexpr double mega = 1e6;
  return fmt::format("store: {} new peers: {}\n"
                     "store: {} visits: {}\n"
                     "store: open with {} records: {:.2f} s (CPU {:.2f}), {:.0f} MB resident\n"
                     "store: {} addr entries: {:.2f} s (CPU {:.2f}), {:.0f} MB written\n",
                     r.peers, rate(r.inserts), r.peers, rate(r.updates), r.peers, r.open_s,
                     r.open_cpu_s, static_cast<double>(r.resident_bytes) / mega, r.gossip_entries,
                     r.gossip_s, r.gossip_cpu_s, static_cast<double>(r.gossip_bytes) / mega);
}

} // namespace seedwalk::bench
