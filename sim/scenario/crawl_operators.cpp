#include "sim/scenario/crawl_operators.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "net/base/bytes.hpp"
#include "net/base/random.hpp"
#include "net/base/stranger_text.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "store/folder_contents.hpp"

namespace seedwalk::sim {

namespace {

/// What concerns no crawler happens once.
bool is_of_the_world(const operation_action& action) {
  return std::holds_alternative<operation::proxy>(action) ||
         std::holds_alternative<operation::name>(action);
}

store::file_kind kind_of(operation::flip_bit::kind of) {
  using kind = operation::flip_bit::kind;
  switch (of) {
  case kind::log:
    return store::file_kind::log;
  case kind::table:
    return store::file_kind::table;
  case kind::manifest:
    return store::file_kind::manifest;
  case kind::current:
    return store::file_kind::current;
  }
  return store::file_kind::foreign;
}

} // namespace

std::string control_path_of(const std::string& crawler) {
  return "/run/" + crawler + "/control.sock";
}

void crawl_operators::prepare() {
  const auto& crawlers = world_.crawlers();
  const auto& all = world_.scenario().operations;
  crashes_.resize(crawlers.size());
  signals_.resize(crawlers.size());
  for (std::size_t i = 0; i != crawlers.size(); ++i) {
    const auto add_lane = [&](auto& to, purpose kind, const char* text) {
      to.push_back(schedule::lane::named(name_from(kind, i)));
      world_.inner().events().label(
          to.back().key, [&] { return fmt::format("{} of {}", text, crawlers[i]->name()); });
    };
    add_lane(lanes_, "operator", "operator");
    add_lane(restarts_, "restart", "restart");
    bool counts_calls = false;
    for (std::size_t n = 0; n != all.size(); ++n) {
      if (all[n].crawler.value_or(i) != i || (is_of_the_world(all[n].action) && i != 0))
        continue;
      turns_.push_back({n, i});
      counts_calls = counts_calls || all[n].at_disk_call;
    }
    if (counts_calls)
      crawlers[i]->disk().on_change(
          [this, i](std::uint64_t nth, const disk::entry& call) { on_disk_change(i, nth, call); });
  }
}

void crawl_operators::plan() {
  const auto& all = world_.scenario().operations;
  for (std::size_t n = 0; n != turns_.size(); ++n)
    if (const auto& one = all[turns_[n].operation]; !one.at_step && !one.at_disk_call)
      world_.inner().events().put(one.at, lanes_[turns_[n].crawler], *this, n);
}

std::uint64_t crawl_operators::left() const {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      turns_, [](const turn& one) { return !one.is_over && !one.is_restart; }));
}

std::optional<std::uint64_t> crawl_operators::awaited_step(const turn& of) const {
  if (of.is_over || of.is_restart)
    return std::nullopt;
  return world_.scenario().operations[of.operation].at_step;
}

void crawl_operators::act() {
  // A restart that comes of it is behind them.
  for (std::size_t n = 0, count = turns_.size(); n != count; ++n)
    if (const auto step = awaited_step(turns_[n]); step && *step <= world_.inner().steps())
      carry_out(n);
}

std::uint64_t crawl_operators::next_step() const {
  auto next = std::numeric_limits<std::uint64_t>::max();
  for (const auto& one : turns_)
    next = std::min(next, awaited_step(one).value_or(next));
  return next;
}

void crawl_operators::on_disk_change(std::size_t crawler, std::uint64_t nth,
                                     const disk::entry& call) {
  const auto& all = world_.scenario().operations;
  for (std::size_t n = 0; n != turns_.size(); ++n) {
    auto& one = turns_[n];
    const auto& planned = all[one.operation];
    if (one.crawler != crawler || one.is_over || one.is_restart || planned.at_disk_call != nth)
      continue;
    one.crashes = crashes_[crawler];
    world_.inner().events().put(disk::moment_of(planned.progress, call),
                                world_.crawlers()[crawler]->disk().turns(), *this, n);
  }
}

void crawl_operators::on_due(std::uint64_t payload) {
  if (turns_[payload].is_restart)
    return restart(turns_[payload].crawler);
  const auto& one = turns_[payload];
  // A crash has come before that call: it was never made, and another may be the nth.
  if (world_.scenario().operations[one.operation].at_disk_call &&
      (one.is_over || one.crashes != crashes_[one.crawler]))
    return;
  carry_out(payload);
}

