#include "sim/disk/disk.hpp"

#include <algorithm>
#include <utility>

#include "net/base/bytes.hpp"
#include "net/base/random.hpp"

namespace seedwalk::sim {

namespace {

constexpr std::uint64_t page_bytes = 4096;

std::uint64_t draw(std::uint64_t seed, std::string_view purpose, std::uint64_t a, std::uint64_t b) {
  const std::uint64_t key[2] = {a, b};
  return net::keyed_hash(seed, purpose, {reinterpret_cast<const std::uint8_t*>(key), sizeof key});
}

std::uint64_t key_of(const std::string& name, disk_call c, std::uint64_t nth) {
  return draw(net::keyed_hash(0, "name", net::as_bytes(name)), "call",
              static_cast<std::uint64_t>(c), nth);
}

} // namespace

std::string_view name_of(disk_call c) {
  constexpr std::array<std::string_view, disk_call_count> names = {
      "create", "append",      "sync",          "sync_folder", "rename",
      "remove", "make_folder", "remove_folder", "read"};
  return names[static_cast<std::size_t>(c)];
}

// -- calls ---------------------------------------------------------------------------------------

void disk::begin(net::steady_time at) {
  now_ = std::max(now_, at);
}

/// A call of a name begins.
disk::admitted disk::begin_call(disk_call c, const std::string& name) {
  return begin_call(c, key_of(name, c, ++calls_by_name_[name][static_cast<std::size_t>(c)]));
}

disk::failure disk::admit(admitted& a, std::size_t size) {
  if (frozen_)
    return failure::frozen;
  const auto c = a.call;
  const auto nth = ++calls_[static_cast<std::size_t>(c)];
  now_ += options_.call_cost + options_.kib_cost * static_cast<std::int64_t>(size / 1024);
  if (c == disk_call::sync || c == disk_call::sync_folder) {
    const auto range = (options_.sync_cost_max - options_.sync_cost_min).count();
    now_ += options_.sync_cost_min;
    if (range > 0)
      now_ += net::steady_time{static_cast<std::int64_t>(
          draw(options_.seed, "sync cost", a.key, 0) % static_cast<std::uint64_t>(range + 1))};
  }
  for (const auto& fault : options_.faults) {
    if (fault.call != c || nth < fault.first || nth - fault.first >= fault.count)
      continue;
    switch (fault.consequence) {
    case disk_fault::effect::io_error:
      return failure::io_error;
    case disk_fault::effect::no_space:
      return failure::no_space;
    case disk_fault::effect::slow:
      now_ += fault.extra;
      break;
    case disk_fault::effect::lie:
      a.lied = true;
      break;
    }
  }
  return failure::none;
}

void disk::note(const admitted& a, file_ref handle, std::uint64_t grown, std::string name,
                std::string new_name) {
  if (!options_.journal)
    return;
  const auto size = handle ? handle->data.size() : 0;
  journal_.push_back({a.call, a.key, a.lied, a.begins, now_, std::move(handle), size, grown,
                      std::move(name), std::move(new_name)});
  ++changes_;
  if (on_change_)
    on_change_(changes_, journal_.back());
}

disk::file_ref disk::make_file(std::uint64_t key) {
  auto made = std::make_shared<file>();
  made->number = ++last_file_;
  made->key = key;
  return made;
}

disk::failure disk::create(const std::string& name, file_ref& made) {
  auto call = begin_call(disk_call::create, name);
  if (const auto reason = admit(call); reason != failure::none)
    return reason;
  made = make_file(call.key);
  auto& slot = names_[name];
  if (slot)
    used_ -= slot->data.size();
  slot = made;
  note(call, made, 0, name);
  return failure::none;
}

disk::failure disk::append(const file_ref& to, std::string_view data) {
  auto call = begin_call(disk_call::append);
  if (const auto reason = admit(call, data.size()); reason != failure::none)
    return reason;
  const auto left = options_.capacity_bytes - std::min(used_, options_.capacity_bytes);
  const auto fits =
      data.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, data.size())));
  to->data.append(fits);
  used_ += fits.size();
  note(call, to, fits.size());
  return fits.size() == data.size() ? failure::none : failure::no_space;
}

disk::failure disk::sync(const file_ref& handle) {
  auto call = begin_call(disk_call::sync, draw(handle->key, "sync", ++handle->syncs, 0));
  if (const auto reason = admit(call); reason != failure::none)
    return reason;
  note(call, handle, 0);
  return failure::none;
}

disk::failure disk::sync_folder(const std::string& folder) {
  auto call = begin_call(disk_call::sync_folder, folder);
  if (const auto reason = admit(call); reason != failure::none)
    return reason;
  note(call, nullptr, 0);
  return failure::none;
}

disk::failure disk::rename(const std::string& from, const std::string& to) {
  auto call = begin_call(disk_call::rename, from);
  if (const auto reason = admit(call); reason != failure::none)
    return reason;
  const auto source = names_.find(from);
  if (source == names_.end())
    return failure::not_found;
  if (from == to)
    return failure::none;
  auto moved = source->second;
  names_.erase(source);
  auto& target = names_[to];
  if (target)
    used_ -= target->data.size();
  target = moved;
  note(call, std::move(moved), 0, from, to);
  return failure::none;
}

