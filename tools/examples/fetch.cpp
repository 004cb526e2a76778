// Many HTTP requests, so many at a time, and their answers joined in order. Promise: all are there,
// each is right, and no more than `settings::limit` are ever under way.

#include <map>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "net/base/random.hpp"
#include "tools/examples/client.hpp"
#include "tools/examples/example.hpp"
#include "tools/examples/http_server.hpp"
#include "tools/examples/http_text.hpp"

namespace seedwalk::examples {

namespace {

/// From a request to its fetcher: the answer. Status 0: there is none.
struct fetched {
  std::uint32_t page = 0;
  unsigned status = 0;
  std::string body;
  SEEDWALK_INSPECT(fetched, page, status, body)
};

struct request_state {
  net::owner fetcher;
  std::uint32_t page = 0;
  net::connection_id connection = {};
  net::timer_id patience = {};
  std::string input = {};
  SEEDWALK_INSPECT(request_state, fetcher, page, connection, patience, input)
};

/// One request, on a connection of its own, which it tells the end of exactly once.
class request final : public actor<request_state> {
public:
  static constexpr std::string_view kind = "request";
  static constexpr std::chrono::seconds patience{10};
  using actor_base::actor_base;

  void start() {
    state_.connection = env_.network.connect(env_.config.server, patience, host_.self());
    state_.patience = env_.process.start(patience, host_.self());
  }

  caf::behavior make_behavior() {
    return {[this](const net::connected& x) {
              env_.network.want(x.connection, 64u << 10);
              const auto text =
                  fmt::format("GET /sum/{} HTTP/1.1\r\nHost: example\r\nConnection: close\r\n\r\n",
                              state_.page);
              env_.network.write(x.connection, net::buffer{net::as_bytes(text)});
            },
            [this](const net::received& x) {
              env_.network.want(x.connection, static_cast<std::uint32_t>(x.data.size()));
              state_.input += net::as_text(x.data.view());
              look();
            },
            [](const net::drained&) {},
            [this](const net::input_ended& x) {
              env_.network.close(x.connection, net::closing::graceful);
            },
            [this](const net::connect_failed&) {
              end({state_.page, 0, {}});
            },
            [this](const net::closed&) {
              end({state_.page, 0, {}});
            },
            [this](const net::timer_fired&) {
              env_.network.close(state_.connection, net::closing::abort);
            },
            [this](const end_now&) {
              env_.network.close(state_.connection, net::closing::abort);
              env_.process.cancel(state_.patience);
              host_.quit();
            }};
  }

private:
  void look() {
    fetched answer{state_.page, 0, {}};
    std::size_t used = 0;
    const auto found = read_response(state_.input, answer.status, answer.body, used);
    if (found == http_found::part)
      return;
    if (found == http_found::garbage)
      throw std::runtime_error(fmt::format("page {} is garbage", state_.page));
    env_.network.close(state_.connection, net::closing::graceful);
    end(std::move(answer));
  }
  void end(fetched answer) {
    env_.process.cancel(state_.patience);
    env_.send(state_.fetcher, std::move(answer));
    host_.quit();
  }
};

/// What a fetcher knows.
struct fetcher_state {
  net::owner crew;
  std::uint32_t number = 0;
  std::uint32_t next = 0;    ///< The first page that was not asked for yet.
  std::uint32_t spawned = 0; ///< Requests.
  std::map<std::uint32_t, net::owner> by_page = {};
  std::map<std::uint32_t, std::string> bodies = {};  ///< By page.
  std::map<net::timer_id, std::uint32_t> again = {}; ///< Pages whose request failed, by timer.
  SEEDWALK_INSPECT(fetcher_state, crew, number, next, spawned, by_page, bodies, again)
};

/// Asks for all pages, joins their bodies in order, and reports the digest of that.
///
/// The planted bug: no place is kept for a page that will be asked for again.
class fetcher final : public actor<fetcher_state> {
public:
  static constexpr std::string_view kind = "fetcher";
  static constexpr std::uint32_t disturbing = 0;
  static constexpr std::chrono::milliseconds pause{20};
  static std::uint32_t members(const settings& config) { return config.clients; }
  using actor_base::actor_base;

  void start() { ask_more(); }
  void on_exception(std::string_view) { env_.send(state_.crew, gave_up{state_.number}); }

  caf::behavior make_behavior() {
    return {[this](const fetched& x) { on_fetched(x); },
            [this](const net::timer_fired& x) {
              const auto page = state_.again.extract(x.timer);
              if (!page.empty())
                ask(page.mapped());
            },
            [this](const end_now&) {
              for (const auto& [page, one] : state_.by_page)
                env_.send(one, end_now{});
              for (const auto& [timer, page] : state_.again)
                env_.process.cancel(timer);
              host_.quit();
            }};
  }

private:
  std::size_t under_way() const {
    return state_.by_page.size() + (env_.config.bug ? 0 : state_.again.size());
  }

  void ask_more() {
    while (state_.next != env_.config.count && under_way() < env_.config.limit)
      ask(state_.next++);
  }
  void ask(std::uint32_t page) {
    const auto name = fmt::format("client/{}/request/{}", state_.number, ++state_.spawned);
    state_.by_page[page] = env_.spawn<request>(name, {host_.self(), page});
    if (state_.by_page.size() > env_.config.limit)
      throw std::runtime_error("too many requests are under way");
  }
  void on_fetched(const fetched& x) {
    state_.by_page.erase(x.page);
    if (x.status == 0 || x.status == 503) {
      state_.again[env_.process.start(pause, host_.self())] = x.page;
      return;
    }
    if (fmt::format("{} {}", x.status, x.body) != http_answer(fmt::format("/sum/{}", x.page)))
      throw std::runtime_error(fmt::format("page {} is \"{} {}\"", x.page, x.status, x.body));
    state_.bodies[x.page] = x.body;
    if (state_.bodies.size() != env_.config.count)
      return ask_more();
    std::string joined;
    for (const auto& [page, body] : state_.bodies)
      joined += body + '\n';
    const auto digest = net::keyed_hash(0, "pages", net::as_bytes(joined));
    env_.send(state_.crew, report{state_.number, digest, state_.spawned});
    host_.quit();
  }
};

} // namespace

example fetch_example() {
  return {.name = "fetch",
          .purpose = "many HTTP requests, so many at a time, their answers joined in order",
          .bug = "what has failed is asked for again beside those that may be under way",
          .server = sim::program_with<settings>(start_http_server),
          .clients = sim::program_with<settings>(
              [](stage& on) { return on.spawn<crew<fetcher>>("crew"); }),
          .members = fetcher::members,
          .usual = {},
          .digests_agree = true,
          .server_may_crash = true};
}

} // namespace seedwalk::examples
