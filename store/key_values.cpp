#include "store/key_values.hpp"

#include <array>
#include <charconv>
#include <cstdarg>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "store/folder_contents.hpp"

namespace seedwalk::store {

namespace {

/// LevelDB's own log says nothing that a database needs, and would be one more file to fill a disk.
struct silent_logger final : leveldb::Logger {
  void Logv(const char*, std::va_list) override {}
};

bool says(const std::string& text, std::string_view message) {
  return text.find(message) != std::string::npos;
}

/// LevelDB gives the operating system's error as text only.
error_code code_of_io_error(const std::string& text) {
  if (says(text, "No space left") || says(text, "quota exceeded") || says(text, "File too large"))
    return error_code::disk_full;
  if (says(text, "already held by process") || says(text, "temporarily unavailable"))
    return error_code::locked;
  if (says(text, "Permission denied") || says(text, "Read-only file system") ||
      says(text, "not permitted"))
    return error_code::not_writable;
  if (says(text, "Not a directory"))
    return error_code::not_a_folder;
  if (says(text, "Is a directory")) // Where a file should be.
    return error_code::corrupt;
  return error_code::io;
}

error_code code_of(const leveldb::Status& status) {
  if (status.IsCorruption())
    return error_code::corrupt;
  // Where there is no CURRENT, LevelDB is not asked at all.
  if (status.IsInvalidArgument())
    return error_code::corrupt;
  // A file that the manifest names and that is not there is damage.
  if (status.IsNotFound())
    return error_code::corrupt;
  return code_of_io_error(status.ToString());
}

/// "17:4096[" at the start of a line of "leveldb.sstables": a table's number and size.
struct live_table {
  std::uint64_t number = 0;
  std::uint64_t size = 0;
};

std::vector<live_table> parse_tables(std::string_view property) {
  std::vector<live_table> out;
  while (!property.empty()) {
    const auto line = property.substr(0, property.find('\n'));
    property.remove_prefix(std::min(property.size(), line.size() + 1));
    live_table t;
    const auto* end = line.data() + line.size();
    if (line.empty() || line.front() != ' ')
      continue;
    const auto number = std::from_chars(line.data() + 1, end, t.number);
    if (number.ec != std::errc{} || number.ptr == end || *number.ptr != ':')
      continue;
    const auto size = std::from_chars(number.ptr + 1, end, t.size);
    if (size.ec == std::errc{} && size.ptr != end && *size.ptr == '[')
      out.push_back(t);
  }
  return out;
}

/// The last bytes of a table: the magic number with which all of LevelDB's end (kTableMagicNumber
/// in its format.h).
constexpr std::string_view table_magic = "\x57\xfb\x80\x8b\x24\x75\x47\xdb";

careful_env::folder_sync folder_sync_of(const key_value_options& options) {
  if (options.env == nullptr)
    return careful_env::sync_real_folder;
  if (options.sync_folder)
    return options.sync_folder;
  return [](const std::string&) { return leveldb::Status::OK(); };
}

leveldb::Status read_end(leveldb::Env& env, const std::string& file, std::uint64_t size,
                         std::string& end) {
  leveldb::RandomAccessFile* opened = nullptr;
  if (const auto status = env.NewRandomAccessFile(file, &opened); !status.ok())
    return status;
  const std::unique_ptr<leveldb::RandomAccessFile> table{opened};
  end.resize(table_magic.size());
  leveldb::Slice read;
  const auto status =
      table->Read(size - std::min<std::uint64_t>(size, end.size()), end.size(), &read, end.data());
  end = std::string{as_view(read)};
  return status;
}

} // namespace

key_values::key_values(std::string path, key_value_options options)
    : path_(std::move(path)), options_(std::move(options)),
      env_(options_.env != nullptr ? options_.env : leveldb::Env::Default()), shortened_(env_),
      careful_(
          &shortened_, [this] { return lock_.stands(); }, folder_sync_of(options_)),
      silent_(std::make_unique<silent_logger>()) {}

key_values::~key_values() {
  close();
}

error key_values::translate(const leveldb::Status& status) const {
  const auto text = status.ToString();
  const auto code = code_of(status);
  switch (code) {
  case error_code::locked:
    return {code, fmt::format("{}: another process has this database open; stop it, or ask it "
                              "through its control socket",
                              path_)};
  case error_code::not_a_folder:
    return {code, fmt::format("{}: not a folder; choose another path", path_)};
  case error_code::not_writable:
    return {code,
            fmt::format("{}: may not be {}; change its permissions or choose another path ({})",
                        path_, options_.look ? "read" : "read or written", text)};
  case error_code::disk_full:
    if (says(text, "File too large"))
      return {code, fmt::format("{}: a file of the database may not grow; raise the limit on the "
                                "size of files (ulimit -f) ({})",
                                path_, text)};
    return {code, fmt::format("{}: no space left on the disk; make room ({})", path_, text)};
  case error_code::corrupt:
    return {code, fmt::format("{}: the database is damaged or truncated; restore a copy of it or "
                              "begin a new one ({})",
                              path_, text)};
  default:
    return {code,
            fmt::format("{}: the disk failed; see what the system says of it ({})", path_, text)};
  }
}

error key_values::damaged_value(std::string_view text) const {
  return {error_code::corrupt,
          fmt::format("{}: the database is damaged: {} cannot be read; restore a copy of it or "
                      "begin a new one",
                      path_, text)};
}

/// That LevelDB may be let into the folder: what it does where it finds no CURRENT cannot be
/// undone.
tl::expected<void, error> key_values::check_folder() {
  std::vector<std::string> names;
  if (const auto status = env_->GetChildren(path_, &names); status.IsNotFound())
    return {};
  else if (!status.ok())
    return tl::unexpected(translate(status));
  // A link that leads nowhere is no CURRENT, for LevelDB too.
  if (!files_->FileExists(path_ + "/CURRENT"))
    if (auto done = do_without_current(names); !done)
      return done;
  if (lacks_its_log(names))
    return tl::unexpected(error{
        error_code::corrupt,
        fmt::format("{}: the database is damaged: its write-ahead log (NUMBER.log) is missing, "
                    "and with it the last writes. Nothing was changed. Restore it from the "
                    "copy that the other files came from, or go on without by making an empty "
                    "file 000000.log",
                    path_)});
  look_for_gaps(names);
  if (!options_.look && careful_.unclaimed_in(path_) > careful_env::unclaimed_max)
    return tl::unexpected(error{
        error_code::foreign_files,
        fmt::format("{0}/{1}: more than {2} files that the database does not name were set aside "
                    "here; if `seedwalk db check` finds nothing missing, remove this folder",
                    path_, careful_env::unclaimed_folder, careful_env::unclaimed_max)});
  return {};
}

tl::expected<void, error> key_values::do_without_current(const std::vector<std::string>& names) {
  const auto verdict = judge_without_current(names);
  switch (verdict.type) {
  case folder_verdict::kind::empty:
    return {};
  case folder_verdict::kind::incomplete:
    // With one manifest there is no doubt what stood in it.
    if (verdict.manifests.size() == 1)
      return restore_current(verdict.manifests.front());
    return tl::unexpected(error{
        error_code::corrupt,
        fmt::format("{}: the database is damaged: its file CURRENT is missing, and it has more "
                    "than one manifest. Nothing was changed. Restore CURRENT from the copy "
                    "that the other files came from, or write the line \"{}\" into it",
                    path_, verdict.manifests.back())});
  case folder_verdict::kind::foreign:
    break;
  }
  return tl::unexpected(
      error{error_code::foreign_files,
            fmt::format("{}: not a database, and files are there that one would delete as its own "
                        "({}); choose another path",
                        path_, fmt::join(verdict.examples, ", "))});
}

/// As LevelDB writes it: whole, or not at all.
tl::expected<void, error> key_values::restore_current(const std::string& manifest) {
  const auto temporary = path_ + "/CURRENT.dbtmp";
  auto status = leveldb::WriteStringToFile(files_, manifest + '\n', temporary);
  if (status.ok())
    status = files_->RenameFile(temporary, path_ + "/CURRENT");
  if (!status.ok())
    return tl::unexpected(translate(status));
  return {};
}

leveldb::Options key_values::leveldb_options() {
  leveldb::Options o;
  o.env = files_;
  o.info_log = silent_.get();
  o.create_if_missing = options_.create;
  o.paranoid_checks = true;
  o.compression = options_.compress ? leveldb::kSnappyCompression : leveldb::kNoCompression;
  o.write_buffer_size = options_.write_buffer_bytes;
  o.max_file_size = options_.max_file_bytes;
  cache_.reset(leveldb::NewLRUCache(options_.block_cache_bytes));
  filter_.reset(leveldb::NewBloomFilterPolicy(10));
  o.block_cache = cache_.get();
  o.filter_policy = filter_.get();
  return o;
}

/// What a machine leaves that lost power, or a copy that went over a hole.
void key_values::look_for_gaps(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (kind_of_file(name) != file_kind::log)
      continue;
    const auto file = fmt::format("{}/{}", path_, name);
    const auto gap = find_log_gap(shortened_, file);
    if (!gap)
      continue;
    // One write that was not finished nobody was told of.
    const auto unfinished = find_unfinished_write(*env_, file);
    if (unfinished && !unfinished->is_zeros_to_the_end) {
      shortened_.shorten(file, unfinished->begin);
      continue;
    }
    findings_.push_back(fmt::format("{}: from byte {} on there are no records, though writes may "
                                    "have been there; if there is a copy of the database, compare",
                                    file, *gap));
    careful_.keep(file);
  }
}

