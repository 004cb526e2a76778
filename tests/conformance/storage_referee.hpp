#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "store/storage.hpp"
#include "tests/conformance/storage_under_test.hpp"

namespace seedwalk::storage_conformance {

/// Stands between a test and a storage door, in both directions: hands on the calls, writes down
/// the completions, and checks each against the contract in store/storage.hpp.
///
/// It knows what may be stored from the bans that batches add and lift, and holds every answer to a
/// `bans_query` against that; other operations and answers are checked for their form. Where the
/// contract leaves open whether a batch is stored (an error of the disk, a crash), it goes on with
/// both until an answer tells.
///
/// Threads: one.
class storage_referee final : public store::storage, public store::completion_sink {
public:
  /// The world's door was opened, for the first time or again; it outlives the calls.
  void watch(storage_under_test& world);

  // What happens to the door and its disk; said before it happens.

  void held(bool is_held) { held_ = is_held; }
  void troubled(trouble kind);
  void stopping() { stopping_ = true; }
  void crashed();

  /// What broke the contract, a sentence each.
  const std::vector<std::string>& violations() const { return violations_; }

  /// How many calls have not completed, and how many completions with this code were heard since
  /// the door was opened.
  std::size_t owed() const { return calls_.size() - heard_; }
  std::size_t heard() const { return heard_; }
  std::size_t heard_of(store::error_code code) const;

  /// How many visits the last answer to a `stats_query` knew of.
  std::uint64_t visits_told() const { return visits_told_; }

  /// The batch of a call that was refused or failed, as the completion gave it back.
  store::batch given_back(store::request_id id) const;

  void deliver(net::owner to, store::completion&& completion) override;
  store::request_id write(store::batch batch, net::owner owner) override;
  store::request_id query(store::query query, net::owner owner) override;

private:
  /// What the database may hold, as far as the referee follows it.
  using bans = std::map<store::ban_target, store::ban_record>;

  /// The most states of the database between which it waits for an answer. Each batch that fails
  /// doubles them.
  static constexpr std::size_t candidates_max = 4'096;

  struct call {
    net::owner owner;
    bool is_batch = false;
    store::batch batch;
    std::size_t question = 0;    ///< Which alternative of the query.
    std::size_t taken_heard = 0; ///< Completions of calls that were taken, by then.
    bool is_held = false;        ///< How things stood then, as are those below.
    bool is_stopped = false;
    trouble troubled_by = trouble::none;
    bool done = false;
  };

  void require(bool holds, const std::string& otherwise);
  store::request_id given(store::request_id id, call made);
  void check_taken(std::uint64_t id, const call& made, const store::error& error);
  void check_refused(std::uint64_t id, const call& made, store::error_code code);
  std::size_t in_flight_at(std::uint64_t id, const call& made) const;
  void check(std::uint64_t id, const call& made, store::written& x, bool taken);
  void check(std::uint64_t id, const call& made, const store::answered& x, bool taken);
  void compare(std::uint64_t id, const store::bans_answer& told);
  void may_hold(const store::batch& batch);
  void add_candidates(std::vector<bans> more);
  static bans after(bans before, const store::batch& batch);

  store::storage* door_ = nullptr;
  bool immediate_ = true;
  bool stops_drop_ = false;
  bool in_call_ = false;
  bool held_ = false;
  bool stopping_ = false;
  bool is_dead_ = false;
  trouble trouble_ = trouble::none;
  bool may_fail_late_ = false; ///< One batch, by what the database met between requests.

  std::vector<call> calls_; ///< By id, from 1 on, since the door was opened.
  std::size_t heard_ = 0;
  std::size_t taken_heard_ = 0;
  std::uint64_t last_taken_ = 0;
  std::vector<std::uint64_t> refused_; ///< In the order in which they were heard.
  bool dropped_one_ = false;
  std::map<store::error_code, std::size_t> codes_;
  std::uint64_t visits_told_ = 0;
  std::map<store::request_id, store::batch> given_back_;

  std::vector<bans> candidates_ = {{}};
  bool is_doubted_ = false;   ///< A batch has failed, and none was acknowledged since.
  std::vector<bans> doubted_; ///< What there might be before an answer told, and after a crash.
  std::vector<std::string> violations_;
};

} // namespace seedwalk::storage_conformance
