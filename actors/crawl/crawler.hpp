#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/behavior.hpp>

#include "actors/crawl/crawl_messages.hpp"
#include "actors/crawl/environment.hpp"
#include "actors/crawl/pool_messages.hpp"
#include "actors/crawl/seed_questions.hpp"
#include "actors/crawl/seed_watch.hpp"
#include "actors/crawl/storage_messages.hpp"
#include "actors/runtime/control.hpp"
#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/timers.hpp"
#include "net/address/named_host.hpp"
#include "store/census_record.hpp"

namespace seedwalk::actors {

/// How a crawl ended.
enum class crawl_end : std::uint8_t {
  finished = 0, ///< Nothing was due any more.
  stopped,      ///< An operator, a signal or the limit on time ended it.
  failed,       ///< It could not go on: `crawl_fault` says why.
};

/// What a crawl came to.
struct crawl_summary {
  crawl_end end = crawl_end::finished;
  std::string problem; ///< Why it failed; else empty.
  crawl_fault fault = crawl_fault::none;
  std::uint32_t census = 0;
  bool resumed = false; ///< It went on with a census that an earlier run had left open.
  crawl_counters counters;
  std::uint64_t known = 0;                    ///< Endpoints in the database.
  std::array<std::uint64_t, 8> not_dialled{}; ///< Of them, by net::network_id: cannot be reached.
  std::chrono::nanoseconds took{0};
};

/// The root: starts a crawl, watches over it, and ends it in order.
///
/// It opens the census, or goes on with the open one; finds where to start (the endpoints and names
/// given, else what the database knows, else, while too few succeeded lately, the chain's DNS seeds
/// in keyed random order); then the manager works. A signal, the limit on time or the end of all
/// work ends it: no new dials, visits cancelled, everything durable, the census closed, summary
/// given.
///
/// Names that were given are resolved beside the crawl: those that do not resolve hold up nobody.
/// Where it looks for endpoints to dial is in crawler_start.cpp, all else in crawler.cpp.
class crawler {
public:
  static constexpr std::string_view kind = "crawler";
  using environment = actors::environment;

  enum class phase : std::uint8_t { opening = 0, seeding, crawling, ending, closing, ended };

  struct state {
    settings_in_use settings;
    net::owner db_writer;
    net::owner manager;
    net::owner control; ///< `nobody`: there is no control socket.
    phase now = phase::opening;
    net::steady_time started{0};
    std::uint32_t census_number = 0;
    store::census_record census;
    bool resumed = false;
    crawl_counters counters;
    std::uint64_t known = 0;
    bool asking_known = false; ///< At most one such question waits, however slow the disk is.
    std::array<std::uint64_t, 8> not_dialled{};
    std::uint64_t reached_lately = 0; ///< When the crawl began.
    bool routes_known = false;
    bool settling = false; ///< The database is being told which networks are dialled: these.
    std::array<bool, 8> settling_for{};
    std::map<net::resolve_id, std::string> resolving; ///< Which seed each question is about.
    seed_questions asked_seeds;
    net::timer_id seeds_timer; ///< Until seeds that did not answer are asked again.
    std::vector<net::endpoint> seeds;
    seed_watch watch;
    bool seeds_answered = false; ///< In this run.
    bool end_waits = false; ///< Nothing is due, nobody was reached: seeds are asked before the end.

    // Names to start at.
    std::deque<net::named_host> names_to_ask; ///< In this round.
    std::map<net::resolve_id, net::named_host> resolving_names;
    std::vector<net::named_host> names_failed; ///< In this round.
    seed_questions asked_names;
    bool resolver_fails = false;                ///< Of those, a later round may answer some.
    std::map<std::string, std::string> in_vain; ///< Names that lead nowhere, and why.
    net::timer_id names_timer;                  ///< Until they are asked for again.

