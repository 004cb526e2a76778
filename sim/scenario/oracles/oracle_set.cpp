#include "sim/scenario/oracles/oracle_set.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <set>

#include <fmt/format.h>

#include "actors/control/control_server.hpp"
#include "actors/crawl/connection_manager.hpp"
#include "actors/crawl/crawler.hpp"
#include "actors/crawl/db_writer.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/oracles/bounds_oracle.hpp"
#include "sim/scenario/oracles/crossing_oracle.hpp"
#include "sim/scenario/oracles/liveness_oracle.hpp"
#include "sim/scenario/oracles/outcome_oracle.hpp"
#include "sim/scenario/oracles/politeness_oracle.hpp"
#include "sim/scenario/oracles/pool_oracle.hpp"
#include "sim/scenario/oracles/redial_oracle.hpp"
#include "sim/scenario/oracles/reference_model.hpp"
#include "sim/scenario/oracles/request_oracle.hpp"
#include "sim/scenario/oracles/schedule_oracle.hpp"
#include "sim/scenario/oracles/score_oracle.hpp"
#include "sim/scenario/oracles/store_oracle.hpp"
#include "sim/scenario/oracles/visit_oracle.hpp"

namespace seedwalk::sim {

namespace {

template <class T>
std::unique_ptr<oracle> make() {
  return std::make_unique<T>();
}

using maker = std::unique_ptr<oracle> (*)();
constexpr std::array<maker, 13> makers = {
    make<reference_model>, make<pool_oracle>,     make<outcome_oracle>,    make<store_oracle>,
    make<visit_oracle>,    make<schedule_oracle>, make<politeness_oracle>, make<bounds_oracle>,
    make<score_oracle>,    make<request_oracle>,  make<crossing_oracle>,   make<redial_oracle>,
    make<liveness_oracle>};

/// More of one place say nothing new.
constexpr std::size_t kept_of_a_place = 3;

} // namespace

// -- which of them

const std::vector<std::string>& oracle_names() {
  static const auto names = [] {
    std::vector<std::string> all;
    all.reserve(std::size(makers));
    for (const auto make_one : makers)
      all.push_back(make_one()->name());
    return all;
  }();
  return names;
}

bool oracle_choice::has(std::string_view name) const {
  return all || std::ranges::find(names, name) != names.end();
}

tl::expected<oracle_choice, std::string> oracle_choice::parse(std::string_view text) {
  if (text == "all")
    return oracle_choice{};
  oracle_choice chosen{.all = false, .names = {}};
  if (text == "none")
    return chosen;
  while (!text.empty()) {
    const std::string name{text.substr(0, text.find(','))};
    text.remove_prefix(std::min(text.size(), name.size() + 1));
    if (std::ranges::find(oracle_names(), name) == oracle_names().end())
      return tl::unexpected(fmt::format("must be \"all\", \"none\", or of {}, with commas between",
                                        fmt::join(oracle_names(), ", ")));
    chosen.names.push_back(name);
  }
  return chosen;
}

std::string oracle_choice::to_string() const {
  if (all)
    return "all";
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ","));
}

// -- an oracle

void oracle::broke(std::string_view place, std::string text, std::vector<net::endpoint> peers,
                   std::string actor) {
  const auto known = std::ranges::count(
      broken_, place, [](const auto& one) -> std::string_view { return one.place; });
  if (static_cast<std::size_t>(known) >= kept_of_a_place)
    return;
  broken_promise one;
  one.oracle = name_;
  one.place = place;
  one.text = std::move(text);
  one.peers = std::move(peers);
  one.actor = std::move(actor);
  if (world_ != nullptr) {
    one.step = world_->steps();
    one.when = world_->now().steady;
  }
  broken_.push_back(std::move(one));
}

// -- what they hear

/// Hears the doors of one crawler.
class oracle_set::ear final : public door_listener {
public:
  ear(oracle_set& of, std::size_t nth) : crawler{nullptr, nth}, set_(of) {}

  watched_crawler crawler;

  void on_call(const any_door_call& call) override {
    if (set_.empty() || is_of_operator(call))
      return;
    if (const auto* batch = std::get_if<door_call::batch>(&call))
      written_.emplace(batch->id, batch->contents);
    set_.tell([&](oracle& one) { one.on_call(crawler, call); });
  }

  void on_completion(net::owner, const net::completion& heard) override {
    if (const auto* accepted = std::get_if<net::accepted>(&heard);
        accepted != nullptr && accepted->peer == net::endpoint{})
      operators_.insert(accepted->connection);
    set_.tell([&](oracle& one) { one.on_network_completion(crawler, heard); });
  }

  void on_completion(net::owner, const store::completion& heard) override {
    if (set_.empty())
      return;
    set_.tell([&](oracle& one) { one.on_storage_completion(crawler, heard); });
    const auto* done = std::get_if<store::written>(&heard);
    const auto batch = done == nullptr ? written_.end() : written_.find(done->request);
    if (batch == written_.end())
      return;
    const auto code = done->error.code;
    if (!done->error)
      set_.tell([&](oracle& one) { one.on_durable(crawler, batch->second, done->result); });
    else if (code != store::error_code::overloaded && code != store::error_code::stopped)
      set_.tell([&](oracle& one) { one.on_doubt(crawler, batch->second); });
    written_.erase(batch);
  }

