#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leveldb/write_batch.h>
#include <tl/expected.hpp>

#include "net/base/inspect.hpp"
#include "store/error.hpp"
#include "store/key_values.hpp"

namespace seedwalk::store {

// How a database of an earlier version becomes one of this: in place, a part at a time, whenever it
// is opened to be written. A process may die at any moment of it; the next opening goes on.
//
// There is a table of steps, each from one schema to the next. A step begins with a batch that
// gives the header the new schema number, so that from then on the version that wrote the database
// refuses it, and that sets a mark. Each batch after it changes a part of the values and moves the
// mark, which says what was the last key looked at; the last one takes the mark away. A step is
// never changed once it was released: it reads and writes bytes by what it knows itself, and uses
// no encoder that a later schema changes.
//
// Threads: one at a time.

/// What changes from a schema to the next.
struct migration_step {
  std::uint32_t from = 0; ///< The schema that it begins with; it ends with the next one.

  /// The keys that it looks at: those with these beginnings, which are ascending, and none of which
  /// begins with another. None: only the number changes, as for a new enumerator.
  std::vector<std::string> prefixes;

  /// Writes what becomes of one of them, if anything changes; false: the value is damaged. May
  /// write other keys, too, but none that is still to be looked at. Called once for each key.
  bool (*convert)(std::string_view key, std::string_view value, leveldb::WriteBatch& out) = nullptr;
};

/// From the first schema to that of this version, ascending and without a gap.
std::span<const migration_step> migrations();

/// Where a migration is: kept in the database while one is under way.
struct migration_mark {
  std::uint32_t from = 0; ///< The step.
  std::string after;      ///< The last key that it has looked at.

  SEEDWALK_INSPECT(migration_mark, from, after)
};

/// The mark, if a migration has begun and not ended.
tl::expected<std::optional<migration_mark>, error> read_migration_mark(key_values& disk);

/// What a migration came to, as far as this opening did it.
struct migration_report {
  std::uint32_t from = 0; ///< The schema that was found; of one that goes on, that of its step.
  std::uint32_t to = 0;
  std::uint64_t looked_at = 0; ///< Keys.
  std::uint64_t batches = 0;
};

/// The way that a database goes. The default is the program's own; others are for tests of it.
struct migration_plan {
  std::span<const migration_step> steps = migrations();
  /// A batch ends when it has so many bytes, or so many keys were looked at: what a migration takes
  /// of memory, beside what LevelDB does, is one batch, however large the database is.
  std::size_t batch_bytes = 1u << 20;
  std::size_t batch_looks = 50'000;
};

/// Brings an open database to the schema behind the last step. It has a header, which is not of a
/// later schema.
tl::expected<migration_report, error> migrate(key_values& disk, const migration_plan& plan);

} // namespace seedwalk::store