disk::failure disk::remove(const std::string& name) {
  auto call = begin_call(disk_call::remove, name);
  if (const auto reason = admit(call); reason != failure::none)
    return reason;
  const auto i = names_.find(name);
  if (i == names_.end())
    return failure::not_found;
  used_ -= i->second->data.size();
  names_.erase(i);
  note(call, nullptr, 0, name);
  return failure::none;
}

disk::failure disk::make_folder(const std::string& name) {
  auto call = begin_call(disk_call::make_folder, name);
  if (const auto reason = admit(call); reason != failure::none)
    return reason;
  if (folders_.insert(name).second)
    note(call, nullptr, 0, name);
  return failure::none;
}

disk::failure disk::remove_folder(const std::string& name) {
  auto call = begin_call(disk_call::remove_folder, name);
  if (const auto reason = admit(call); reason != failure::none)
    return reason;
  if (folders_.erase(name) == 0)
    return failure::not_found;
  note(call, nullptr, 0, name);
  return failure::none;
}

disk::failure disk::read(std::size_t size) {
  auto call = begin_call(disk_call::read);
  return admit(call, size);
}

disk::file_ref disk::find(const std::string& name) const {
  const auto i = names_.find(name);
  return i == names_.end() ? nullptr : i->second;
}

std::vector<std::string> disk::list(const std::string& folder) const {
  const auto prefix = folder + '/';
  std::vector<std::string> result;
  const auto add = [&](const std::string& name) {
    if (name.find('/', prefix.size()) == std::string::npos)
      result.push_back(name.substr(prefix.size()));
  };
  for (auto i = names_.lower_bound(prefix); i != names_.end() && i->first.starts_with(prefix); ++i)
    add(i->first);
  for (auto i = folders_.lower_bound(prefix); i != folders_.end() && i->starts_with(prefix); ++i)
    add(*i);
  std::sort(result.begin(), result.end());
  return result;
}

bool disk::flip_bit(const std::string& name, std::size_t offset, unsigned bit) {
  const auto found = find(name);
  if (!found || offset >= found->data.size() || bit > 7)
    return false;
  found->data[offset] = static_cast<char>(found->data[offset] ^ (1 << bit));
  return true;
}

// -- crashes -------------------------------------------------------------------------------------

void disk::apply_name(settled& s, const entry& e) {
  switch (e.call) {
  case disk_call::create:
    s.names[e.name] = e.file;
    break;
  case disk_call::rename:
    s.names.erase(e.name);
    s.names[e.new_name] = e.file;
    break;
  case disk_call::remove:
    s.names.erase(e.name);
    break;
  case disk_call::make_folder:
    s.folders.insert(e.name);
    break;
  case disk_call::remove_folder:
    s.folders.erase(e.name);
    break;
  default:
    break;
  }
}

void disk::apply(settled& s, const entry& e) const {
  const auto commit_names = [&s] {
    for (const auto& change : s.uncommitted)
      apply_name(s, change);
    s.uncommitted.clear();
  };
  switch (e.call) {
  case disk_call::append:
    s.files[e.file->number].written = e.size;
    break;
  case disk_call::sync:
    if (e.lied)
      break;
    s.files[e.file->number] = {e.size, e.size};
    if (options_.sync_commits_names)
      commit_names();
    break;
  case disk_call::sync_folder:
    if (!e.lied)
      commit_names();
    break;
  case disk_call::create:
    s.files.try_emplace(e.file->number);
    s.uncommitted.push_back(e);
    break;
  default:
    s.uncommitted.push_back(e);
  }
}

void disk::forget(net::steady_time t) {
  const auto first_kept =
      std::find_if(journal_.begin(), journal_.end(), [t](const entry& e) { return e.ends > t; });
  for (auto i = journal_.begin(); i != first_kept; ++i)
    apply(base_, *i);
  journal_.erase(journal_.begin(), first_kept);
}

std::unique_ptr<disk> disk::after_crash(net::steady_time t, const loss_model& loss) const {
  std::size_t done = 0;
  while (done != journal_.size() && journal_[done].ends <= t)
    ++done;
  std::uint64_t torn = 0;
  if (done != journal_.size() && journal_[done].begins < t) {
    const auto& e = journal_[done];
    const auto whole = static_cast<std::uint64_t>((e.ends - e.begins).count());
    const auto passed = static_cast<std::uint64_t>((t - e.begins).count());
    torn = e.grown / whole * passed + e.grown % whole * passed / whole;
  }
  return after_crash(done, torn, loss);
}