  /// What is on its way may be there or not.
  void doubt_what_waits() {
    for (const auto& waiting : written_)
      set_.tell([&](oracle& one) { one.on_doubt(crawler, waiting.second); });
  }

  /// And never comes.
  void crash() {
    doubt_what_waits();
    written_.clear();
    operators_.clear();
  }

private:
  /// Who takes over or ends a connection on the control socket makes no visit.
  bool is_of_operator(const any_door_call& call) {
    if (const auto* own = std::get_if<door_call::own>(&call))
      return operators_.contains(own->id);
    if (const auto* close = std::get_if<door_call::close>(&call))
      operators_.erase(close->id);
    return false;
  }

  oracle_set& set_;
  std::set<net::connection_id> operators_;            ///< Their connections to the control socket.
  std::map<store::request_id, store::batch> written_; ///< And not acknowledged.
};

oracle_set::oracle_set(sim::world& world) : world_(world) {}

oracle_set::~oracle_set() {
  if (listens_)
    world_.ignore(*this);
}

void oracle_set::add(std::unique_ptr<oracle> one) {
  one->world_ = &world_;
  all_.push_back(std::move(one));
}

void oracle_set::add(const oracle_choice& chosen) {
  for (const auto make_one : makers)
    if (auto one = make_one(); chosen.has(one->name()))
      add(std::move(one));
}

oracle* oracle_set::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(all_, [&](const auto& one) { return one->name() == name; });
  return found == all_.end() ? nullptr : found->get();
}

door_listener& oracle_set::next_ear() {
  return *ears_.emplace_back(std::make_unique<ear>(*this, ears_.size()));
}

void oracle_set::meet(simulated_crawler& crawler) {
  assert(!ears_.empty() && ears_.back()->crawler.crawler == nullptr);
  ears_.back()->crawler.crawler = &crawler;
}

const watched_crawler* oracle_set::crawler_of(const process& inside) const {
  for (const auto& one : ears_)
    if (&one->crawler->inside() == &inside)
      return &one->crawler;
  return nullptr;
}

void oracle_set::begin(crawl_world& of) {
  if (empty())
    return;
  world_.listen(*this);
  listens_ = true;
  tell([&](oracle& one) { one.begin(of); });
}

void oracle_set::on_redraw(crawl_world& of) {
  tell([&](oracle& one) { one.on_redraw(of); });
}

void oracle_set::on_start(simulated_crawler& crawler) {
  for (const auto& known : ears_)
    if (known->crawler.crawler == &crawler)
      tell([&](oracle& one) { one.on_start(known->crawler); });
}

void oracle_set::on_crash(simulated_crawler& crawler) {
  for (const auto& known : ears_)
    if (known->crawler.crawler == &crawler) {
      known->crash();
      tell([&](oracle& one) { one.on_crash(known->crawler); });
    }
}

void oracle_set::on_recreate(simulated_crawler& crawler) {
  for (const auto& known : ears_)
    if (known->crawler.crawler == &crawler)
      tell([&](oracle& one) { one.on_recreate(known->crawler); });
}

void oracle_set::before_step(const step_view& step) {
  const bool is_for_manager = step.kind == actors::connection_manager::kind;
  if (!is_for_manager && step.kind != actors::control_server::kind &&
      step.kind != actors::db_writer::kind && step.kind != actors::crawler::kind)
    return;
  const auto* crawler = crawler_of(step.in);
  if (crawler == nullptr)
    return;
  tell([&](oracle& one) { one.on_message(*crawler, step); });
  const auto* outcome = is_for_manager ? step.message_as<actors::peer_outcome>() : nullptr;
  if (outcome != nullptr)
    tell([&](oracle& one) { one.on_outcome(*crawler, *outcome); });
}

void oracle_set::on_step(const step_view& step) {
  const auto* crawler = crawler_of(step.in);
  if (crawler == nullptr)
    return;
  const bool is_of_manager = step.kind == actors::connection_manager::kind;
  tell([&](oracle& one) { one.on_step(*crawler, step, is_of_manager); });
}

void oracle_set::on_advance(std::uint64_t, net::instant now) {
  tell([&](oracle& one) { one.on_advance(now.steady); });
}

// -- the end

void oracle_set::finish(crawl_world& of) {
  if (empty())
    return;
  for (const auto& one : ears_) {
    one->doubt_what_waits();
    read_records(one->crawler);
  }
  tell([&](oracle& one) { one.at_end(of); });
}

void oracle_set::read_records(const watched_crawler& of) {
  if (!of->disk().is_open())
    return; // It could not be opened again, as the judge of the run says.
  store::list_query question;
  question.limit = store::list_query::max_page;
  while (true) {
    const auto answer = of->disk().database().answer(question);
    if (!answer)
      return; // The judge of the run says so.
    const auto& page = std::get<store::list_answer>(*answer);
    for (const auto& found : page.peers)
      tell([&](oracle& one) { one.on_record(of, found.first, found.second); });
    if (!page.next)
      return;
    question.after = page.next;
  }
}

std::vector<broken_promise> oracle_set::broken() const {
  std::vector<broken_promise> all;
  for (const auto& one : all_)
    all.insert(all.end(), one->broken().begin(), one->broken().end());
  std::ranges::stable_sort(all, {}, &broken_promise::step);
  return all;
}

} // namespace seedwalk::sim
