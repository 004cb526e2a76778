#include "sim/scenario/oracles/reference_model.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "actors/crawl/connection_manager.hpp"
#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim {

bool some_disk_lies(const crawl_scenario& s) {
  const auto parts = s.parts();
  const bool bits_change = std::ranges::any_of(s.operations, [](const auto& one) {
    return std::holds_alternative<operation::flip_bit>(one.action);
  });
  return bits_change || std::ranges::any_of(parts, [](const auto& part) {
           return !part.drive.sync_commits_names ||
                  std::ranges::any_of(part.drive.faults, [](const disk_fault& fault) {
                    return fault.consequence == disk_fault::effect::lie;
                  });
         });
}

bool disks_are_usual(const crawl_scenario& s) {
  const auto parts = s.parts();
  return std::ranges::none_of(s.operations,
                              [](const auto& one) {
                                return std::holds_alternative<operation::disk_room>(one.action) ||
                                       std::holds_alternative<operation::flip_bit>(one.action);
                              }) &&
         std::ranges::all_of(parts, [](const auto& part) {
           disk::options usual;
           usual.seed = part.drive.seed;
           usual.journal = part.drive.journal;
           return part.drive == usual;
         });
}

bool may_forget(const watched_crawler& of, const store::operation& asked,
                const store::operation_result* result) {
  // More than there are endpoints in any world.
  constexpr std::uint64_t never_full = 1'000'000;
  if (std::holds_alternative<store::forget_peer>(asked))
    return true;
  if (std::holds_alternative<store::tidy>(asked)) {
    const auto* done = result == nullptr ? nullptr : std::get_if<store::tidied>(result);
    return done == nullptr || done->forgotten != 0;
  }
  if (!std::holds_alternative<store::record_announcements>(asked))
    return false;
  const auto* told =
      result == nullptr ? nullptr : std::get_if<store::announcements_recorded>(result);
  return told == nullptr ? of->disk().known_max() < never_full : told->evicted != 0;
}

bool can_be_read(simulated_crawler& of) {
  if (!of.disk().is_open())
    return false;
  store::list_query question;
  question.limit = 1;
  return of.disk().database().answer(question).has_value();
}

void reference_model::begin(crawl_world& of) {
  const auto& s = of.scenario();
  const auto parts = s.parts();
  clocks_are_right_ =
      std::ranges::all_of(parts, [](const auto& part) { return part.wall_steps.empty(); });
  disks_keep_what_they_said_ = !some_disk_lies(s);
}

void reference_model::on_start(const watched_crawler& crawler) {
  auto& m = models_[crawler];
  m.bans_are_known = false;
  m.bans_in_force = m.bans;
  m.to_be_lifted.clear();
}

void reference_model::on_crash(const watched_crawler& crawler) {
  auto& m = models_[crawler];
  m.named.clear();
  m.unsaved.clear();
  m.dialled.clear();
  m.connected.clear();
  m.accepted.clear();
}

// -- what is asked of the doors

void reference_model::on_call(const watched_crawler& by, const any_door_call& call) {
  auto& m = models_[by];
  if (const auto* dial = std::get_if<door_call::connect>(&call)) {
    look_at_dial(m, dial->peer, by->inside().now().wall);
    m.dialled.emplace(dial->id, dial->peer);
    m.connected.insert(dial->peer);
  } else if (const auto* own = std::get_if<door_call::own>(&call)) {
    const auto known = m.accepted.find(own->id);
    if (known == m.accepted.end())
      return;
    if (!m.bans_are_known)
      broke("a connection is taken before the bans are known",
            fmt::format("that of {}", net::to_string(known->second)), {known->second});
    if (ban_of(m, known->second, by->inside().now().wall) != nullptr)
      broke("a connection of a banned peer is taken",
            fmt::format("that of {}", net::to_string(known->second)), {known->second});
    m.accepted.erase(known);
  } else if (const auto* close = std::get_if<door_call::close>(&call)) {
    ended(m, close->id);
  } else if (const auto* batch = std::get_if<door_call::batch>(&call)) {
    for (const auto& operation : batch->contents.operations) {
      // What is of no census puts somebody off, and is no visit.
      if (const auto* visit = std::get_if<store::record_visit>(&operation);
          visit != nullptr && visit->visit.census != 0)
        m.unsaved.insert(visit->peer);
      else if (const auto* ban = std::get_if<store::add_ban>(&operation))
        m.bans_in_force.insert_or_assign(ban->ban.target, ban->ban);
      else if (const auto* lifted = std::get_if<store::lift_ban>(&operation))
        look_at_lift(m, lifted->target, by->inside().now().wall);
    }
  }
}

void reference_model::on_message(const watched_crawler& to, const step_view& step) {
  if (const auto* asked = step.message_as<actors::unban_peer>())
    ++models_[to].to_be_lifted[asked->target];
}

