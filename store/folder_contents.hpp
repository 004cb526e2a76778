#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leveldb/env.h>

namespace seedwalk::store {

/// What LevelDB takes a file of its folder for, by the name alone (ParseFileName in its
/// filename.cc).
enum class file_kind : std::uint8_t {
  foreign = 0, ///< It never touches such a file.
  current,     ///< CURRENT, which names the manifest that counts.
  lock,
  info_log, ///< LOG and LOG.old.
  manifest, ///< MANIFEST-000012
  log,      ///< 000012.log: writes that are in no table yet.
  table,    ///< 000012.ldb, or .sst as of long ago.
  temporary ///< 000012.dbtmp: a CURRENT that was about to be put in place.
};

file_kind kind_of_file(std::string_view name);

/// Whether what `path` leads to is a file by which LevelDB keeps a database: in a folder that has a
/// CURRENT, under a name that LevelDB takes for one of its own. Nobody but LevelDB writes there.
bool is_part_of_database(const std::string& path);

/// What a folder without a CURRENT is. With one, LevelDB itself says whether the rest is there.
struct folder_verdict {
  enum class kind : std::uint8_t {
    empty = 0,  ///< Nothing that LevelDB would touch: a database may begin here.
    incomplete, ///< Parts of a database, but not CURRENT.
    foreign     ///< Files with names of LevelDB's, that are no parts of a database.
  };
  kind type = kind::empty;
  std::vector<std::string> manifests; ///< Of an incomplete database, the newest one last.
  std::vector<std::string> examples;  ///< Some of the files that LevelDB would delete.
};

/// Judges the names in a folder that has no CURRENT. LevelDB would make a new database there, and
/// delete all logs and tables as obsolete. A lone first manifest, with its temporary file, is what
/// a process leaves that dies while it makes a database: nothing is lost by beginning again.
folder_verdict judge_without_current(const std::vector<std::string>& names);

/// Whether a folder that has a CURRENT has no log, though it had one once: LevelDB makes the log
/// before it says so in a manifest, and opens without a word if it is gone. A first manifest has
/// none where its maker died, or where LevelDB's repair wrote it.
bool lacks_its_log(const std::vector<std::string>& names);

/// The first byte of a log where a record should begin and none does: zeros, or something else's
/// bytes. LevelDB passes over zeros with the rest of their block, and ends at a record that is
/// longer than what is left of the file, without a word (ReadPhysicalRecord in its log_reader.cc).
/// A log that cannot be read has no gap: opening the database says what is wrong with it.
std::optional<std::uint64_t> find_log_gap(leveldb::Env& env, const std::string& file);

} // namespace seedwalk::store
