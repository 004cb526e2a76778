#include "sim/scenario/oracles/store_oracle.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/oracles/reference_model.hpp"

namespace seedwalk::sim {

namespace {

using store::operation_result;

/// Which result an operation brings (store/batch.hpp).
std::size_t result_of(const store::operation& asked) {
  if (std::holds_alternative<store::record_announcements>(asked) ||
      std::holds_alternative<store::dial_soon>(asked))
    return operation_result{store::announcements_recorded{}}.index();
  if (std::holds_alternative<store::open_census>(asked))
    return operation_result{store::census_opened{}}.index();
  if (std::holds_alternative<store::tidy>(asked))
    return operation_result{store::tidied{}}.index();
  if (std::holds_alternative<store::dial_networks>(asked))
    return operation_result{store::networks_settled{}}.index();
  if (std::holds_alternative<store::mend_times>(asked))
    return operation_result{store::times_mended{}}.index();
  return operation_result{}.index();
}

} // namespace

void store_oracle::begin(crawl_world& of) {
  const auto& s = of.scenario();
  const auto parts = s.parts();
  clocks_are_right_ =
      std::ranges::all_of(parts, [](const auto& part) { return part.wall_steps.empty(); });
  disks_keep_what_they_said_ = !some_disk_lies(s);
}

void store_oracle::on_call(const watched_crawler& by, const any_door_call& call) {
  const auto* batch = std::get_if<door_call::batch>(&call);
  if (batch == nullptr || !disks_keep_what_they_said_)
    return;
  const auto& l = ledgers_[by];
  for (const auto& operation : batch->contents.operations) {
    if (std::holds_alternative<store::open_census>(operation) && l.open && !l.census_in_doubt)
      broke("a census that is open is not gone on with",
            fmt::format("{} opens a census, and census {} is open", by->name(), *l.open));
    const auto* update = std::get_if<store::update_census>(&operation);
    if (update != nullptr && update->census.state != store::census_state::open &&
        update->census.state != store::census_state::finished)
      broke("a census that has not finished is closed",
            fmt::format("{} closes census {}, which the next start was to go on with", by->name(),
                        update->number));
  }
}

void store_oracle::on_crash(const watched_crawler& crawler) {
  ledgers_[crawler].asked.clear();
}

void store_oracle::on_message(const watched_crawler& to, const step_view& step) {
  auto& l = ledgers_[to];
  if (const auto* asked = step.message_as<actors::save_operations>()) {
    auto& expected = l.asked[{asked->from, asked->token}].emplace_back();
    for (const auto& operation : asked->operations)
      expected.push_back(result_of(operation));
  } else if (const auto* answer = step.message_as<actors::operations_saved>()) {
    look_at_results(l, step.owner, *answer);
  }
}

void store_oracle::look_at_results(ledger& l, net::owner asker,
                                   const actors::operations_saved& answer) {
  std::vector<std::size_t> expected;
  for (const auto token : answer.tokens) {
    const auto known = l.asked.find({asker, token});
    if (known == l.asked.end())
      continue;
    const auto& first = known->second.front();
    expected.insert(expected.end(), first.begin(), first.end());
    known->second.pop_front();
    if (known->second.empty())
      l.asked.erase(known);
  }
  const auto as_expected = [](std::size_t index, const operation_result& result) {
    return index == result.index();
  };
  if (answer.problem.empty() && !std::ranges::equal(expected, answer.results, as_expected))
    broke("results of other operations than were asked for",
          fmt::format("{} operations are answered with {} results, and not all are theirs",
                      expected.size(), answer.results.size()));
}

void store_oracle::on_storage_completion(const watched_crawler& of,
                                         const store::completion& heard) {
  const auto* answered = std::get_if<store::answered>(&heard);
  const auto* stats =
      answered == nullptr ? nullptr : std::get_if<store::stats_answer>(&answered->answer);
  auto& l = ledgers_[of];
  if (stats == nullptr || answered->error || std::exchange(l.was_asked, true))
    return;
  l.visits.sure += stats->visits;
  l.inbound.sure += stats->inbound;
}

void store_oracle::enter(ledger& l, const store::operation& asked, bool sure) {
  const auto add = [&](count& to) { ++(sure ? to.sure : to.doubt); };
  if (const auto* visit = std::get_if<store::record_visit>(&asked)) {
    add(l.visits);
    add(l.by_census[visit->visit.census]);
    if (sure)
      l.tried[visit->peer] = visit->visit.ended;
  } else if (std::holds_alternative<store::record_inbound>(asked)) {
    add(l.inbound);
  } else if (const auto* update = std::get_if<store::update_census>(&asked)) {
    if (!sure)
      l.census_in_doubt = true;
    else if (update->census.state != store::census_state::open && l.open == update->number)
      l.open.reset();
  } else if (std::holds_alternative<store::open_census>(asked) && !sure) {
    l.census_in_doubt = true;
  }
}

void store_oracle::on_durable(const watched_crawler& of, const store::batch& contents,
                              const store::batch_result& result) {
  auto& l = ledgers_[of];
  for (std::size_t i = 0; i != contents.operations.size(); ++i) {
    enter(l, contents.operations[i], true);
    const auto& brought = result.results.at(i);
    if (const auto* opened = std::get_if<store::census_opened>(&brought)) {
      l.open = opened->number;
      l.census_in_doubt = false;
    }
    l.may_know_fewer = l.may_know_fewer || may_forget(of, contents.operations[i], &brought);
  }
}

void store_oracle::on_doubt(const watched_crawler& of, const store::batch& contents) {
  auto& l = ledgers_[of];
  for (const auto& operation : contents.operations) {
    enter(l, operation, false);
    l.may_know_fewer = l.may_know_fewer || may_forget(of, operation, nullptr);
  }
}

// -- the end

void store_oracle::on_record(const watched_crawler& of, const net::endpoint& peer,
                             const store::peer_record& record) {
  auto& l = ledgers_[of];
  const auto visit = l.tried.find(peer);
  if (visit == l.tried.end())
    return;
  ++l.tried_found;
  if (l.may_know_fewer && record.last_try == store::never)
    return; // Forgotten, and heard of again.
  if (clocks_are_right_ && disks_keep_what_they_said_ && record.last_try < visit->second)
    broke("an acknowledged visit is not in its record",
          fmt::format("a visit to {} ended at {} and was acknowledged, and its record says that it "
                      "was tried at {}",
                      net::to_string(peer), visit->second.count(), record.last_try.count()),
          {peer});
}

void store_oracle::at_end(crawl_world& of) {
  std::size_t nth = 0;
  for (const auto& crawler : of.crawlers()) {
    auto& l = ledgers_[{crawler.get(), nth++}];
    const auto found = std::exchange(l.tried_found, 0);
    if (!can_be_read(*crawler))
      continue;
    if (disks_keep_what_they_said_)
      compare(l, found, *crawler);
    check(*crawler);
  }
}

void store_oracle::compare(std::string_view heard, const count& asked, std::uint64_t found) {
  if (found < asked.sure)
    broke(
        fmt::format("acknowledged {} are lost", heard),
        fmt::format("{} {} were acknowledged, and the database has {}", asked.sure, heard, found));
  if (found > asked.sure + asked.doubt)
    broke(fmt::format("{} count twice", heard),
          fmt::format("{} {} were acknowledged and {} are in doubt, and the database has {}",
                      asked.sure, heard, asked.doubt, found));
}

void store_oracle::compare(const ledger& l, std::uint64_t found, simulated_crawler& of) {
  auto& database = of.disk().database();
  if (!l.may_know_fewer && found != l.tried.size())
    broke(
        "an acknowledged visit is to nobody who is known",
        fmt::format("{} endpoints were visited, and {} of them are known", l.tried.size(), found));
  if (const auto answer = database.answer(store::stats_query{of.inside().now().wall})) {
    const auto& stats = std::get<store::stats_answer>(*answer);
    compare("visits", l.visits, stats.visits);
    compare("inbound sightings", l.inbound, stats.inbound);
  }
  constexpr std::uint32_t censuses_max = 1'000;
  if (const auto answer = database.answer(store::censuses_query{censuses_max}))
    for (const auto& [number, census] : std::get<store::censuses_answer>(*answer).censuses)
      if (const auto known = l.by_census.find(number); known != l.by_census.end())
        compare("visits of a census", known->second, census.counts.tried);
}

void store_oracle::check(simulated_crawler& of) {
  const auto report = of.disk().database().check();
  if (!report)
    return; // The judge of the run says that it cannot be read.
  for (const auto& problem : report->problems)
    broke(without_numbers(problem), problem);
}

} // namespace seedwalk::sim
