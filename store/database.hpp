#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "store/batch.hpp"
#include "store/error.hpp"
#include "store/key_values.hpp"
#include "store/known_state.hpp"
#include "store/migration.hpp"
#include "store/query.hpp"
#include "store/schedule.hpp"

namespace seedwalk::store {

/// How a database is to be opened, and the policies by which it keeps its records.
struct database_options {
  key_value_options disk;
  schedule_options schedule;
  known_limits limits;
  /// Memory for the records that were read or written last: enough for a million of them, visits
  /// included. Beyond it each visit costs a read of the disk.
  std::size_t record_cache_bytes = 160u << 20;
  std::string chain;      ///< "main", ...: refused if it was made for another; empty: any.
  std::uint64_t seed = 0; ///< Orders what is due. Kept from the creation on; ignored after it.
  /// By which a database of an earlier schema becomes one of this: the last step leads to `schema`.
  migration_plan migration;
};

/// What `check` found.
struct check_report {
  static constexpr std::size_t max_problems = 100;

  std::uint64_t peers = 0;
  std::uint64_t visits = 0;
  std::uint64_t problem_count = 0;
  std::vector<std::string> problems; ///< The first `max_problems` of them, a sentence each.

  void add(std::string problem);
};

/// All that a crawler remembers, in one folder: the records, the indexes that find them, and the
/// rules by which announcements and visits change them.
///
/// Synchronous and deterministic: the same operations lead to the same bytes, whatever the clock
/// says. Times come in with operations and queries; chance comes from the seed that the database
/// was created with.
///
/// After an error in `apply` the next call closes and opens the database again, because LevelDB
/// refuses all writes after one has failed: so a disk that was full serves again once there is
/// room.
///
/// Threads: one at a time.
class database {
public:
  /// The version of what README.md draws.
  static constexpr std::uint32_t schema = 2;

  database(std::string path, database_options options);

  /// Opens it, or begins a new one. Reads all records once: 1.0 to 1.4 s of the caller's CPU time
  /// for a million, and up to as much of LevelDB's own thread, which may begin to compact. A
  /// database of an earlier schema is migrated before (migration.hpp); opened for looking it is
  /// refused (`older_schema`).
  tl::expected<void, error> open();

  /// What the last `open` migrated; nothing: there was no need.
  const std::optional<migration_report>& migrated() const { return migrated_; }

  void close();

  /// What opening it found that the operator should hear of: a sentence each.
  const std::vector<std::string>& findings() const;

  /// False once somebody else writes, or has written, what is open here for looking.
  bool is_as_opened() const;

  /// Carries out a batch, whole or not at all; durable on return.
  ///
  /// After an error it may be there all the same, if it reached the file and not the platter. So a
  /// batch that is to be written again carries the number of its `last_attempt`: what is there then
  /// does not count twice, and its results say that all was known. What it changes by the clock it
  /// changes as of the latest visit that was written meanwhile.
  tl::expected<batch_result, error> apply(const store::batch& batch);

  /// What `batch::attempt` has to say of the batch that `apply` was given last, and that failed.
  std::uint64_t last_attempt() const { return last_attempt_; }

  tl::expected<store::answer, error> answer(const query& question);

  /// A hash of all keys and values in order: two databases with equal ones hold the same.
  tl::expected<std::uint64_t, error> digest();

  /// Reads everything, and compares records, indexes, counters and memory with each other. An error
  /// only where reading fails; what does not agree is in the report.
  tl::expected<check_report, error> check();

  /// What is known, as `apply` left it. Precondition: open.
  const counters& totals() const { return memory_.totals; }

private:
  tl::expected<void, error> ensure_open();
  tl::expected<void, error> load();
  tl::expected<void, error> load_header();
  tl::expected<void, error> load_counters();
  tl::expected<void, error> load_inbound();
  tl::expected<void, error> bring_up_to_date(std::uint32_t found);
  tl::expected<void, error> create();
  tl::expected<batch_result, error> carry_out(const store::batch& batch);
  void settle_doubt();
  void note_written(timestamp latest);

  key_values disk_;
  database_options options_;
  known_state memory_;
  /// What the last `dial_networks` said: holds when the database is opened again after an error.
  std::array<bool, 8> dialled_ = known_state{}.dialled;
  std::optional<migration_report> migrated_;

  /// A batch that failed while it was written, and the counters as it would have left them: what
  /// counts nothing may be written twice.
  struct doubt {
    std::uint64_t attempt = 0;
    counters after;
    timestamp latest{}; ///< The latest visit of it.
  };
  std::uint64_t attempts_ = 0; ///< Numbers given to batches, in this object's life.
  std::uint64_t last_attempt_ = 0;
  std::optional<doubt> doubt_; ///< Until the database is open again.
  /// What has to be known of a batch that failed when it is written again.
  struct failed_batch {
    bool is_there = false;    ///< All of it, in spite of that.
    timestamp latest_since{}; ///< The latest visit that is there since it first failed.
  };
  /// By the number of the batch, until it is written. As many as a door has under way; beyond that
  /// the oldest is forgotten.
  static constexpr std::size_t failed_max = 1'024;
  std::map<std::uint64_t, failed_batch> failed_;
};

} // namespace seedwalk::store