    // The proxy, where it is given by its name.
    std::optional<net::resolve_id> resolving_proxy;
    bool proxy_asked = false;   ///< And there was an answer, or there is no name to ask for.
    net::timer_id proxy_timer;  ///< Until it is asked for again.
    std::uint32_t queueing = 0; ///< Writes that make somebody due, not yet answered.
    net::timer_id limit_timer;
    net::timer_id progress_timer;
    net::timer_id tidy_timer;
    net::timer_id deadline_timer;
    std::uint64_t unsaved = 0; ///< Tokens of save_operations not yet answered.
    crawl_end end = crawl_end::stopped;
    std::string problem;
    crawl_fault fault = crawl_fault::none;
    std::optional<net::instant> believed_at; ///< When the wall clock was last known to be right.
    bool tidy_waits = false;                 ///< For a clock that is believed.
    SEEDWALK_INSPECT(state, settings, db_writer, manager, control, now, started, census_number,
                     census, resumed, counters, known, asking_known, not_dialled, reached_lately,
                     routes_known, settling, settling_for, resolving, seeds, limit_timer,
                     progress_timer, tidy_timer, deadline_timer, unsaved, end, problem, fault,
                     asked_seeds, seeds_timer, believed_at, tidy_waits, watch, seeds_answered,
                     end_waits, names_to_ask, resolving_names, names_failed, asked_names,
                     resolver_fails, in_vain, names_timer, resolving_proxy, proxy_asked,
                     proxy_timer, queueing)
  };

  static constexpr std::size_t mailbox_max = 256; ///< Answers, a resolver's answer a seed, signals.

  crawler(environment& env, net::actor_host& host, state& data) : env_(env), host_(host), s_(data) {
    env.settings.attach(data.settings);
  }

  void start();
  caf::behavior make_behavior();
  void on_exception(std::string_view text);

private:
  enum token : std::uint64_t {
    ask_census = 1,
    ask_stats,
    ask_final_stats,
    save_open,
    save_seeds,
    save_found,
    save_progress,
    save_tidy,
    save_networks,
    save_end,
    ask_known,
    ask_unreached
  };

  void ask(token purpose, store::query query);
  void save(token purpose, std::vector<store::operation> operations);
  void on_answer(const storage_answer& m);
  void on_saved(const operations_saved& m);
  void on_census(const store::censuses_answer& answer);
  void on_stats(const store::stats_answer& answer);
  void on_timer(net::timer_id timer);
  void reload(const reload_settings& m);
  void use(std::shared_ptr<const settings> next);
  void on_routes(const net::routes_found& found);
  void open();
  void found_out(findings found);
  void settle_networks(const std::optional<net::endpoint>& after);
  void on_networks_settled(const store::networks_settled& done);
  void begin();
  void end(crawl_end end);
  void fail(crawl_fault fault, std::string problem);
  void on_crawl_ended(const crawl_ended& m);
  void judge_unreached(const store::stats_answer& stats);
  void save_last_census();
  void save_census(store::census_state final_state);
  void keep_census_times(const net::instant& now);
  void tidy();
  void finish();

  // crawler_start.cpp: where it starts, and where it looks when nobody is left
  void seed();
  void queue(token purpose, std::vector<store::operation> operations);
  bool may_ask_seeds() const;
  void ask_seeds();
  void seeds_failed();
  void on_resolved(const net::resolved& m);
  void on_seed_resolved(const std::string& seed, const net::resolved& m);
  void seeded();
  void ask_names();
  void ask_next_names();
  void on_name_resolved(const net::named_host& host, const net::resolved& m);
  void start_at(const net::named_host& host, std::vector<net::endpoint> found);
  void names_round_over();
  void find_proxy();
  void on_proxy_resolved(const net::resolved& m);
  bool looking() const;
  void found_more();
  void watch_for_seeds(const crawl_progress& m);
  void on_nothing_due(const nothing_is_due& m);

  environment& env_;
  net::actor_host& host_;
  state& s_;
};

} // namespace seedwalk::actors
