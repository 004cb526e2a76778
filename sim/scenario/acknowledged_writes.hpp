#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <leveldb/write_batch.h>
#include <tl/expected.hpp>

#include "sim/disk/disk.hpp"
#include "store/error.hpp"

namespace seedwalk::sim {

/// The keys and values of a database.
using database_contents = std::map<std::string, std::string, std::less<>>;

/// What the database at `path` of a disk holds, by a copy of it: the disk notices nothing. Nothing
/// at all where there is no database yet. The error is that of opening it.
tl::expected<database_contents, store::error> contents_of(const disk& on, const std::string& path);

/// Keeps account of what a database has acknowledged, and says what of it is lost: after a crash
/// it must hold all of that, and of the writes behind it the first so many, each whole. It goes by
/// keys and values, and knows nothing of what they mean but their kinds.
///
/// What a disk loses that lies when it is asked to sync is seen by this alone: a log that ends
/// early is, to a program that opens it, one whose last write was not finished.
///
/// Costs as much memory as the database has contents, and for each write what that has. Threads:
/// that of the world.
class acknowledged_writes {
public:
  /// A write is about to be made; `ticket` will acknowledge it. Looks at the disk where the one
  /// before has failed: it is there or not.
  void begin(const leveldb::WriteBatch& write, std::uint64_t ticket, const disk& on,
             const std::string& path);

  /// How many began so far.
  std::uint64_t writes() const { return writes_; }

  /// The last one has failed.
  void failed();

  /// Somebody was told that everything up to this ticket is durable.
  void acknowledge(std::uint64_t ticket);

  /// The disk that a crash has left. What is there is where the next writes go on from. Returns
  /// what was acknowledged and is lost, or is there and cannot be, as a sentence; nothing: all is
  /// as it must be.
  std::optional<std::string> look_after_crash(const disk& left, const std::string& path);

  /// What was found once a write had failed, and cannot be; a sentence, given once.
  std::optional<std::string> take_problem() { return std::exchange(problem_, std::nullopt); }

  const database_contents& acknowledged() const { return acknowledged_; }

private:
  struct write {
    leveldb::WriteBatch changes;
    std::uint64_t ticket = 0;
    bool may_be_missing = false; ///< It failed, and nobody has looked since.
    bool is_there = false;       ///< It failed, and somebody has: the next that succeeds keeps it.
  };

  bool explains(const database_contents& found, database_contents from, std::size_t next,
                std::vector<bool>* is_there) const;
  void settle(const disk& on, const std::string& path);
  std::string lost_in(const database_contents& found) const;

  database_contents acknowledged_;
  std::deque<write> waiting_; ///< Not acknowledged yet, in order.
  std::optional<std::string> problem_;
  std::uint64_t writes_ = 0;
};

} // namespace seedwalk::sim
