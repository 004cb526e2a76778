#include "tests/conformance/storage_referee.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "net/base/archive.hpp"

namespace seedwalk::storage_conformance {

namespace {

/// But for the number that the door has given it.
bool equal(const store::batch& a, const store::batch& b) {
  return net::to_archive(a.operations) == net::to_archive(b.operations);
}

bool comes_before(const std::map<store::ban_target, store::ban_record>& a,
                  const std::map<store::ban_target, store::ban_record>& b) {
  const auto key = [](const auto& x) { return std::tie(x.first, x.second.reason); };
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(),
      [&](const auto& x, const auto& y) { return key(x) < key(y); });
}

std::string numbered(std::uint64_t id) {
  return "request " + std::to_string(id) + ": ";
}

} // namespace

void storage_referee::require(bool holds, const std::string& otherwise) {
  if (!holds)
    violations_.push_back(otherwise);
}

void storage_referee::watch(storage_under_test& world) {
  door_ = &world.door();
  immediate_ = world.completions_are_immediate();
  stops_drop_ = world.stops_drop();
  may_fail_late_ = held_ = stopping_ = is_dead_ = dropped_one_ = false;
  trouble_ = trouble::none;
  calls_.clear();
  heard_ = taken_heard_ = 0;
  last_taken_ = 0;
  refused_.clear();
  codes_.clear();
  given_back_.clear();
}

/// What was under way may be stored or not: the first so many of it, and of what met a failing disk
/// any of it.
void storage_referee::crashed() {
  add_candidates(std::exchange(doubted_, {}));
  is_doubted_ = false;
  auto reached = candidates_;
  for (const auto& made : calls_) {
    if (made.done || !made.is_batch)
      continue;
    auto next = reached;
    for (auto& state : next)
      state = after(std::move(state), made.batch);
    add_candidates(next);
    if (made.troubled_by == trouble::none)
      reached = std::move(next);
    else
      reached = candidates_;
  }
  is_dead_ = true;
}

void storage_referee::troubled(trouble kind) {
  may_fail_late_ = may_fail_late_ || (trouble_ != trouble::none && kind == trouble::none);
  trouble_ = kind;
}

std::size_t storage_referee::heard_of(store::error_code code) const {
  const auto found = codes_.find(code);
  return found == codes_.end() ? 0 : found->second;
}

store::batch storage_referee::given_back(store::request_id id) const {
  const auto found = given_back_.find(id);
  return found == given_back_.end() ? store::batch{} : found->second;
}

// Calls.

store::request_id storage_referee::given(store::request_id id, call made) {
  in_call_ = false;
  calls_.push_back(std::move(made));
  require(id.value == calls_.size(),
          "call " + std::to_string(calls_.size()) + " has the id " + std::to_string(id.value));
  return id;
}

store::request_id storage_referee::write(store::batch batch, net::owner owner) {
  call made{owner, true, batch, 0, taken_heard_, held_, stopping_, trouble_};
  in_call_ = true;
  const auto id = door_->write(std::move(batch), owner);
  return given(id, std::move(made));
}

store::request_id storage_referee::query(store::query query, net::owner owner) {
  call made{owner, false, {}, query.index(), taken_heard_, held_, stopping_, trouble_};
  in_call_ = true;
  const auto id = door_->query(std::move(query), owner);
  return given(id, std::move(made));
}

// Completions.

void storage_referee::deliver(net::owner to, store::completion&& completion) {
  const auto id = std::visit([](const auto& x) { return x.request.value; }, completion);
  const auto& error = std::visit(
      [](const auto& x) -> auto& { return x.error; }, completion);
  require(!in_call_, numbered(id) + "completed from inside a call");
  require(!is_dead_, numbered(id) + "heard of after the power failed");
  if (in_call_ || is_dead_)
    return;
  if (id == 0 || id > calls_.size()) {
    violations_.push_back(numbered(id) + "completed, and nobody has made it");
    return;
  }
  auto& made = calls_[id - 1];
  if (made.done) {
    violations_.push_back(numbered(id) + "completed twice");
    return;
  }
  require(to == made.owner, numbered(id) + "completed for another owner than its own");
  require(made.is_batch == std::holds_alternative<store::written>(completion),
          numbered(id) + "completed as what it was not");
  if (made.is_batch != std::holds_alternative<store::written>(completion))
    return;
  made.done = true;
  ++heard_;
  ++codes_[error.code];
  const bool taken = error.code != store::error_code::overloaded && !made.is_stopped;
  if (taken)
    check_taken(id, made, error);
  else
    check_refused(id, made, error.code);
  std::visit([&](auto& x) { check(id, made, x, taken); }, completion);
}

/// How many of the calls before were under way at the door when this one was made.
std::size_t storage_referee::in_flight_at(std::uint64_t id, const call& made) const {
  const auto refused_before = static_cast<std::size_t>(
      std::count_if(refused_.begin(), refused_.end(), [&](std::uint64_t x) { return x < id; }));
  return id - 1 - refused_before - made.taken_heard;
}

