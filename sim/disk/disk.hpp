#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "net/base/instant.hpp"

namespace seedwalk::sim {

/// What a program asks of a disk. Faults name a call by its kind and its number within the kind.
enum class disk_call : std::uint8_t {
  create,      ///< A new, empty file; replaces one of the same name.
  append,      ///< Bytes reach the kernel.
  sync,        ///< Bytes reach the platter.
  sync_folder, ///< Names do.
  rename,
  remove,
  make_folder,
  remove_folder,
  read,
};
inline constexpr std::size_t disk_call_count = 9;

/// "append", "sync", ...
std::string_view name_of(disk_call c);

/// One thing that goes wrong.
struct disk_fault {
  enum class effect : std::uint8_t {
    io_error, ///< The call fails and changes nothing.
    no_space, ///< The same, as a full disk has it.
    slow,     ///< The call takes `extra` longer.
    lie,      ///< A sync says that it is done, and has done nothing.
  };
  disk_call call = disk_call::append;
  std::uint64_t first = 1; ///< The first call of this kind that it hits; the first of all is 1.
  std::uint64_t count = 1; ///< How many it hits in a row.
  effect consequence = effect::io_error;
  net::steady_time extra{0};

  friend bool operator==(const disk_fault&, const disk_fault&) = default;
};

/// What a power cut leaves of what was not durable.
struct loss_model {
  enum class bytes : std::uint8_t {
    keep,  ///< All that reached the kernel: only the process died.
    lose,  ///< Nothing that was not synced.
    tear,  ///< A drawn prefix of it, to the byte.
    pages, ///< Each page of 4 KiB by a draw; a lost one reads as zeros.
  };
  enum class names : std::uint8_t {
    keep,   ///< Every creation, rename and removal.
    lose,   ///< None since the last that was made durable.
    prefix, ///< A drawn number of them, in order, as in a file system with a journal.
  };
  bytes unsynced = bytes::lose;
  names uncommitted = names::lose;
  std::uint64_t seed = 1; ///< What the draws are keyed by.

  friend bool operator==(const loss_model&, const loss_model&) = default;
};

/// How far a call has come when the machine dies in it.
struct call_progress {
  enum class part : std::uint8_t {
    nothing,
    first_byte,       ///< Of an append; of any other call: nothing.
    page_border,      ///< The first one that the append crosses; nothing if it crosses none.
    all_but_one_byte, ///< Of an append; of any other call: nothing.
    all,
    bytes, ///< So many of an append, all of it at most; of any other call: nothing.
  };
  part done = part::nothing;
  std::uint64_t bytes = 0; ///< For `part::bytes`.