tl::expected<void, error> key_values::open_leveldb() {
  if ((!options_.create || looking_) && !files_->FileExists(path_ + "/CURRENT"))
    return tl::unexpected(
        error{error_code::not_found,
              fmt::format("{}: there is no database here; check the path", path_)});
  leveldb::DB* db = nullptr;
  careful_.begin(path_);
  const auto status = leveldb::DB::Open(leveldb_options(), path_, &db);
  careful_.end();
  db_.reset(db);
  if (looking_)
    looking_->seal();
  options_.settle();
  if (status.IsNotFound() && !env_->FileExists(path_))
    return tl::unexpected(error{
        error_code::not_found,
        fmt::format("{}: cannot be made, the folder above it does not exist; create that", path_)});
  if (!status.ok())
    return tl::unexpected(translate(status));
  return {};
}

tl::expected<void, error> key_values::open() {
  close();
  current_.clear();
  (void)leveldb::ReadFileToString(env_, path_ + "/CURRENT", &current_);
  // An `env` that the caller brought has no folders of the operating system.
  const bool locks = options_.env == nullptr && !options_.look;
  if (locks)
    if (auto locked = lock_.take(path_); !locked)
      return locked;
  // What is wrong is found before LevelDB writes anything.
  auto opened = look();
  if (options_.look)
    return opened;
  if (opened || opened.error().code == error_code::not_found) {
    forget_leveldb();
    opened = open_in(careful_);
  }
  if (opened && locks)
    opened = lock_.follow();
  if (!opened) {
    close();
    return opened;
  }
  careful_.adopt(live_tables());
  options_.create = false;
  return {};
}