void storage_referee::check_taken(std::uint64_t id, const call& made, const store::error& error) {
  ++taken_heard_;
  require(id > last_taken_, numbered(id) + "completed after one that was made later");
  last_taken_ = std::max(last_taken_, id);
  require(!(made.is_held && held_), numbered(id) + "completed while the disk was held up");
  if (immediate_ || made.is_held)
    require(in_flight_at(id, made) < max_in_flight, numbered(id) + "taken beyond max_in_flight");
  if (error.code == store::error_code::stopped) {
    require(stopping_ && stops_drop_, numbered(id) + "dropped, and no stop drops here");
    dropped_one_ = true;
    return;
  }
  require(!dropped_one_, numbered(id) + "carried out after one that a stop dropped");
  if (made.troubled_by == trouble::none && made.is_batch && may_fail_late_)
    may_fail_late_ = false;
  else if (made.troubled_by == trouble::none)
    require(!error, numbered(id) + "failed on a sound disk: " + error.message);
  else if (error)
    require(error.code == (made.troubled_by == trouble::full ? store::error_code::disk_full
                                                             : store::error_code::io),
            numbered(id) + "failed with " + std::string(name_of(error.code)));
  else
    require(!made.is_batch, numbered(id) + "acknowledged by a disk that writes nothing");
}

void storage_referee::check_refused(std::uint64_t id, const call& made, store::error_code code) {
  require(refused_.empty() || refused_.back() < id,
          numbered(id) + "refused after one that was made later");
  if (made.is_stopped)
    require(code == store::error_code::stopped,
            numbered(id) + "made after the stop, and completed with " + std::string(name_of(code)));
  else
    require(in_flight_at(id, made) >= max_in_flight,
            numbered(id) + "overloaded, and there is room");
  refused_.push_back(id);
}

void storage_referee::check(std::uint64_t id, const call& made, store::written& x, bool taken) {
  if (x.error) {
    require(equal(x.refused, made.batch), numbered(id) + "did not give the batch back");
    require(x.result.results.empty(), numbered(id) + "has results and an error");
    if (taken && made.troubled_by != trouble::none && x.error.code != store::error_code::stopped)
      may_hold(made.batch);
    given_back_[x.request] = std::move(x.refused);
    return;
  }
  require(x.refused.operations.empty(), numbered(id) + "gave back what it wrote");
  require(x.result.results.size() == made.batch.operations.size(),
          numbered(id) + "has not one result for each operation");
  for (auto& state : candidates_)
    state = after(std::move(state), made.batch);
  is_doubted_ = false;
  doubted_.clear();
}

void storage_referee::check(std::uint64_t id, const call& made, const store::answered& x, bool) {
  if (x.error)
    return;
  require(x.answer.index() == made.question, numbered(id) + "answered as another question");
  if (const auto told = std::get_if<store::bans_answer>(&x.answer))
    compare(id, *told);
  if (const auto stats = std::get_if<store::stats_answer>(&x.answer))
    visits_told_ = stats->visits;
}

/// An answer decides between what may be.
void storage_referee::compare(std::uint64_t id, const store::bans_answer& told) {
  bans found;
  for (const auto& ban : told.bans)
    found.emplace(ban.target, ban);
  const bool possible =
      std::find(candidates_.begin(), candidates_.end(), found) != candidates_.end();
  require(possible && found.size() == told.bans.size(),
          numbered(id) + "answered with " + std::to_string(found.size()) +
              " bans, which is none of the " + std::to_string(candidates_.size()) +
              " states that there may be");
  if (is_doubted_)
    doubted_.insert(doubted_.end(), candidates_.begin(), candidates_.end());
  candidates_ = {std::move(found)};
}

// What may be stored.

void storage_referee::may_hold(const store::batch& batch) {
  is_doubted_ = true;
  auto more = candidates_;
  for (auto& state : more)
    state = after(std::move(state), batch);
  for (auto& state : std::vector<bans>{doubted_})
    doubted_.push_back(after(state, batch));
  add_candidates(std::move(more));
}

void storage_referee::add_candidates(std::vector<bans> more) {
  candidates_.insert(candidates_.end(), std::make_move_iterator(more.begin()),
                     std::make_move_iterator(more.end()));
  std::sort(candidates_.begin(), candidates_.end(), comes_before);
  candidates_.erase(std::unique(candidates_.begin(), candidates_.end()), candidates_.end());
  if (candidates_.size() > candidates_max) {
    violations_.emplace_back("too many failures without an answer: nobody can tell what is stored");
    candidates_.resize(1);
  }
}

storage_referee::bans storage_referee::after(bans before, const store::batch& batch) {
  for (const auto& operation : batch.operations)
    if (const auto added = std::get_if<store::add_ban>(&operation))
      before.insert_or_assign(added->ban.target, added->ban);
    else if (const auto lifted = std::get_if<store::lift_ban>(&operation))
      before.erase(lifted->target);
  return before;
}

} // namespace seedwalk::storage_conformance