void reference_model::look_at_lift(model& m, const store::ban_target& target,
                                   store::timestamp now) {
  const auto ban = m.bans_in_force.extract(target);
  // One that had its time is lifted by itself, and not for the operator who asked meanwhile.
  if (ban && !store::in_force(ban.mapped(), now))
    return;
  if (const auto asked = m.to_be_lifted.find(target); asked != m.to_be_lifted.end()) {
    if (--asked->second == 0)
      m.to_be_lifted.erase(asked);
    return;
  }
  if (ban && clocks_are_right_ && !m.doubtful_bans.contains(target))
    broke("a ban is lifted before its end",
          fmt::format("that for \"{}\", {} s before", ban.mapped().reason,
                      (ban.mapped().until - now).count()));
}

void reference_model::look_at_dial(model& m, const net::endpoint& peer, store::timestamp now) {
  const auto shown = [&] { return net::to_string(peer); };
  if (!m.bans_are_known)
    broke("a dial before the bans are known", fmt::format("to {}", shown()), {peer});
  if (!m.named.contains(peer))
    broke("a dial to somebody whom the database has not named", fmt::format("to {}", shown()),
          {peer});
  if (m.connected.contains(peer))
    broke("a second dial to one endpoint",
          fmt::format("{} is dialled, and there is a connection to it", shown()), {peer});
  if (m.unsaved.contains(peer))
    broke("a dial before the visit before is durable",
          fmt::format("{} is dialled, and the record of its last visit is on its way", shown()),
          {peer});
  if (const auto* ban = ban_of(m, peer, now); ban != nullptr)
    broke("a dial to a banned endpoint",
          fmt::format("{} is dialled, and banned for \"{}\"", shown(), ban->reason), {peer});
}

const store::ban_record* reference_model::ban_of(const model& m, const net::endpoint& peer,
                                                 store::timestamp now) const {
  if (!clocks_are_right_ || !disks_keep_what_they_said_)
    return nullptr; // It may have run out, or be lost.
  for (const auto& [target, ban] : m.bans_in_force) {
    const auto* at = std::get_if<net::endpoint>(&target);
    const auto* subnet = std::get_if<store::subnet>(&target);
    if (((at != nullptr && *at == peer) || (subnet != nullptr && store::contains(*subnet, peer))) &&
        store::in_force(ban, now) && !m.doubtful_bans.contains(target) &&
        !m.to_be_lifted.contains(target)) // As soon as it is heard, and written later.
      return &ban;
  }
  return nullptr;
}

void reference_model::ended(model& m, net::connection_id id) {
  m.accepted.erase(id);
  if (const auto known = m.dialled.take(id))
    m.connected.erase(*known);
}

void reference_model::on_network_completion(const watched_crawler& of,
                                            const net::completion& heard) {
  auto& m = models_[of];
  if (const auto* closed = std::get_if<net::closed>(&heard))
    ended(m, closed->connection);
  else if (const auto* failed = std::get_if<net::connect_failed>(&heard))
    ended(m, failed->connection);
  else if (const auto* accepted = std::get_if<net::accepted>(&heard))
    m.accepted.emplace(accepted->connection, accepted->peer);
}

// -- what the database says

void reference_model::on_storage_completion(const watched_crawler& of,
                                            const store::completion& heard) {
  auto& m = models_[of];
  const auto* answered = std::get_if<store::answered>(&heard);
  if (answered == nullptr || answered->error)
    return;
  if (std::holds_alternative<store::bans_answer>(answered->answer)) {
    m.bans_are_known = true;
    return;
  }
  if (const auto* stats = std::get_if<store::stats_answer>(&answered->answer)) {
    if (!std::exchange(m.was_asked, true))
      m.has_a_past =
          stats->known > m.known.size() + m.perhaps.size() || stats->bans > m.bans.size();
    return;
  }
  const auto* due = std::get_if<store::due_answer>(&answered->answer);
  if (due == nullptr)
    return;
  for (const auto& queue : due->peers)
    for (const auto& one : queue) {
      m.named.insert(one.peer);
      if (disks_keep_what_they_said_ && !m.has_a_past && !m.known.contains(one.peer) &&
          !m.perhaps.contains(one.peer))
        broke("the database names somebody of whom it was never told",
              fmt::format("{} is said to be due", net::to_string(one.peer)), {one.peer});
    }
}

/// Without a result it is not known whether it was done.
void reference_model::tell_of(model& m, const store::operation& asked,
                              const store::operation_result* result) {
  const auto add = [&](const net::endpoint& peer) {
    if (result == nullptr) {
      if (!m.known.contains(peer))
        m.perhaps.insert(peer);
    } else {
      m.known.insert(peer);
      m.perhaps.erase(peer);
    }
  };
  const auto* counts =
      result == nullptr ? nullptr : std::get_if<store::announcements_recorded>(result);
  if (counts != nullptr && counts->refused_address + counts->refused_full != 0)
    m.may_know_fewer = true;
  if (const auto* told = std::get_if<store::record_announcements>(&asked)) {
    // Where nobody was new, all are known already, or were refused.
    if (counts == nullptr || counts->added != 0)
      for (const auto& entry : told->announcements)
        add(entry.peer);
  } else if (const auto* soon = std::get_if<store::dial_soon>(&asked)) {
    for (const auto& peer : soon->peers)
      add(peer);
  } else if (const auto* visit = std::get_if<store::record_visit>(&asked)) {
    m.unsaved.erase(visit->peer);
    add(visit->peer);
  } else if (const auto* ban = std::get_if<store::add_ban>(&asked)) {
    if (result == nullptr)
      m.doubtful_bans.insert(ban->ban.target);
    else
      m.bans.insert_or_assign(ban->ban.target, ban->ban);
  } else if (const auto* lifted = std::get_if<store::lift_ban>(&asked)) {
    if (result == nullptr)
      m.doubtful_bans.insert(lifted->target);
    else
      m.bans.erase(lifted->target);
  }
}

