#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <caf/behavior.hpp>
#include <nlohmann/json_fwd.hpp>

#include "actors/crawl/environment.hpp"
#include "actors/crawl/local_failures.hpp"
#include "actors/crawl/pool_messages.hpp"
#include "actors/crawl/storage_messages.hpp"
#include "actors/runtime/hosted_actor.hpp"

namespace seedwalk::actors {

/// Answers commands of operators on a Unix socket: questions to the database, status, peers, bans,
/// reload.
///
/// One JSON object a line comes in, JSON lines go out, ended by {"type":"end"} or
/// {"type":"error","message":...}; the grammar is in tools/README.md. A client has one request
/// under way; the next is read when it is answered. Clients are few (`clients_max`), their lines
/// bounded, and whatever they send wrong is an error line and no more.
class control_server {
public:
  static constexpr std::string_view kind = "control";
  using environment = actors::environment;

  static constexpr std::uint32_t clients_max = 16;
  static constexpr std::size_t line_bytes_max = 8u << 20;
  static constexpr std::size_t text_bytes_max = 256; ///< Of a ban's reason and pattern.
  static constexpr std::chrono::seconds ban_max = std::chrono::hours{24 * 366 * 100};

  struct client {
    std::string input;         ///< Of a line that is not whole.
    std::string output;        ///< What the socket has not taken yet of an answer.
    bool writing = false;      ///< Some of it is under way: the rest follows when that is drained.
    bool busy = false;         ///< A request is under way.
    bool ended = false;        ///< Asks no more; goes when it has its answers.
    std::uint32_t unspent = 0; ///< Wanted, and not delivered.
    SEEDWALK_INSPECT(client, input, output, writing, busy, ended, unspent)
  };

  struct state {
    std::string chain; ///< Its name; no reload changes it.
    std::uint16_t default_port = 0;
    net::owner crawler;
    net::owner manager;
    net::owner db_writer;
    net::listener_id listener;
    std::map<net::connection_id, client> clients;
    std::uint64_t tokens = 0;
    std::map<std::uint64_t, net::connection_id> asked; ///< Whose request a token is.
    local_failures failures;                           ///< To accept.
    SEEDWALK_INSPECT(state, chain, default_port, crawler, manager, db_writer, listener, clients,
                     tokens, asked, failures)
  };

  /// Each client: a few completions and an answer; and its line in pieces of at least one byte,
  /// wanted in small numbers.
  static constexpr std::size_t mailbox_max = 4096;

  control_server(environment& env, net::actor_host& host, state& data)
      : env_(env), host_(host), s_(data) {}

  void start();
  caf::behavior make_behavior();
  void on_exception(std::string_view text);

private:
  /// Why a request is not done; no text: it is.
  struct refusal {
    std::string problem;
    bool bad_request = false; ///< As it stands it can never be done.
  };

  void on_received(const net::received& m);
  void next_requests(net::connection_id id);
  void carry_out(net::connection_id id, const std::string& line);
  bool dispatch(const std::string& command, const nlohmann::json& request, std::uint64_t token);
  void on_answer(const storage_answer& m);
  void on_done(const command_done& m);
  void on_snapshot(const pool_snapshot& m);
  void on_peers(const peer_list& m);
  void on_broadcast_done(const broadcast_done& m);
  void want_more(net::connection_id id, client& from);
  std::optional<net::connection_id> take_asker(std::uint64_t token);
  void say(net::connection_id id, const nlohmann::json& line);
  void write_on(net::connection_id id);
  void end_answer(net::connection_id id, const refusal& refused);
  void answer(std::uint64_t token, const nlohmann::json& line, const refusal& refused);

  environment& env_;
  net::actor_host& host_;
  state& s_;
};

} // namespace seedwalk::actors
