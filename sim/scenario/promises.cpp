#include "sim/scenario/promises.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <type_traits>

#include <fmt/format.h>

#include "actors/config/config_text.hpp"
#include "net/base/stranger_text.hpp"

namespace seedwalk::sim {

namespace {

std::string_view text_of(actors::crawl_end end) {
  switch (end) {
  case actors::crawl_end::finished:
    return "finished";
  case actors::crawl_end::stopped:
    return "stopped";
  case actors::crawl_end::failed:
    return "failed";
  }
  return "";
}

std::string text_of(net::steady_time time) {
  return actors::print_fine_duration(std::chrono::duration_cast<std::chrono::milliseconds>(time));
}

std::string text_of(bool value) {
  return value ? "true" : "false";
}
std::string text_of(std::uint64_t value) {
  return fmt::format("{}", value);
}
std::string text_of(std::int32_t value) {
  return fmt::format("{}", value);
}
std::string text_of(std::uint32_t value) {
  return fmt::format("{}", value);
}
std::string_view text_of(net::outcome value) {
  return net::name_of(value);
}
std::string_view text_of(net::stage value) {
  return net::name_of(value);
}
std::string_view text_of(net::blame value) {
  return net::name_of(value);
}
std::string text_of(const std::string& value) {
  return net::printable(value);
}

bool is_part(const std::string& part, const broken_promise& violation) {
  return violation.text.find(part) != std::string::npos;
}

/// Collects what is not as it was promised.
class judge {
public:
  judge(crawl_world& world, const crawl_verdict& verdict)
      : world_(world), verdict_(verdict), expect_(world.scenario().expect) {}

  std::vector<broken_promise> broken;

  void look() {
    look_at_violations();
    look_at_end();
    look_at_counts();
    look_at_score();
    for (const auto& peer : expect_.peers)
      look_at_peer(peer);
  }

private:
  /// `key` is that of the file; what was found is `found`, without numbers.
  void note(std::string_view key, std::string_view found, std::string text,
            std::vector<net::endpoint> peers = {}) {
    broken.push_back({.oracle = fmt::format("expect.{}", key),
                      .place = std::string{found},
                      .text = std::move(text),
                      .peers = std::move(peers),
                      .step = verdict_.steps,
                      .when = verdict_.virtual_time});
  }

  template <class T, class U>
  void compare(std::string_view key, std::string_view of, const std::optional<T>& promised,
               const U& found, const std::vector<net::endpoint>& peers = {}) {
    const auto value = static_cast<T>(found);
    if (!promised || *promised == value)
      return;
    std::string place;
    if constexpr (std::is_enum_v<T> || std::is_same_v<T, bool>)
      place = text_of(value);
    else if constexpr (std::is_integral_v<T>)
      place = value < *promised ? "less" : "more";
    else
      place = "different";
    note(key, place,
         fmt::format("{} is promised to be {}, and is {}", of, text_of(*promised), text_of(value)),
         peers);
  }

  void look_at_violations() {
    broken = unexpected(verdict_.violations, expect_);
    for (const auto& part : expect_.violations)
      if (std::ranges::none_of(verdict_.violations,
                               [&](const auto& violation) { return is_part(part, violation); }))
        note("violations", part,
             fmt::format("a violation \"{}\" is promised, and did not come", part));
  }