void reference_model::on_durable(const watched_crawler& of, const store::batch& contents,
                                 const store::batch_result& result) {
  auto& m = models_[of];
  for (std::size_t i = 0; i != contents.operations.size(); ++i) {
    const auto& operation = contents.operations[i];
    m.may_know_fewer = m.may_know_fewer || may_forget(of, operation, &result.results.at(i));
    tell_of(m, operation, &result.results.at(i));
  }
}

void reference_model::on_doubt(const watched_crawler& of, const store::batch& contents) {
  auto& m = models_[of];
  for (const auto& operation : contents.operations) {
    m.may_know_fewer = m.may_know_fewer || may_forget(of, operation, nullptr);
    tell_of(m, operation, nullptr);
  }
}

// -- the end

void reference_model::on_record(const watched_crawler& of, const net::endpoint& peer,
                                const store::peer_record&) {
  auto& m = models_[of];
  m.found.insert(peer);
  if (!m.has_a_past && !m.known.contains(peer) && !m.perhaps.contains(peer))
    broke("the database knows somebody of whom it was never told",
          fmt::format("{} is known", net::to_string(peer)), {peer});
}

void reference_model::at_end(crawl_world& of) {
  std::size_t nth = 0;
  for (const auto& crawler : of.crawlers()) {
    auto& m = models_[{crawler.get(), nth++}];
    if (!disks_keep_what_they_said_ || !can_be_read(*crawler))
      continue;
    if (!m.may_know_fewer)
      for (const auto& peer : m.known)
        if (!m.found.contains(peer))
          broke("the database has forgotten somebody",
                fmt::format("{} was told of and acknowledged, and is not known",
                            net::to_string(peer)),
                {peer});
    m.found.clear();
    compare_bans(m, *crawler);
  }
}

void reference_model::compare_bans(model& m, simulated_crawler& of) {
  const auto answer = of.disk().database().answer(store::bans_query{});
  if (!answer)
    return;
  std::set<store::ban_target> found;
  for (const auto& ban : std::get<store::bans_answer>(*answer).bans) {
    found.insert(ban.target);
    if (!m.has_a_past && !m.bans.contains(ban.target) && !m.doubtful_bans.contains(ban.target))
      broke("the database has a ban that nobody made", fmt::format("for \"{}\"", ban.reason));
  }
  const auto now = of.inside().now().wall;
  for (const auto& [target, ban] : m.bans)
    if (clocks_are_right_ && store::in_force(ban, now) && !found.contains(target) &&
        !m.doubtful_bans.contains(target))
      broke("the database has forgotten a ban", fmt::format("for \"{}\"", ban.reason));
}

// -- for those who search

namespace {

constexpr std::array<std::string_view, 7> counted_sets = {
    "known", "named", "connected", "unsaved", "accepted", "bans", "perhaps"};
constexpr std::array<std::string_view, 4> doubts = {"may know fewer", "has a past",
                                                    "bans are not known", "a ban is doubtful"};
constexpr std::uint32_t bits_of_a_size = 2;

/// None, one, few, many.
std::uint32_t coarse_size(std::size_t size) {
  constexpr std::size_t few_max = 4;
  return size <= 1 ? static_cast<std::uint32_t>(size) : size <= few_max ? 2u : 3u;
}

} // namespace

std::uint32_t reference_model::coarse_state(const watched_crawler& of) {
  const auto& m = models_[of];
  std::uint32_t state = 0;
  for (const auto size : {m.known.size(), m.named.size(), m.connected.size(), m.unsaved.size(),
                          m.accepted.size(), m.bans_in_force.size(), m.perhaps.size()})
    state = state << bits_of_a_size | coarse_size(size);
  for (const bool doubt :
       {m.may_know_fewer, m.has_a_past, !m.bans_are_known, !m.doubtful_bans.empty()})
    state = state << 1 | (doubt ? 1 : 0);
  return state;
}

std::string reference_model::told(std::uint32_t coarse_state) {
  constexpr std::array<std::string_view, 4> sizes = {"none", "one", "few", "many"};
  std::string text;
  auto shift = doubts.size() + bits_of_a_size * counted_sets.size();
  for (const auto name : counted_sets) {
    shift -= bits_of_a_size;
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : ", ", name, sizes[coarse_state >> shift & 3]);
  }
  for (const auto doubt : doubts)
    if ((coarse_state >> --shift & 1) != 0)
      text += fmt::format(", {}", doubt);
  return text;
}

} // namespace seedwalk::sim