tl::expected<void, error> key_values::look() {
  shortened_.clear();
  const auto once = [this] {
    looking_ = std::make_unique<looking_env>(&shortened_);
    return open_in(*looking_);
  };
  auto opened = once();
  // Only what was refused is read byte by byte.
  if (!opened && damaged(opened.error().code) && shorten_unfinished())
    opened = once();
  return opened;
}

/// Whether a log or manifest ends in a write that was not finished. LevelDB is not shown that.
bool key_values::shorten_unfinished() {
  std::vector<std::string> names;
  env_->GetChildren(path_, &names);
  bool has_some = false;
  for (const auto& name : names) {
    const auto kind = kind_of_file(name);
    if (kind != file_kind::log && kind != file_kind::manifest)
      continue;
    const auto file = fmt::format("{}/{}", path_, name);
    if (const auto unfinished = find_unfinished_write(*env_, file)) {
      shortened_.shorten(file, unfinished->begin);
      has_some = true;
    }
  }
  return has_some;
}

tl::expected<void, error> key_values::open_in(leveldb::Env& files) {
  files_ = &files;
  findings_.clear();
  auto opened = check_folder().and_then([this] { return open_leveldb(); });
  if (looking_)
    opened = opened.and_then([this] { return check_tables(); });
  if (!opened)
    forget_leveldb();
  return opened;
}

bool key_values::is_as_opened() const {
  std::string current;
  (void)leveldb::ReadFileToString(env_, path_ + "/CURRENT", &current);
  return current == current_ && (options_.env != nullptr || !folder_lock::is_held(path_));
}