  void look_at_end() {
    if (expect_.ends_within && verdict_.virtual_time > *expect_.ends_within)
      note("ends_within", "later",
           fmt::format("it is promised to end within {}, and took {}",
                       text_of(*expect_.ends_within), text_of(verdict_.virtual_time)));
    if (expect_.lasts && verdict_.virtual_time < *expect_.lasts)
      note("lasts", "shorter",
           fmt::format("it is promised to last {}, and took {}", text_of(*expect_.lasts),
                       text_of(verdict_.virtual_time)));
    if (expect_.all_operations && world_.operations_left() != 0)
      note("all_operations", "some had no turn",
           fmt::format("all operations are promised to have their turn; {} had none when it was "
                       "over, after {}",
                       world_.operations_left(), text_of(verdict_.virtual_time)));
    if (!verdict_.summary) {
      if (expect_.end || expect_.resumed || expect_.problem)
        note("end", "none", "an end is promised, and the crawl has none");
      return;
    }
    const auto& summary = *verdict_.summary;
    if (expect_.end && *expect_.end != summary.end)
      note("end", text_of(summary.end),
           fmt::format("end is promised to be {}, and is {}{}{}", text_of(*expect_.end),
                       text_of(summary.end), summary.problem.empty() ? "" : ": ", summary.problem));
    compare("resumed", "resumed", expect_.resumed, summary.resumed);
    if (expect_.problem && summary.problem.find(*expect_.problem) == std::string::npos)
      note("problem", "another",
           fmt::format("problem is promised to have \"{}\" in it, and is \"{}\"", *expect_.problem,
                       summary.problem));
  }

  void look_at_counts() {
    compare("known", "known", expect_.known, verdict_.known);
    compare("good", "good", expect_.good, verdict_.good_found);
    for (const auto rare : expect_.probes)
      if (verdict_.probes[rare] == 0)
        note("probes", net::name_of(rare),
             fmt::format("{} is promised to be reached, and was not", net::name_of(rare)));
    if (!verdict_.summary)
      return;
    const auto& counters = verdict_.summary->counters;
    compare("addresses", "addresses", expect_.addresses, counters.addresses);
    if (expect_.most_connections && counters.peak_connections > *expect_.most_connections)
      note("connections_max", "more",
           fmt::format("at most {} connections at once are promised, and there were {}",
                       *expect_.most_connections, counters.peak_connections));
    if (expect_.visits_at_least && counters.tried < *expect_.visits_at_least)
      note("visits_min", "less",
           fmt::format("at least {} visits are promised, and there were {}",
                       *expect_.visits_at_least, counters.tried));
    for (const auto& [outcome, count] : expect_.outcomes)
      if (const auto found = counters.outcomes[static_cast<std::size_t>(outcome)]; found != count)
        note("outcomes", net::name_of(outcome),
             fmt::format("{} visits are promised to end as {}, and {} did", count,
                         net::name_of(outcome), found));
  }

  void look_at_score() {
    const auto below = [](std::uint64_t part, std::uint64_t whole, std::uint32_t percent) {
      return part * 100 < whole * percent;
    };
    const auto story = fmt::format("{} found good, {} good in truth, {} of them both",
                                   verdict_.good_found, verdict_.good_true, verdict_.good_agreed);
    if (expect_.precision_percent &&
        below(verdict_.good_agreed, verdict_.good_found, *expect_.precision_percent))
      note("precision_percent", "less",
           fmt::format("a precision of {} % is promised: {}", *expect_.precision_percent, story));
    if (expect_.recall_percent &&
        below(verdict_.good_agreed, verdict_.good_true, *expect_.recall_percent))
      note("recall_percent", "less",
           fmt::format("a recall of {} % is promised: {}", *expect_.recall_percent, story));
    if (expect_.recall_at_most &&
        verdict_.good_agreed * 100 > verdict_.good_true * *expect_.recall_at_most)
      note("recall_percent_max", "more",
           fmt::format("a recall of at most {} % is promised: {}", *expect_.recall_at_most, story));
  }

