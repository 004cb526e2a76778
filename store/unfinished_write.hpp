#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <leveldb/env.h>

namespace seedwalk::store {

/// A write that a machine did not finish, at the end of a log or a manifest.
struct unfinished_write {
  std::uint64_t begin = 0; ///< The byte of the file where it begins.
  /// Many zeros up to the end of the file: nothing says that they are one write, and not several.
  bool is_zeros_to_the_end = false;
};

/// The write at the end of a log of LevelDB that a loss of power left with holes, if there is one.
///
/// A file system may keep some pages of what was not synced and lose others, which read as zeros.
/// LevelDB takes a log that ends early for one whose last write was not finished, and drops that;
/// one with holes it refuses, though they are the same: each write is synced before the next, so
/// nothing behind the last sync was acknowledged, and it is of one write.
///
/// That is what a log has to look like, to be told from one that was damaged later: what is no
/// record holds a page, or the part of one, of nothing but zeros; and no record begins behind it,
/// for it would be of a write that followed. A damaged record without such a hole is no unfinished
/// write, and is not found here.
///
/// Reads the whole file, so it is asked when something is wrong. Nothing: it has none, or cannot be
/// read.
std::optional<unfinished_write> find_unfinished_write(leveldb::Env& env, const std::string& file);

/// Passes everything on to another `Env`, and lets some files end earlier for those who read them
/// from the beginning, which is how LevelDB reads logs and manifests.
///
/// Threads: `shorten` and `clear` while no database is open; else as LevelDB.
class shortened_env final : public leveldb::EnvWrapper {
public:
  /// `base` outlives it.
  explicit shortened_env(leveldb::Env* base) : EnvWrapper(base) {}

  /// From now on `file` ends behind so many bytes.
  void shorten(const std::string& file, std::uint64_t bytes) { ends_[file] = bytes; }
  void clear() { ends_.clear(); }

  leveldb::Status NewSequentialFile(const std::string& file,
                                    leveldb::SequentialFile** result) override;

private:
  std::map<std::string, std::uint64_t> ends_;
};

} // namespace seedwalk::store
