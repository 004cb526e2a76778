#include "tests/conformance/broken_storage.hpp"

#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace seedwalk::storage_conformance {

namespace {

constexpr std::size_t most_in_flight = store::storage::max_in_flight;

bool is_of_the_disk(const store::error& e) {
  return store::transient(e.code);
}

store::batch half_of(const store::batch& batch) {
  store::batch half = batch;
  half.operations.resize(batch.operations.size() / 2);
  return half;
}

/// The bans that a batch adds, lifted.
store::batch undone(const store::batch& batch) {
  store::batch out;
  for (const auto& operation : batch.operations)
    if (const auto added = std::get_if<store::add_ban>(&operation))
      out.operations.emplace_back(store::lift_ban{added->ban.target});
  return out;
}

/// Stands between the test and the simulated door, in both directions.
class broken_storage final : public storage_under_test,
                             private store::storage,
                             private store::completion_sink {
public:
  broken_storage(fault kind, store::completion_sink& out)
      : fault_(kind), out_(out),
        inner_(make_simulated_storage(*this, kind != fault::does_not_sync)) {}

  store::storage& door() override { return *this; }

  bool run_until(const std::function<bool()>& done) override {
    return inner_->run_until([&] {
      say();
      return done();
    });
  }
  void settle() override {
    run_until([] { return false; });
  }
  void let_pass(std::uint64_t draw) override {
    say();
    inner_->let_pass(draw);
    say();
  }
  void hold() override { inner_->hold(); }
  void release() override { inner_->release(); }
  void set_trouble(trouble kind) override { inner_->set_trouble(kind); }

  void stop() override {
    say();
    is_stopping_ = true;
    inner_->stop();
  }

  void crash(std::uint64_t seed) override {
    if (const auto first = calls_.begin(); first != calls_.end()) {
      if (is(fault::stores_half_at_a_crash) && first->second.batch)
        silent_.push_back(half_of(*first->second.batch));
      if (is(fault::speaks_of_the_dead))
        dead_ = first->second;
    }
    inner_->crash(seed);
  }

  tl::expected<void, store::error> reopen() override {
    if (is(fault::forgets_at_a_stop) && is_stopping_)
      silent_.push_back(undone(last_written_));
    is_stopping_ = false;
    calls_.clear();
    deferred_.reset();
    overflow_.clear();
    outbox_.clear();
    last_id_ = last_query_id_ = 0;
    auto opened = inner_->reopen();
    write_silently();
    if (dead_)
      say_soon(*dead_, written_of(*dead_));
    dead_.reset();
    return opened;
  }

private:
  struct call {
    store::request_id id;
    net::owner owner;
    std::optional<store::batch> batch; ///< Nothing: a query.
    store::query query;
    bool is_silent = false;
  };

  bool is(fault kind) const { return fault_ == kind; }

  store::request_id next_id(bool is_batch) {
    if (!is_batch && is(fault::counts_queries_apart))
      return {++last_query_id_};
    ++last_id_;
    if (is(fault::leaves_out_a_number) && last_id_ == 3)
      ++last_id_;
    return {last_id_};
  }

  // -- calls

  store::request_id write(store::batch batch, net::owner owner) override {
    ++batches_;
    return take({next_id(true), owner, std::move(batch), {}});
  }

  store::request_id query(store::query query, net::owner owner) override {
    return take({next_id(false), owner, {}, std::move(query)});
  }

  store::request_id take(call made) {
    const auto id = made.id;
    const bool is_alone = calls_.empty() && !deferred_ && !is_stopping_;
    if (made.batch && is_alone && is(fault::acknowledges_early)) {
      say_soon(made, written_of(made));
      made.is_silent = true;
    }
    if (made.batch && is_alone && is(fault::completes_within_the_call)) {
      out_.deliver(made.owner, written_of(made));
      made.is_silent = true;
    }
    if (made.batch && !deferred_ && is(fault::swaps_batches) && batches_ % 3 == 0) {
      deferred_ = std::move(made);
      return id;
    }
    if (is_refused_here(made))
      return id;
    if (deferred_ && made.batch) {
      // The later batch goes first, under the earlier one's number.
      auto earlier = *std::exchange(deferred_, std::nullopt);
      auto later = std::move(made);
      std::swap(earlier.batch, later.batch);
      forward(std::move(earlier));
      forward(std::move(later));
      return id;
    }
    forward_deferred();
    forward(std::move(made));
    return id;
  }

  /// What is wrong with how many it takes.
  bool is_refused_here(const call& made) {
    const auto under_way = calls_.size();
    if (is_stopping_)
      return false;
    if (is(fault::takes_one_too_few) && under_way >= most_in_flight - 1) {
      say_soon(made, refusal_of(made));
      return true;
    }
    if (is(fault::refuses_within_the_call) && under_way >= most_in_flight) {
      std::visit([&](auto x) { out_.deliver(made.owner, std::move(x)); }, refusal_of(made));
      return true;
    }
    const bool has_room =
        is(fault::forgets_overloaded) || (is(fault::takes_one_too_many) && overflow_.empty());
    if (has_room && under_way >= most_in_flight) {
      overflow_.push_back(made);
      return true;
    }
    return false;
  }

  void forward(call made) {
    if (!made.batch) {
      calls_.emplace(inner_->door().query(made.query, made.owner), std::move(made));
      return;
    }
    auto held = *made.batch;
    if (is(fault::loses_a_batch) && batches_ == 3)
      held.operations.clear();
    if (is(fault::halves_a_batch) && batches_ % 3 == 0)
      held = half_of(held);
    calls_.emplace(inner_->door().write(std::move(held), made.owner), std::move(made));
  }

  void forward_deferred() {
    if (auto earlier = std::exchange(deferred_, std::nullopt))
      forward(std::move(*earlier));
  }

  void write_silently() {
    for (auto& held : std::exchange(silent_, {}))
      calls_.emplace(inner_->door().write(held, {}), call{{}, {}, held, {}, true});
  }

  // -- completions

  static store::completion written_of(const call& made) {
    store::written x{made.id, {}, {}};
    x.result.results.resize(made.batch ? made.batch->operations.size() : 0);
    return x;
  }

  static store::completion refusal_of(const call& made) {
    const store::error reason{store::error_code::overloaded, "too many requests"};
    if (made.batch)
      return store::written{made.id, reason, {}, *made.batch};
    return store::answered{made.id, reason, {}};
  }

  void say_soon(const call& made, store::completion completion) {
    outbox_.emplace_back(made.owner, std::move(completion));
  }

  /// What is due now, and what goes on meanwhile.
  void say() {
    forward_deferred();
    for (auto& [owner, completion] : std::exchange(outbox_, {}))
      out_.deliver(owner, std::move(completion));
    while (!overflow_.empty() && calls_.size() < most_in_flight) {
      forward(std::move(overflow_.front()));
      overflow_.pop_front();
    }
    if (calls_.empty()) {
      for (auto& [owner, completion] : std::exchange(late_, {}))
        out_.deliver(owner, std::move(completion));
      write_silently();
    }
  }

  void deliver(net::owner, store::completion&& completion) override {
    const auto inner_id = std::visit([](const auto& x) { return x.request; }, completion);
    const auto found = calls_.find(inner_id);
    const auto made = std::move(found->second);
    calls_.erase(found);
    if (made.is_silent)
      return;
    std::visit([&](auto& x) { x.request = made.id; }, completion);
    if (auto written = std::get_if<store::written>(&completion))
      distort(made, *written);
    else
      distort(std::get<store::answered>(completion));
    hand_on(made, std::move(completion));
  }

  void distort(const call& made, store::written& x) {
    const bool of_the_disk = is_of_the_disk(x.error);
    fails_ = fails_ || of_the_disk;
    if (of_the_disk && is(fault::stores_half_of_a_failure))
      half_of_failed_ = half_of(*made.batch);
    if (!x.error && half_of_failed_)
      silent_.push_back(*std::exchange(half_of_failed_, std::nullopt));
    if (of_the_disk && is(fault::calls_failures_written))
      x.error = {};
    if (fails_ && is(fault::stays_broken) && !x.error)
      x.error = {store::error_code::io, "still broken"};
    if (x.error.code == store::error_code::overloaded && is(fault::stores_what_it_refused))
      silent_.push_back(*made.batch);
    if (x.error) {
      x.result = {};
      const auto attempt = x.refused.attempt;
      x.refused = is(fault::keeps_what_it_refused) ? store::batch{} : *made.batch;
      x.refused.attempt = is(fault::forgets_attempts) ? 0 : attempt;
      return;
    }
    x.refused = {};
    x.result.results.resize(made.batch->operations.size());
    last_written_ = *made.batch;
  }

  void distort(store::answered& x) {
    if (fails_ && is(fault::stays_broken) && !x.error)
      x.error = {store::error_code::io, "still broken"};
    if (is(fault::answers_another_question))
      x.answer = store::stats_answer{};
    if (is(fault::answers_from_the_past) && !x.error)
      std::swap(x.answer, last_answer_);
  }

  void hand_on(const call& made, store::completion completion) {
    const auto code = std::visit([](const auto& x) { return x.error.code; }, completion);
    if (code == store::error_code::stopped && is(fault::drops_what_follows_a_stop))
      return;
    if (code == store::error_code::none && is_stopping_ && is(fault::drops_what_a_stop_finds))
      return;
    if (code == store::error_code::overloaded && is(fault::refuses_late)) {
      late_.emplace_back(made.owner, std::move(completion));
      return;
    }
    ++completions_;
    if (is(fault::swaps_completions) && completions_ == 3 && !calls_.empty()) {
      swapped_ = {made.owner, std::move(completion)};
      return;
    }
    const bool is_second = made.batch && ++written_ == 2;
    const auto to =
        is(fault::delivers_to_the_owner_before) ? std::exchange(owner_, made.owner) : made.owner;
    if (is_second && is(fault::acknowledges_twice))
      outbox_.emplace_back(to, completion);
    out_.deliver(to, std::move(completion));
    if (auto earlier = std::exchange(swapped_, std::nullopt))
      out_.deliver(earlier->first, std::move(earlier->second));
  }

  const fault fault_;
  store::completion_sink& out_;

  std::uint64_t last_id_ = 0;
  std::uint64_t last_query_id_ = 0;
  std::uint64_t batches_ = 0;     ///< Asked for.
  std::uint64_t written_ = 0;     ///< Heard of.
  std::uint64_t completions_ = 0; ///< Heard of.
  bool is_stopping_ = false;
  bool fails_ = false;

  std::map<store::request_id, call> calls_; ///< By the inner door's ids.
  std::optional<call> deferred_;
  std::deque<call> overflow_;
  using said = std::pair<net::owner, store::completion>;
  std::vector<said> outbox_;
  std::vector<said> late_;
  std::optional<said> swapped_;
  std::vector<store::batch> silent_; ///< To be written when nothing is under way.
  std::optional<store::batch> half_of_failed_;
  std::optional<call> dead_;
  store::batch last_written_;
  store::answer last_answer_{store::bans_answer{}};
  net::owner owner_;

  std::unique_ptr<storage_under_test> inner_; ///< Last: it delivers to this.
};

} // namespace