  void look_at_peer(const peer_expectation& e) {
    const auto at = e.node ? world_.nodes().nodes()[*e.node].at : *e.at;
    const auto shown =
        e.node ? fmt::format("node {} ({})", *e.node, net::to_string(at)) : net::to_string(at);
    const std::vector<net::endpoint> peers = {at};
    if (e.accepted)
      compare("peer.accepted", shown + ": accepted", e.accepted,
              world_.hosts().accepted_by(*e.node), peers);
    if (!world_.crawlers()[e.crawler]->disk().is_open())
      return note("peer", "the database cannot be read", shown + ": the database cannot be read",
                  peers);
    const auto answer =
        world_.crawlers()[e.crawler]->disk().database().answer(store::get_query{at});
    if (!answer)
      return note("peer", "the database cannot be read",
                  fmt::format("{}: the database cannot be read: {}", shown, answer.error().message),
                  peers);
    const auto& record = std::get<store::get_answer>(*answer).record;
    compare("peer.known", shown + ": known", e.known, record.has_value(), peers);
    compare("peer.good", shown + ": good", e.good, record && store::good(*record), peers);
    look_at_record(e, shown, record ? *record : store::peer_record{}, peers);
    if (e.heard)
      compare("peer.heard", shown + ": heard", e.heard, heard_of(e.crawler, at), peers);
  }

  void look_at_record(const peer_expectation& e, const std::string& shown,
                      const store::peer_record& record, const std::vector<net::endpoint>& peers) {
    if ((e.outcome || e.stage || e.blame) && !record.last)
      return note("peer", "no visit", shown + ": a visit is promised, and there was none", peers);
    if (record.last) {
      compare("peer.outcome", shown + ": outcome", e.outcome, record.last->outcome, peers);
      compare("peer.stage", shown + ": stage", e.stage, record.last->stage, peers);
      compare("peer.blame", shown + ": blame", e.blame, record.last->blame, peers);
    }
    compare("peer.tries", shown + ": tries", e.tries, record.tries, peers);
    compare("peer.maybe_full", shown + ": maybe_full", e.maybe_full, record.maybe_full, peers);
    compare("peer.user_agent", shown + ": user_agent", e.user_agent,
            record.version ? record.version->user_agent : std::string{}, peers);
    compare("peer.services", shown + ": services", e.services,
            record.version ? record.version->services : 0, peers);
    compare("peer.protocol", shown + ": protocol", e.protocol,
            record.version ? record.version->protocol_version : 0, peers);
    const auto now = world_.inner().now().wall;
    const auto off =
        record.announced_time > now ? record.announced_time - now : now - record.announced_time;
    const auto is_off = [&](std::string_view bound, std::chrono::seconds promised) {
      note(fmt::format("peer.announced_{}", bound), "off",
           fmt::format("{}: its announced time is promised to be {} {} from now, and is {} away",
                       shown, bound, text_of(promised), text_of(off)),
           peers);
    };
    if (e.announced_within && off > *e.announced_within)
      is_off("within", *e.announced_within);
    if (e.announced_beyond && off < *e.announced_beyond)
      is_off("beyond", *e.announced_beyond);
  }

  /// How many endpoints a crawler first heard of from a peer.
  std::uint64_t heard_of(std::uint32_t crawler, const net::endpoint& from) {
    std::uint64_t count = 0;
    std::optional<net::endpoint> after;
    do {
      store::list_query question;
      question.after = after;
      question.limit = store::list_query::max_page;
      const auto answer = world_.crawlers()[crawler]->disk().database().answer(question);
      if (!answer)
        return count;
      const auto& page = std::get<store::list_answer>(*answer);
      for (const auto& [peer, record] : page.peers)
        count += record.first_source == from ? 1 : 0;
      after = page.next;
    } while (after);
    return count;
  }

  crawl_world& world_;
  const crawl_verdict& verdict_;
  const expectations& expect_;
};

} // namespace

std::vector<broken_promise> unexpected(const std::vector<broken_promise>& violations,
                                       const expectations& expect) {
  std::vector<broken_promise> others;
  std::ranges::copy_if(violations, std::back_inserter(others), [&](const auto& violation) {
    const auto has_it = [&](const auto& part) { return is_part(part, violation); };
    return std::ranges::none_of(expect.violations, has_it) &&
           std::ranges::none_of(expect.violations_allowed, has_it);
  });
  return others;
}

std::vector<broken_promise> broken_promises(crawl_world& world, const crawl_verdict& verdict) {
  judge judging(world, verdict);
  judging.look();
  return std::move(judging.broken);
}

} // namespace seedwalk::sim