  friend bool operator==(const call_progress&, const call_progress&) = default;
};

/// A simulated disk: files in memory, a journal of what was done to them and when, and faults.
///
/// Each call takes virtual time, drawn from (seed, file, kind of call, nth call of that kind on
/// that file): what is done to other files changes no draw. A file is the name that it was created
/// under and its number among those of that name; calls of names are counted by name, `sync_folder`
/// by folder. So are the draws of a crash keyed. Counts begin anew on the disk that a crash leaves.
/// The disk has a clock of its own for that: the caller sets it to the world's time when a request
/// begins (`begin`) and reads off when it ends
/// (`now`). So a whole request runs at once, and yet each of its calls has its place in time; a
/// crash at any moment within it leaves what `after_crash` makes of the journal up to there.
///
/// The journal refers to files' bytes and copies none: files only grow. It keeps removed files
/// alive until `forget` has passed them.
///
/// A file's bytes are durable once synced. A name is durable once its folder is synced or, with
/// `sync_commits_names`, once any file is: that is what journalling file systems do, because the
/// transaction that carries the file carries all names before it. POSIX does not promise it, and
/// LevelDB, which never syncs the folder after it has begun a new log, relies on it.
///
/// Threads: that of the world.
class disk {
public:
  struct options {
    std::uint64_t seed = 1;
    bool journal = true;
    bool sync_commits_names = true;
    std::uint64_t capacity_bytes = std::numeric_limits<std::uint64_t>::max();
    net::steady_time call_cost{2'000};      ///< Of any call.
    net::steady_time kib_cost{400};         ///< Of each KiB read or appended, on top.
    net::steady_time sync_cost_min{50'000}; ///< Of a sync, drawn between these, on top.
    net::steady_time sync_cost_max{2'000'000};
    std::vector<disk_fault> faults;

    friend bool operator==(const options&, const options&) = default;
  };

  /// Why a call failed.
  enum class failure : std::uint8_t {
    none,
    not_found,
    io_error,
    no_space,
    frozen, ///< The program is dead and does not know it yet: see `freeze`.
  };

  /// A file, whatever it is called now. Its bytes never change but at their end.
  struct file {
    std::uint64_t number = 0; ///< Tells it from others, and is no part of any draw.
    std::uint64_t key = 0;    ///< Of its draws.
    std::uint64_t syncs = 0;  ///< So far.
    std::string data;
  };
  using file_ref = std::shared_ptr<file>;

  explicit disk(options o) : options_(std::move(o)) {}

  // -- time ------------------------------------------------------------------------------------

  /// A request begins: not before `at`, and not before the one before it has ended.
  void begin(net::steady_time at);
  net::steady_time now() const { return now_; }
  void spend(net::steady_time cost) { now_ += cost; }

  // -- calls, as an operating system has them ---------------------------------------------------

  failure create(const std::string& name, file_ref& made);
  /// On a disk that fills up, what fits is written.
  failure append(const file_ref& to, std::string_view data);
  failure sync(const file_ref& handle);
  /// Makes all names durable, whatever the folder: it only says whose sync this is.
  failure sync_folder(const std::string& folder = "/");
  failure rename(const std::string& from, const std::string& to);
  failure remove(const std::string& name);
  failure make_folder(const std::string& name);
  failure remove_folder(const std::string& name);
  /// Accounts for a read: the bytes are `file::data`.
  failure read(std::size_t size);

  file_ref find(const std::string& name) const;
  bool has_folder(const std::string& name) const { return folders_.contains(name); }
  /// What lies directly in a folder, in order.
  std::vector<std::string> list(const std::string& folder) const;

  std::uint64_t used_bytes() const { return used_; }
  /// What is drawn from now on is keyed by another seed.
  void reseed(std::uint64_t seed) { options_.seed = seed; }
  void set_capacity(std::uint64_t bytes) { options_.capacity_bytes = bytes; }
  void add_fault(disk_fault f) { options_.faults.push_back(f); }
  void clear_faults() { options_.faults.clear(); }
  /// From now on no call fails, and there is room: what is kept can be looked at.
  void heal() {
    clear_faults();
    set_capacity(std::numeric_limits<std::uint64_t>::max());
  }
  /// How often this kind of call was made.
  std::uint64_t calls(disk_call c) const { return calls_[static_cast<std::size_t>(c)]; }

  /// Whether a crash can be asked for.
  bool has_journal() const { return options_.journal; }
  /// How many calls changed something, on the disks before a crash too. Without a journal they are
  /// not counted.
  std::uint64_t changes() const { return changes_; }

  /// Damage at rest. False if there is no such byte.
  bool flip_bit(const std::string& name, std::size_t offset, unsigned bit);

  // -- crashes ---------------------------------------------------------------------------------

  /// From now on every call fails and changes nothing: what a dying program still does is nothing.
  void freeze() { frozen_ = true; }

  /// One journaled call that changed something.
  struct entry {
    disk_call call = disk_call::append;
    std::uint64_t key = 0; ///< Of its draws.
    bool lied = false;
    net::steady_time begins{0};
    net::steady_time ends{0};
    file_ref file;
    std::uint64_t size = 0; ///< Of the file, once this is done.
    std::uint64_t grown = 0;
    std::string name;
    std::string new_name;
  };
  const std::vector<entry>& journal() const { return journal_; }

  /// `hear` is told of each call that changes something, the nth, as it enters the journal. It
  /// calls nothing of the disk that changes it.
  void on_change(std::function<void(std::uint64_t nth, const entry&)> hear) {
    on_change_ = std::move(hear);
  }

  /// When a call has come so far.
  static net::steady_time moment_of(const call_progress& progress, const entry& call);
  /// How many bytes of it are written then.
  static std::uint64_t bytes_of(const call_progress& progress, const entry& call);

  /// Takes everything before `t` out of the journal: no crash before it will be asked for.
  void forget(net::steady_time t);

  /// The disk that a crash at `t` leaves. What was under way then is half done: an append to the
  /// byte, in proportion; anything else not at all.
  std::unique_ptr<disk> after_crash(net::steady_time t, const loss_model& loss) const;

  /// The disk that is left when the first `done` entries of the journal are, and `torn` bytes of
  /// the next if that is an append.
  std::unique_ptr<disk> after_crash(std::size_t done, std::uint64_t torn,
                                    const loss_model& loss) const;

  /// The disk that a crash in the nth call that changes something leaves. Precondition: that is
  /// in the journal, or was forgotten, and then is done.
  std::unique_ptr<disk> after_crash_in(std::uint64_t nth, const call_progress& progress,
                                       const loss_model& loss) const;

  /// Another disk with the same files, without faults and journal: to look at, where looking at
  /// this one would take time.
  std::unique_ptr<disk> copy() const;

private:
  /// What a crash would find: the state behind the live one.
  struct extent {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
  };
  struct settled {
    std::map<std::string, file_ref> names; ///< As made durable.
    std::set<std::string> folders;
    std::map<std::uint64_t, extent> files; ///< By number; a file that is missing was there before.
    std::vector<entry> uncommitted;        ///< Changes of names, in order.
  };

  /// A call under way.
  struct admitted {
    disk_call call;
    std::uint64_t key; ///< Of its draws: (file, kind of call, nth of that kind on that file).
    net::steady_time begins;
    bool lied = false;
  };

  admitted begin_call(disk_call c, std::uint64_t key = 0) const { return {c, key, now_}; }
  admitted begin_call(disk_call c, const std::string& name);
  failure admit(admitted& a, std::size_t size = 0);
  void note(const admitted& a, file_ref handle, std::uint64_t grown, std::string name = {},
            std::string new_name = {});
  file_ref make_file(std::uint64_t key);
  void apply(settled& s, const entry& e) const;
  static void apply_name(settled& s, const entry& e);
  std::string surviving_bytes(const file& f, const extent& e, const loss_model& loss) const;
  static std::size_t surviving_names(const std::vector<entry>& changes, const loss_model& loss);
  std::unique_ptr<disk> resolve(settled s, const loss_model& loss) const;
  void put_file(const std::string& name, std::string data);

  options options_;
  net::steady_time now_{0};
  bool frozen_ = false;
  std::uint64_t used_ = 0;
  std::uint64_t last_file_ = 0;
  std::array<std::uint64_t, disk_call_count> calls_{};
  /// Calls by name, those of names that are gone included: some 100 bytes for each name ever used.
  std::map<std::string, std::array<std::uint32_t, disk_call_count>> calls_by_name_;
  std::map<std::string, file_ref> names_;
  std::set<std::string> folders_;
  settled base_;
  std::vector<entry> journal_;
  std::uint64_t changes_ = 0;
  std::function<void(std::uint64_t, const entry&)> on_change_;
};

} // namespace seedwalk::sim