/// A table that was cut short, that may not be read or that is another's file is noticed by LevelDB
/// only when it is needed.
tl::expected<void, error> key_values::check_tables() const {
  std::string property;
  db_->GetProperty("leveldb.sstables", &property);
  for (const auto& table : parse_tables(property)) {
    auto name = fmt::format("{:06}.ldb", table.number);
    if (!files_->FileExists(path_ + '/' + name))
      name = fmt::format("{:06}.sst", table.number); // As of long ago.
    const auto file = path_ + '/' + name;
    std::uint64_t size = 0;
    std::string end;
    auto status = files_->GetFileSize(file, &size);
    if (status.ok())
      status = read_end(*files_, file, size, end);
    if (!status.ok())
      return tl::unexpected(translate(status));
    if (size != table.size)
      return tl::unexpected(damaged_value(
          fmt::format("{}, which has {} bytes instead of {},", name, size, table.size)));
    if (end != table_magic)
      return tl::unexpected(damaged_value(fmt::format("{}, which is no table,", name)));
  }
  return {};
}

void key_values::close() {
  if (db_ != nullptr && looking_ == nullptr) {
    // Mostly none. A compaction that ends meanwhile may still put some to use.
    auto left = careful_.own_tables();
    for (const auto& table : live_tables())
      left.erase(table);
    forget_leveldb();
    // What stands at the path now may be another database, put there while this one was open.
    if (!left.empty() && lock_.stands())
      remove_leftovers(std::move(left));
  }
  forget_leveldb();
  lock_.release();
}

/// Closed in the middle of a compaction, LevelDB leaves tables that the manifest does not name.
/// Those that were made since the opening are certainly superfluous; later nobody could tell.
void key_values::remove_leftovers(std::set<std::string> left) {
  if (!look())
    return;
  for (const auto& table : live_tables())
    if (!looking_->is_written(table))
      left.erase(table);
  for (const auto& table : left)
    env_->RemoveFile(table); // Some are gone.
}

std::set<std::string> key_values::live_tables() const {
  std::string property;
  db_->GetProperty("leveldb.sstables", &property);
  std::set<std::string> paths;
  for (const auto& table : parse_tables(property))
    paths.insert(fmt::format("{}/{:06}.ldb", path_, table.number));
  return paths;
}

void key_values::forget_leveldb() {
  if (db_ != nullptr)
    options_.settle();
  db_.reset();
  cache_.reset();
  filter_.reset();
  looking_.reset();
}

tl::expected<std::optional<std::string>, error> key_values::get(const std::string& key) {
  std::string value;
  leveldb::ReadOptions o;
  o.verify_checksums = true;
  const auto status = db_->Get(o, key, &value);
  options_.settle();
  if (status.IsNotFound())
    return std::nullopt;
  if (!status.ok())
    return tl::unexpected(translate(status));
  return value;
}

tl::expected<void, error> key_values::write(leveldb::WriteBatch& batch) {
  leveldb::WriteOptions o;
  o.sync = options_.sync;
  if (options_.on_write)
    options_.on_write(batch);
  if (!lock_.stands())
    return tl::unexpected(
        error{error_code::gone,
              fmt::format("{}: the database was moved or deleted while it was open: what "
                          "was found since is lost; put it back, or begin a new one",
                          path_)});
  const auto status = db_->Write(o, &batch);
  options_.settle();
  if (!status.ok())
    return tl::unexpected(translate(status));
  return {};
}

std::unique_ptr<leveldb::Iterator> key_values::iterate() {
  leveldb::ReadOptions o;
  o.verify_checksums = true;
  o.fill_cache = false;
  return std::unique_ptr<leveldb::Iterator>(db_->NewIterator(o));
}

tl::expected<void, error> key_values::status_of(const leveldb::Iterator& iterator) const {
  if (const auto status = iterator.status(); !status.ok())
    return tl::unexpected(translate(status));
  return {};
}

tl::expected<void, error>
key_values::scan(const std::string& prefix, const std::string& first,
                 const std::function<bool(std::string_view, std::string_view)>& visit) {
  tl::expected<void, error> result;
  {
    const auto iterator = iterate();
    for (iterator->Seek(first.empty() ? prefix : first); iterator->Valid(); iterator->Next()) {
      if (!iterator->key().starts_with(prefix) ||
          !visit(as_view(iterator->key()), as_view(iterator->value())))
        break;
    }
    result = status_of(*iterator);
  }
  options_.settle();
  return result;
}

} // namespace seedwalk::store
