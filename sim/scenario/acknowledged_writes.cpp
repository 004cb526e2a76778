#include "sim/scenario/acknowledged_writes.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sim/disk/memory_env.hpp"
#include "store/key_values.hpp"
#include "store/keys.hpp"

namespace seedwalk::sim {

namespace {

/// Carries out a write on contents.
class write_applier final : public leveldb::WriteBatch::Handler {
public:
  explicit write_applier(database_contents& on) : contents_(on) {}
  void Put(const leveldb::Slice& key, const leveldb::Slice& value) override {
    contents_.insert_or_assign(key.ToString(), value.ToString());
  }
  void Delete(const leveldb::Slice& key) override { contents_.erase(key.ToString()); }

private:
  database_contents& contents_;
};

void play(const leveldb::WriteBatch& write, database_contents& to) {
  write_applier applier{to};
  (void)write.Iterate(&applier); // LevelDB made it: it is whole.
}

/// What a key is the key of, for people.
std::string_view kind_text(std::string_view key) {
  using store::key_kind;
  switch (static_cast<key_kind>(key.empty() ? '\0' : key.front())) {
  case key_kind::ban:
    return "bans";
  case key_kind::census:
    return "censuses";
  case key_kind::due:
  case key_kind::group:
    return "index entries";
  case key_kind::inbound:
    return "inbound sightings";
  case key_kind::meta:
    return "counters and the like";
  case key_kind::peer:
    return "records";
  case key_kind::user_agent:
    return "user agents";
  case key_kind::visit:
    return "visits";
  }
  return "keys of no kind";
}

} // namespace

tl::expected<database_contents, store::error> contents_of(const disk& on, const std::string& path) {
  const auto files = on.copy();
  memory_env env{*files};
  store::key_value_options o;
  o.env = &env;
  o.settle = [&env] { env.run_background(); };
  o.look = true;
  store::key_values database{path, o};
  if (const auto opened = database.open(); !opened) {
    if (opened.error().code == store::error_code::not_found)
      return database_contents{};
    return tl::unexpected(opened.error());
  }
  database_contents all;
  if (auto read = database.scan({}, {},
                                [&](std::string_view key, std::string_view value) {
                                  all.emplace_hint(all.end(), key, value);
                                  return true;
                                });
      !read)
    return tl::unexpected(read.error());
  return all;
}

void acknowledged_writes::begin(const leveldb::WriteBatch& changes, std::uint64_t ticket,
                                const disk& on, const std::string& path) {
  ++writes_;
  if (std::ranges::any_of(waiting_, &write::may_be_missing))
    settle(on, path);
  waiting_.push_back({changes, ticket, false, false});
}

/// A write has failed, and the database was opened again since: it is there, or it is not.
void acknowledged_writes::settle(const disk& on, const std::string& path) {
  const auto found = contents_of(on, path);
  if (!found)
    problem_ = "once a write had failed the database cannot be read: " + found.error().message;
  std::vector<bool> is_there(waiting_.size(), true);
  if (found && !explains(*found, acknowledged_, 0, &is_there))
    problem_ = "once a write had failed " + lost_in(*found);
  std::deque<write> left;
  for (std::size_t i = 0; i != waiting_.size(); ++i)
    if (is_there[i])
      left.push_back({std::move(waiting_[i].changes), waiting_[i].ticket, false,
                      waiting_[i].is_there || waiting_[i].may_be_missing});
  waiting_ = std::move(left);
}

void acknowledged_writes::failed() {
  if (!waiting_.empty())
    waiting_.back().may_be_missing = true;
}

void acknowledged_writes::acknowledge(std::uint64_t ticket) {
  // Nobody was told of those that failed: of one that is there all the same no more is known than
  // that it is before those that follow.
  std::size_t durable = 0;
  for (std::size_t i = 0; i != waiting_.size() && waiting_[i].ticket <= ticket; ++i) {
    if (waiting_[i].may_be_missing)
      break;
    if (!waiting_[i].is_there)
      durable = i + 1;
  }
  for (; durable != 0; --durable) {
    play(waiting_.front().changes, acknowledged_);
    waiting_.pop_front();
  }
}

/// Whether `found` is what is left of `from` and of the writes from the `next` on: the first of
/// them, or, where `is_there` is asked for, all but those that failed and are not there.
bool acknowledged_writes::explains(const database_contents& found, database_contents from,
                                   std::size_t next, std::vector<bool>* is_there) const {
  for (; next != waiting_.size(); ++next) {
    if (is_there == nullptr && found == from)
      return true;
    if (waiting_[next].may_be_missing && explains(found, from, next + 1, is_there)) {
      if (is_there != nullptr)
        (*is_there)[next] = false;
      return true;
    }
    play(waiting_[next].changes, from);
  }
  return found == from;
}

/// What of the acknowledged is not there, nor explained by what was written since; or that there is
/// what nobody wrote.
std::string acknowledged_writes::lost_in(const database_contents& found) const {
  auto newest = acknowledged_;
  for (const auto& one : waiting_)
    play(one.changes, newest);
  std::map<std::string_view, std::uint64_t> kinds;
  std::uint64_t count = 0;
  for (const auto& [key, value] : acknowledged_) {
    const auto is = found.find(key);
    const auto newer = newest.find(key);
    if (is != found.end() &&
        (is->second == value || (newer != newest.end() && is->second == newer->second)))
      continue;
    if (is == found.end() && newer == newest.end())
      continue;
    ++kinds[kind_text(key)];
    ++count;
  }
  if (count == 0)
    return "the database holds what is no first part of what was written";
  std::string kinds_found;
  for (const auto& [kind, of_it] : kinds)
    kinds_found += fmt::format("{}{} {}", kinds_found.empty() ? "" : ", ", of_it, kind);
  return fmt::format("{} of {} keys that were acknowledged are lost or older: {}", count,
                     acknowledged_.size(), kinds_found);
}

std::optional<std::string> acknowledged_writes::look_after_crash(const disk& left,
                                                                 const std::string& path) {
  auto found = contents_of(left, path);
  std::optional<std::string> lost;
  if (!found)
    lost = fmt::format("{} keys that were acknowledged cannot be read: {}", acknowledged_.size(),
                       found.error().message);
  else if (!explains(*found, acknowledged_, 0, nullptr))
    lost = lost_in(*found);
  waiting_.clear();
  if (found)
    acknowledged_ = std::move(*found);
  return lost;
}

} // namespace seedwalk::sim
