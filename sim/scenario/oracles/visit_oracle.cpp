#include "sim/scenario/oracles/visit_oracle.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "net/base/stranger_text.hpp"
#include "net/bitcoin/session_config.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/oracles/reference_model.hpp"

namespace seedwalk::sim {

namespace {

using store::version_record;

/// The first field in which two versions differ; empty where none does. The addresses are left out.
std::string_view difference(const version_record& a, const version_record& b) {
  if (a.protocol_version != b.protocol_version)
    return "protocol";
  if (a.services != b.services)
    return "services";
  if (a.time != b.time)
    return "time";
  if (a.nonce != b.nonce)
    return "nonce";
  if (a.user_agent != b.user_agent)
    return "user agent";
  if (a.start_height != b.start_height)
    return "height";
  if (a.relay != b.relay)
    return "relay";
  if (a.receiver_services != b.receiver_services || a.sender_services != b.sender_services)
    return "services of the addresses";
  return {};
}

std::string told(const version_record& v) {
  return fmt::format("protocol {}, services {:#x}, time {}, {}, height {}", v.protocol_version,
                     v.services, v.time, net::printable(v.user_agent, 60), v.start_height);
}

/// Where fields have stood since 70001: before, less was said.
constexpr std::int32_t relay_version = 70'001;

} // namespace

void visit_oracle::begin(crawl_world& of) {
  const auto& s = of.scenario();
  const auto parts = s.parts();
  clocks_are_right_ =
      std::ranges::all_of(parts, [](const auto& part) { return part.wall_steps.empty(); });
  disks_keep_what_they_said_ = !some_disk_lies(s);
}

void visit_oracle::on_crash(const watched_crawler& crawler) {
  auto& n = of_crawlers_[crawler];
  n.visits.clear();
  n.of_peers.clear();
}

// -- what is said

void visit_oracle::on_network_completion(const watched_crawler& of, const net::completion& heard) {
  auto& n = of_crawlers_[of];
  if (const auto* received = std::get_if<net::received>(&heard)) {
    if (const auto known = n.visits.find(received->connection); known != n.visits.end())
      known->second.words.hear(received->data.view());
  } else if (const auto* closed = std::get_if<net::closed>(&heard)) {
    if (const auto known = n.visits.find(closed->connection); known != n.visits.end())
      known->second.is_over = true;
  } else if (const auto* accepted = std::get_if<net::accepted>(&heard);
             accepted != nullptr && accepted->peer != net::endpoint{}) {
    begin_visit(of, accepted->peer, accepted->connection).is_ours = false;
  }
}

visit_oracle::visit& visit_oracle::begin_visit(const watched_crawler& of, const net::endpoint& peer,
                                               net::connection_id id) {
  auto& n = of_crawlers_[of];
  forget(n, peer);
  n.of_peers[peer] = id;
  auto& begun = n.visits[id];
  begun.peer = peer;
  begun.began = of->inside().now().steady;
  return begun;
}

void visit_oracle::forget(notes& n, const net::endpoint& peer) {
  if (const auto known = n.of_peers.take(peer))
    n.visits.erase(*known);
}

visit_oracle::visit* visit_oracle::visit_to(notes& n, const net::endpoint& peer) {
  const auto known = n.of_peers.find(peer);
  return known == n.of_peers.end() ? nullptr : &n.visits[known->second];
}

void visit_oracle::on_call(const watched_crawler& by, const any_door_call& call) {
  auto& n = of_crawlers_[by];
  if (const auto* dial = std::get_if<door_call::connect>(&call)) {
    begin_visit(by, dial->peer, dial->id).by_proxy = dial->by_proxy;
  } else if (const auto* own = std::get_if<door_call::own>(&call)) {
    if (const auto known = n.visits.find(own->id); known != n.visits.end())
      known->second.is_ours = true;
  } else if (const auto* close = std::get_if<door_call::close>(&call)) {
    const auto known = n.visits.find(close->id);
    if (known == n.visits.end() || known->second.is_over || known->second.is_ours)
      return;
    forget(n, net::endpoint{known->second.peer});
  } else if (const auto* said = std::get_if<door_call::write>(&call)) {
    look_at_own_words(by, *said);
  } else if (const auto* batch = std::get_if<door_call::batch>(&call)) {
    for (const auto& operation : batch->contents.operations)
      if (const auto* written = std::get_if<store::record_visit>(&operation)) {
        compare(n, written->peer, written->visit);
      } else if (const auto* seen = std::get_if<store::record_inbound>(&operation)) {
        const auto& sighting = seen->sighting;
        if (const auto* known = visit_to(n, sighting.from))
          compare(sighting.from, sighting.version, known->words, sighting.stage);
      }
  }
}

void visit_oracle::look_at_own_words(const watched_crawler& by, const door_call::write& said) {
  const auto time = time_of_version(said.data);
  const auto now = by->inside().now().wall.count();
  if (time && *time != now)
    broke("the time in our version is not ours",
          fmt::format("{} says that it is {}, and by its clock it is {}", by->name(), *time, now));
}

void visit_oracle::compare(const net::endpoint& peer, const std::optional<version_record>& written,
                           const peer_words& said, net::stage stage) {
  const auto& version = said.version();
  if (!written) {
    if (version && stage >= net::stage::version && said.version_is_whole())
      broke("a visit without the version that was said",
            fmt::format("{} said {}, and what is written has no version", net::to_string(peer),
                        told(*version)),
            {peer});
    return;
  }
  if (!version || version->protocol_version < relay_version)
    return; // An old one, with fewer fields: it is not read here.
  const auto field = difference(*written, *version);
  if (!field.empty() && said.version_is_whole())
    broke(fmt::format("a visit with a version that was not said: {}", field),
          fmt::format("{} said {}, and written is {}", net::to_string(peer), told(*version),
                      told(*written)),
          {peer});
}

void visit_oracle::compare(notes& n, const net::endpoint& peer,
                           const store::visit_record& written) {
  if (written.census == 0 && written.outcome == net::outcome::banned)
    return; // Nobody was tried: who is banned is put off.
  const auto* known = visit_to(n, peer);
  if (known == nullptr)
    return; // It was dialled before a crash.
  const auto& said = known->words;
  const auto shown = [&] { return net::to_string(peer); };
  compare(peer, written.version, said, written.stage);
  if ((written.features & ~said.features()) != 0)
    broke("a visit with a feature that was not announced",
          fmt::format("{} announced features {:#x}, and written is {:#x}", shown(), said.features(),
                      written.features),
          {peer});
  const auto addrv2 = static_cast<std::uint32_t>(store::feature::sendaddrv2);
  if (written.stage >= net::stage::verack && (said.negotiated() & addrv2 & ~written.features) != 0)
    broke("a visit without a feature that was negotiated",
          fmt::format("{} negotiated sendaddrv2, and written is {:#x}", shown(), written.features),
          {peer});
  if (written.stage >= net::stage::verack && !said.said_verack())
    broke("a visit with a verack that never came",
          fmt::format("{} is said to have got as far as {}", shown(), net::name_of(written.stage)),
          {peer});
  if (written.bytes_in > said.bytes())
    broke(
        "a visit with more bytes than came",
        fmt::format("{} sent {} bytes, and written is {}", shown(), said.bytes(), written.bytes_in),
        {peer});
  const auto via = known->by_proxy ? store::transport::socks : store::transport::tcp;
  if (written.via != via)
    broke("a visit by another transport",
          fmt::format("{} was dialled by {}, and written is {}", shown(), store::name_of(via),
                      store::name_of(written.via)),
          {peer});
}

// -- what is durable

void visit_oracle::on_storage_completion(const watched_crawler& of,
                                         const store::completion& heard) {
  const auto* answered = std::get_if<store::answered>(&heard);
  const auto* stats =
      answered == nullptr ? nullptr : std::get_if<store::stats_answer>(&answered->answer);
  auto& n = of_crawlers_[of];
  if (stats != nullptr && !answered->error && !std::exchange(n.was_asked, true))
    n.has_a_past = stats->known != 0;
}

void visit_oracle::count_addresses(const watched_crawler& of,
                                   const store::record_announcements& told) {
  auto& n = of_crawlers_[of];
  if (!told.source)
    return;
  auto* known = visit_to(n, *told.source);
  if (known == nullptr)
    return;
  auto& teller = *known;
  teller.handed_on += told.announcements.size();
  const net::session_limits limits;
  const auto lasted = of->inside().now().steady - teller.began;
  const auto gossip =
      limits.gossip_burst + static_cast<std::uint64_t>(lasted / limits.gossip_interval) + 1;
  if (teller.handed_on > limits.answer_entries + gossip)
    broke("more addresses than one answer may bring",
          fmt::format("{} addresses of one visit to {} were written, and {} are the most",
                      teller.handed_on, net::to_string(*told.source), limits.answer_entries),
          {*told.source});
}

void visit_oracle::on_durable(const watched_crawler& of, const store::batch& contents,
                              const store::batch_result& result) {
  auto& n = of_crawlers_[of];
  for (std::size_t i = 0; i != contents.operations.size(); ++i) {
    const auto& operation = contents.operations[i];
    if (const auto* visited = std::get_if<store::record_visit>(&operation)) {
      if (visited->visit.version)
        n.versions.insert_or_assign(visited->peer, *visited->visit.version);
      forget(n, visited->peer);
    } else if (const auto* seen = std::get_if<store::record_inbound>(&operation)) {
      forget(n, seen->sighting.from);
    } else if (const auto* told = std::get_if<store::record_announcements>(&operation)) {
      count_addresses(of, *told);
    }
    n.may_know_fewer = n.may_know_fewer || may_forget(of, operation, &result.results.at(i));
  }
}

void visit_oracle::on_doubt(const watched_crawler& of, const store::batch& contents) {
  auto& n = of_crawlers_[of];
  for (const auto& operation : contents.operations) {
    if (const auto* visited = std::get_if<store::record_visit>(&operation))
      n.versions.erase(visited->peer);
    n.may_know_fewer = n.may_know_fewer || may_forget(of, operation, nullptr);
  }
}

// -- the end

void visit_oracle::on_record(const watched_crawler& of, const net::endpoint& peer,
                             const store::peer_record& record) {
  const auto& n = of_crawlers_[of];
  if (const auto said = n.versions.find(peer);
      disks_keep_what_they_said_ && !n.may_know_fewer && said != n.versions.end()) {
    const auto field = record.version ? difference(*record.version, said->second) : "presence";
    if (!field.empty())
      broke(fmt::format("a record with a version that was not said: {}", field),
            fmt::format("the last version of {} was {}, and its record has {}",
                        net::to_string(peer), told(said->second),
                        record.version ? told(*record.version) : "none"),
            {peer});
  }
  const auto now = of->inside().now().wall;
  if (clocks_are_right_ && !n.has_a_past && record.announced_time != store::never &&
      !store::is_sane_announced_time(record.announced_time, now))
    broke("an announced time that is not sane is believed",
          fmt::format("{} is said to have been seen {} s from now", net::to_string(peer),
                      (record.announced_time - now).count()),
          {peer});
}

} // namespace seedwalk::sim