storage_implementation broken(fault kind) {
  return {"broken", [kind](store::completion_sink& sink) {
            return std::make_unique<broken_storage>(kind, sink);
          }};
}

#define SEEDWALK_FAULT(name, check)                                                                \
  planted_fault {                                                                                  \
    fault::name, #name, #check                                                                     \
  }

const std::vector<planted_fault>& planted_faults() {
  static const std::vector<planted_fault> all = {
      SEEDWALK_FAULT(does_not_sync, what_is_acknowledged_survives_a_crash),
      SEEDWALK_FAULT(acknowledges_early, nothing_is_heard_before_the_disk_has_it),
      SEEDWALK_FAULT(swaps_completions, each_call_completes_once_in_order),
      SEEDWALK_FAULT(swaps_batches, batches_are_whole_and_in_order),
      SEEDWALK_FAULT(loses_a_batch, queries_see_the_batches_before_them),
      SEEDWALK_FAULT(halves_a_batch, batches_are_whole_and_in_order),
      SEEDWALK_FAULT(acknowledges_twice, each_call_completes_once_in_order),
      SEEDWALK_FAULT(answers_from_the_past, queries_see_the_batches_before_them),
      SEEDWALK_FAULT(answers_another_question, each_call_completes_once_in_order),
      SEEDWALK_FAULT(completes_within_the_call, each_call_completes_once_in_order),
      SEEDWALK_FAULT(forgets_overloaded, more_than_it_takes_is_refused_and_not_stored),
      SEEDWALK_FAULT(takes_one_too_many, more_than_it_takes_is_refused_and_not_stored),
      SEEDWALK_FAULT(takes_one_too_few, what_was_heard_of_makes_room),
      SEEDWALK_FAULT(refuses_late, more_than_it_takes_is_refused_and_not_stored),
      SEEDWALK_FAULT(refuses_within_the_call, more_than_it_takes_is_refused_and_not_stored),
      SEEDWALK_FAULT(stores_what_it_refused, more_than_it_takes_is_refused_and_not_stored),
      SEEDWALK_FAULT(keeps_what_it_refused, more_than_it_takes_is_refused_and_not_stored),
      SEEDWALK_FAULT(drops_what_a_stop_finds, a_stop_answers_every_call),
      SEEDWALK_FAULT(drops_what_follows_a_stop, a_stop_answers_every_call),
      SEEDWALK_FAULT(forgets_at_a_stop, a_stop_answers_every_call),
      SEEDWALK_FAULT(stores_half_at_a_crash, what_is_acknowledged_survives_a_crash),
      SEEDWALK_FAULT(speaks_of_the_dead, what_is_acknowledged_survives_a_crash),
      SEEDWALK_FAULT(calls_failures_written, a_full_disk_is_said_and_survived),
      SEEDWALK_FAULT(forgets_attempts, what_is_written_again_counts_once),
      SEEDWALK_FAULT(stores_half_of_a_failure, a_failing_disk_is_said_and_survived),
      SEEDWALK_FAULT(stays_broken, a_failing_sync_is_said_and_survived),
      SEEDWALK_FAULT(delivers_to_the_owner_before, each_call_completes_once_in_order),
      SEEDWALK_FAULT(leaves_out_a_number, each_call_completes_once_in_order),
      SEEDWALK_FAULT(counts_queries_apart, each_call_completes_once_in_order),
  };
  return all;
}

} // namespace seedwalk::storage_conformance