std::unique_ptr<disk> disk::after_crash(std::size_t done, std::uint64_t torn,
                                        const loss_model& loss) const {
  auto s = base_;
  for (std::size_t i = 0; i != done; ++i)
    apply(s, journal_[i]);
  const auto changes = changes_ - journal_.size() + done;
  if (done != journal_.size() && journal_[done].call == disk_call::append) {
    const auto& e = journal_[done];
    s.files[e.file->number].written = e.size - e.grown + std::min(torn, e.grown);
  }
  auto left = resolve(std::move(s), loss);
  left->changes_ = changes;
  return left;
}

std::uint64_t disk::bytes_of(const call_progress& progress, const entry& call) {
  using part = call_progress::part;
  const auto first = call.size - call.grown;
  switch (progress.done) {
  case part::nothing:
    return 0;
  case part::first_byte:
    return std::min<std::uint64_t>(1, call.grown);
  case part::page_border: {
    const auto border = (first / page_bytes + 1) * page_bytes;
    return border < call.size ? border - first : 0;
  }
  case part::all_but_one_byte:
    return call.grown - std::min<std::uint64_t>(1, call.grown);
  case part::all:
    return call.grown;
  case part::bytes:
    return std::min(progress.bytes, call.grown);
  }
  return 0;
}

net::steady_time disk::moment_of(const call_progress& progress, const entry& call) {
  if (progress.done == call_progress::part::all)
    return call.ends;
  return bytes_of(progress, call) == 0 ? call.begins : call.begins + (call.ends - call.begins) / 2;
}

std::unique_ptr<disk> disk::after_crash_in(std::uint64_t nth, const call_progress& progress,
                                           const loss_model& loss) const {
  const auto forgotten = changes_ - journal_.size();
  if (nth <= forgotten)
    return after_crash(std::size_t{0}, 0, loss);
  const auto before = static_cast<std::size_t>(nth - 1 - forgotten);
  const bool is_done = progress.done == call_progress::part::all;
  return after_crash(before + (is_done ? 1 : 0), is_done ? 0 : bytes_of(progress, journal_[before]),
                     loss);
}

std::string disk::surviving_bytes(const file& f, const extent& e, const loss_model& loss) const {
  const auto unsynced = e.written - e.synced;
  switch (loss.unsynced) {
  case loss_model::bytes::keep:
    return f.data.substr(0, e.written);
  case loss_model::bytes::lose:
    break;
  case loss_model::bytes::tear:
    return f.data.substr(0, e.synced + draw(loss.seed, "torn", f.key, e.written) % (unsynced + 1));
  case loss_model::bytes::pages: {
    auto kept = f.data.substr(0, e.synced);
    for (auto at = e.synced; at < e.written;) {
      const auto page = at / page_bytes;
      const auto end = std::min((page + 1) * page_bytes, e.written);
      if (draw(loss.seed, "page", f.key, page) % 2 == 0) {
        kept.resize(at, '\0');
        kept.append(f.data, at, end - at);
      }
      at = end;
    }
    return kept;
  }
  }
  return f.data.substr(0, e.synced);
}

/// How many changes of names survive: each, and the end, draws a number, and the highest is the
/// first that is lost. Each count is as likely as any other, and a change that is not made has no
/// say in where the others are cut.
std::size_t disk::surviving_names(const std::vector<entry>& changes, const loss_model& loss) {
  switch (loss.uncommitted) {
  case loss_model::names::keep:
    return changes.size();
  case loss_model::names::lose:
    return 0;
  case loss_model::names::prefix:
    break;
  }
  auto kept = changes.size();
  auto highest = draw(loss.seed, "all names", 0, 0);
  for (std::size_t i = 0; i != changes.size(); ++i)
    if (const auto drawn = draw(loss.seed, "name", changes[i].key, 0); drawn > highest) {
      highest = drawn;
      kept = i;
    }
  return kept;
}

std::unique_ptr<disk> disk::resolve(settled s, const loss_model& loss) const {
  const auto changes = surviving_names(s.uncommitted, loss);
  for (std::size_t i = 0; i != changes; ++i)
    apply_name(s, s.uncommitted[i]);

  auto o = options_;
  o.faults.clear();
  auto result = std::make_unique<disk>(std::move(o));
  result->folders_ = s.folders;
  result->base_.folders = std::move(s.folders);
  for (const auto& [name, was] : s.names) {
    const auto known = s.files.find(was->number);
    result->put_file(
        name, surviving_bytes(*was, known == s.files.end() ? extent{} : known->second, loss));
  }
  return result;
}

/// A file that was there before anything happened to this disk.
void disk::put_file(const std::string& name, std::string data) {
  auto made = make_file(begin_call(disk_call::create, name).key);
  made->data = std::move(data);
  const auto size = made->data.size();
  base_.files[made->number] = {size, size};
  used_ += size;
  names_.emplace(name, made);
  base_.names.emplace(name, std::move(made));
}

std::unique_ptr<disk> disk::copy() const {
  auto o = options_;
  o.faults.clear();
  o.journal = false;
  auto result = std::make_unique<disk>(std::move(o));
  result->folders_ = folders_;
  for (const auto& [name, one] : names_)
    result->put_file(name, one->data);
  return result;
}

} // namespace seedwalk::sim
