#include "store/database.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

#include <fmt/core.h>

#include "net/base/archive.hpp"
#include "net/base/random.hpp"
#include "store/answers.hpp"
#include "store/checker.hpp"
#include "store/keys.hpp"
#include "store/transaction.hpp"
#include "store/values.hpp"

namespace seedwalk::store {

namespace {

/// What a database says of itself.
struct header {
  std::uint32_t schema = database::schema;
  std::string chain;
  std::uint64_t seed = 0;

  SEEDWALK_INSPECT(header, schema, chain, seed)
};

/// What no operation takes back.
auto counted(const counters& c) {
  return std::tie(c.visits, c.inbound, c.censuses);
}

/// The latest moment at which a visit of a batch ended.
timestamp latest_in(const batch& b) {
  timestamp latest{};
  for (const auto& op : b.operations)
    if (const auto* visited = std::get_if<record_visit>(&op))
      latest = std::max(latest, visited->visit.ended);
    else if (const auto* seen = std::get_if<record_inbound>(&op))
      latest = std::max(latest, seen->sighting.ended);
  return latest;
}

/// An operation that is tried again, as of a later moment: what was written since does not lie
/// ahead.
operation as_of(operation op, timestamp latest) {
  if (auto* mend = std::get_if<mend_times>(&op))
    mend->now = std::max(mend->now, latest);
  return op;
}

std::string archived(const auto& value) {
  const auto bytes = net::to_archive(value);
  return std::string(net::as_text(bytes));
}

} // namespace

void check_report::add(std::string problem) {
  ++problem_count;
  if (problems.size() < max_problems)
    problems.push_back(std::move(problem));
}

database::database(std::string path, database_options options)
    : disk_(std::move(path), options.disk), options_(std::move(options)) {}

bool database::is_as_opened() const {
  return disk_.is_as_opened();
}

const std::vector<std::string>& database::findings() const {
  return disk_.findings();
}

void database::close() {
  disk_.close();
  memory_ = {};
}

tl::expected<void, error> database::open() {
  close();
  migrated_.reset();
  auto opened = disk_.open().and_then([this] { return load(); });
  if (!opened)
    close();
  return opened;
}

tl::expected<void, error> database::ensure_open() {
  return disk_.is_open() ? tl::expected<void, error>{} : open();
}

tl::expected<void, error> database::create() {
  auto empty = true;
  auto scanned =
      disk_.scan({}, {}, [&](std::string_view, std::string_view) { return empty = false; });
  if (!scanned)
    return scanned;
  if (!empty)
    return tl::unexpected(error{
        error_code::corrupt,
        fmt::format("{}: not a database of this program, or damaged: it has keys but no header; "
                    "choose another path",
                    disk_.path())});
  if (options_.disk.look)
    return tl::unexpected(
        error{error_code::not_found,
              fmt::format("{}: a database was begun here, and nothing was written", disk_.path())});
  memory_ = known_state(options_.seed, options_.record_cache_bytes);
  memory_.dialled = dialled_;
  leveldb::WriteBatch out;
  out.Put(meta_key("header"), archived(header{schema, options_.chain, options_.seed}));
  out.Put(meta_key("counters"), archived(memory_.totals));
  return disk_.write(out);
}

tl::expected<void, error> database::load_header() {
  const auto value = disk_.get(meta_key("header"));
  if (!value)
    return tl::unexpected(value.error());
  if (!*value)
    return create();
  // The schema comes first, and alone is the same in all versions.
  header h;
  net::byte_reader reader{net::as_bytes(**value)};
  if (!reader(h.schema))
    return tl::unexpected(disk_.damaged_value("the header"));
  if (h.schema > schema)
    return tl::unexpected(error{
        error_code::newer_schema,
        fmt::format("{}: written by a newer version of this program (schema {}, this one knows "
                    "{}); upgrade, or choose another path",
                    disk_.path(), h.schema, schema)});
  // So far the rest of it was the same, too.
  if (!net::from_archive(net::as_bytes(**value), h))
    return tl::unexpected(disk_.damaged_value("the header"));
  if (!options_.chain.empty() && !h.chain.empty() && h.chain != options_.chain)
    return tl::unexpected(
        error{error_code::other_chain,
              fmt::format("{}: a database of the chain {}, not {}; choose another path",
                          disk_.path(), h.chain, options_.chain)});
  if (auto done = bring_up_to_date(h.schema); !done)
    return done;
  memory_ = known_state(h.seed, options_.record_cache_bytes);
  memory_.dialled = dialled_;
  return load_counters();
}

tl::expected<void, error> database::bring_up_to_date(std::uint32_t found) {
  const auto mark = read_migration_mark(disk_);
  if (!mark)
    return tl::unexpected(mark.error());
  if (found == schema && !*mark)
    return {};
  if (options_.disk.look)
    return tl::unexpected(error{
        error_code::older_schema,
        fmt::format("{}: {} (schema {}, this one knows {}), and only looked at here: `seedwalk db "
                    "migrate` brings it up to date, and so does a crawl",
                    disk_.path(),
                    *mark ? "being brought up to date from an earlier version of this program"
                          : "written by an earlier version of this program",
                    *mark ? (*mark)->from : found, schema)});
  return migrate(disk_, options_.migration).map([this](const migration_report& done) {
    migrated_ = done;
  });
}

tl::expected<void, error> database::load_counters() {
  const auto parked = disk_.get(meta_key("parked"));
  if (!parked)
    return tl::unexpected(parked.error());
  if (*parked && !net::from_archive(net::as_bytes(**parked), memory_.parked))
    return tl::unexpected(disk_.damaged_value("the header"));
  const auto totals = disk_.get(meta_key("counters"));
  if (!totals)
    return tl::unexpected(totals.error());
  if (!*totals || !net::from_archive(net::as_bytes(**totals), memory_.totals))
    return tl::unexpected(disk_.damaged_value("the header"));
  settle_doubt();
  return {};
}

/// Says of a batch whose writing failed whether it is there, now that the disk was asked again.
void database::settle_doubt() {
  if (doubt_ && counted(doubt_->after) == counted(memory_.totals)) {
    note_written(doubt_->latest);
    if (const auto failed = failed_.find(doubt_->attempt); failed != failed_.end())
      failed->second.is_there = true;
  }
  doubt_.reset();
}

/// The latest visit of a batch that is there, for those that failed before and come again.
void database::note_written(timestamp latest) {
  for (auto& [attempt, failed] : failed_)
    failed.latest_since = std::max(failed.latest_since, latest);
}

/// Earlier versions did not count what they kept: all of it is, once.
tl::expected<void, error> database::load_inbound() {
  const auto value = disk_.get(meta_key("inbound"));
  if (!value)
    return tl::unexpected(value.error());
  if (!*value)
    return disk_.scan(prefix(key_kind::inbound), {}, [this](std::string_view, std::string_view) {
      ++memory_.inbound.kept;
      return true;
    });
  if (!net::from_archive(net::as_bytes(**value), memory_.inbound))
    return tl::unexpected(disk_.damaged_value("the number of inbound sightings"));
  return {};
}

tl::expected<void, error> database::load() {
  if (auto header = load_header().and_then([this] { return load_inbound(); }); !header)
    return header;
  std::string damaged;
  auto agents =
      disk_.scan(prefix(key_kind::user_agent), {}, [&](std::string_view key, std::string_view v) {
        const auto number = parse_number_key(key_kind::user_agent, key);
        if (!number || !memory_.agents.load(*number, v))
          damaged = "the table of user agents";
        return damaged.empty();
      });
  // The counters may be damaged: they say what to expect, within what may be.
  memory_.table.reserve(std::min(memory_.totals.known, options_.limits.known));
  auto peers = agents.and_then([&] {
    peer_record r;
    return disk_.scan(prefix(key_kind::peer), {}, [&](std::string_view key, std::string_view v) {
      const auto peer = parse_peer_key(key);
      if (!damaged.empty())
        return false;
      if (!peer)
        damaged = "the key of a record";
      else if (!decode(v, r, memory_.agents))
        damaged = "the record of " + net::to_string(*peer);
      else
        memory_.load(memory_.identify(*peer), r);
      return damaged.empty();
    });
  });
  if (peers && !damaged.empty())
    return tl::unexpected(disk_.damaged_value(damaged));
  return peers;
}

tl::expected<batch_result, error> database::apply(const store::batch& batch) {
  if (options_.disk.look)
    return tl::unexpected(
        error{error_code::not_writable, fmt::format("{}: open for looking only", disk_.path())});
  last_attempt_ = batch.attempt != 0 ? batch.attempt : ++attempts_;
  auto done = ensure_open().and_then([&] { return carry_out(batch); });
  if (!done) {
    close();
    failed_.try_emplace(last_attempt_);
    if (failed_.size() > failed_max)
      failed_.erase(failed_.begin());
    return done;
  }
  failed_.erase(batch.attempt);
  note_written(latest_in(batch));
  dialled_ = memory_.dialled;
  return done;
}

tl::expected<batch_result, error> database::carry_out(const store::batch& batch) {
  const bool is_again = batch.attempt != 0;
  const auto known = failed_.find(batch.attempt);
  const auto failed = known == failed_.end() ? failed_batch{} : known->second;
  const auto latest = is_again ? std::max(failed.latest_since, latest_in(batch)) : timestamp{};
  const auto before = memory_.totals;
  transaction t(disk_, memory_, options_.schedule, options_.limits);
  batch_result out;
  out.results.reserve(batch.operations.size());
  for (const auto& op : batch.operations) {
    const auto changed = is_again ? std::optional{as_of(op, latest)} : std::nullopt;
    const auto& asked = changed ? *changed : op;
    auto done = failed.is_there ? t.run_again(asked) : t.run(asked);
    if (!done)
      return tl::unexpected(done.error());
    out.results.push_back(std::move(*done));
  }
  auto& written = t.finish();
  if (counted(memory_.totals) != counted(before))
    doubt_ = doubt{last_attempt_, memory_.totals, latest_in(batch)};
  if (auto done = disk_.write(written); !done)
    return tl::unexpected(done.error());
  doubt_.reset();
  return out;
}

tl::expected<store::answer, error> database::answer(const query& question) {
  if (auto ready = ensure_open(); !ready)
    return tl::unexpected(ready.error());
  return answers(disk_, memory_, options_.schedule).to(question);
}

tl::expected<std::uint64_t, error> database::digest() {
  if (auto ready = ensure_open(); !ready)
    return tl::unexpected(ready.error());
  std::uint64_t chain = 0;
  auto scanned = disk_.scan({}, {}, [&](std::string_view key, std::string_view value) {
    chain = net::keyed_hash(chain, key, net::as_bytes(value));
    return true;
  });
  if (!scanned)
    return tl::unexpected(scanned.error());
  return chain;
}

tl::expected<check_report, error> database::check() {
  if (auto ready = ensure_open(); !ready)
    return tl::unexpected(ready.error());
  auto report = checker(disk_, memory_).run();
  if (report)
    for (const auto& finding : disk_.findings())
      report->add(finding);
  return report;
}

} // namespace seedwalk::store