void crawl_operators::carry_out(std::size_t nth) {
  turns_[nth].is_over = true;
  const auto at = turns_[nth];
  auto& on = *world_.crawlers()[at.crawler];
  const auto& action = world_.scenario().operations[at.operation].action;
  if (const auto* file = std::get_if<operation::reload>(&action); file && on.is_up())
    on.reload(file->contents);
  else if (const auto* signalled = std::get_if<operation::stop>(&action))
    stop(at.crawler, *signalled);
  else if (const auto* loss = std::get_if<operation::crash>(&action))
    crash(at, *loss);
  else if (const auto* given = std::get_if<operation::own_address>(&action))
    on.own_address(given->address);
  else if (const auto* proxy = std::get_if<operation::proxy>(&action))
    world_.outside().set_proxy(world_.scenario().proxy, proxy->does);
  else if (const auto* room = std::get_if<operation::disk_room>(&action))
    on.disk().on().set_capacity(room->bytes);
  else if (const auto* name = std::get_if<operation::name>(&action))
    world_.outside().set_name(name->host, name->answer);
  else if (const auto* bit = std::get_if<operation::flip_bit>(&action))
    flip(on, *bit);
  else if (const auto* said = std::get_if<operation::control>(&action))
    ask(at, *said);
}

void crawl_operators::stop(std::size_t crawler, const operation::stop& asked) {
  auto& on = *world_.crawlers()[crawler];
  if (!on.is_up())
    return;
  if (asked.signal != 0 && signals_[crawler]++ != 0) {
    ++crashes_[crawler];
    on.end_at_once();
    world_.oracles().on_crash(on);
    return;
  }
  on.stop(asked.signal);
}

void crawl_operators::crash(const turn& at, const operation::crash& fate) {
  auto& on = *world_.crawlers()[at.crawler];
  const auto& planned = world_.scenario().operations[at.operation];
  if (on.is_up()) {
    auto loss = fate.loss;
    const std::uint64_t key[2] = {loss.seed, at.crawler};
    loss.seed = net::keyed_hash(world_.inner().events().draw().seed(), "loss",
                                {reinterpret_cast<const std::uint8_t*>(key), sizeof key});
    ++crashes_[at.crawler];
    if (planned.at_disk_call)
      on.kill_in(*planned.at_disk_call, planned.progress, loss);
    else
      on.kill(loss);
    world_.oracles().on_crash(on);
  }
  turns_.push_back({at.operation, at.crawler, true});
  world_.inner().events().put(world_.now() + fate.down, restarts_[at.crawler], *this,
                              turns_.size() - 1);
}

void crawl_operators::restart(std::size_t crawler) {
  auto& on = *world_.crawlers()[crawler];
  if (on.is_up() || on.is_gone())
    return;
  signals_[crawler] = 0;
  if (const auto restarted = on.restart(); !restarted)
    problems_.push_back(world_.found(
        "database", "a start after a crash",
        fmt::format("{} could not be started again: {}", on.name(), restarted.error().message)));
}

void crawl_operators::flip(simulated_crawler& of, const operation::flip_bit& bit) {
  auto& drive = of.disk().on();
  const auto& folder = of.disk().path();
  std::optional<std::string> newest;
  // Numbers have six digits, and no simulated database comes to a million files.
  for (const auto& name : drive.list(folder))
    if (store::kind_of_file(name) == kind_of(bit.of) && (!newest || *newest < name))
      newest = name;
  if (!newest)
    return;
  const auto file = folder + '/' + *newest;
  if (const auto size = drive.find(file)->data.size(); size != 0)
    drive.flip_bit(file, static_cast<std::size_t>(bit.byte % size), bit.bit);
}

void crawl_operators::ask(const turn& at, const operation::control& asked) {
  const auto& name = world_.crawlers()[at.crawler]->options_name();
  auto person = std::make_unique<control_user>(world_.outside(), control_path_of(name),
                                               1 + questions_.size());
  person->ask_once(asked.request);
  questions_.push_back({std::move(person), at.operation, world_.crawlers()[at.crawler]->name()});
}

std::vector<broken_promise> crawl_operators::problems() const {
  auto all = problems_;
  for (const auto& crawler : world_.crawlers())
    for (const auto& lost : crawler->disk().lost())
      all.push_back(world_.found("acknowledged", "what a crash left",
                                 fmt::format("{}: {}", crawler->name(), lost)));
  for (const auto& one : questions_) {
    const auto& awaited =
        std::get<operation::control>(world_.scenario().operations[one.operation].action);
    const auto answer = one.person->answer_text();
    if (awaited.answered && answer.find(*awaited.answered) == std::string::npos)
      all.push_back(world_.found(
          "control", "an answer",
          fmt::format("{} was asked {} and was to answer \"{}\", and answered {}", one.crawler,
                      net::printable(awaited.request, 200), net::printable(*awaited.answered, 200),
                      answer.empty() ? "nothing" : net::printable(answer, 500))));
  }
  return all;
}

} // namespace seedwalk::sim
