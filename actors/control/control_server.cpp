#include "actors/control/control_server.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "actors/config/config_text.hpp"
#include "actors/control/bounded_json.hpp"
#include "actors/control/control_json.hpp"
#include "actors/control/control_queries.hpp"
#include "actors/crawl/crawl_messages.hpp"
#include "net/door/network.hpp"

namespace seedwalk::actors {

namespace {

constexpr std::uint32_t allowance = 64u << 10;

/// So much of an answer is with the door at once: the rest of a long one waits here for its reader.
constexpr std::size_t chunk_bytes = 1u << 20;
static_assert(chunk_bytes < net::network::max_unsent_bytes);

/// A mistake in a request, for its sender.
struct bad_request : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string text_of(const nlohmann::json& request, const char* member) {
  const auto i = request.find(member);
  if (i == request.end() || !i->is_string())
    throw bad_request(std::string{"the request needs a text \""} + member + "\"");
  return i->get<std::string>();
}

/// Text that is kept, so not as long as it likes.
std::string short_text(std::string text, const char* member) {
  if (text.size() > control_server::text_bytes_max)
    throw bad_request(
        fmt::format("\"{}\" is longer than {} bytes", member, control_server::text_bytes_max));
  return text;
}

store::ban_target target_of(const nlohmann::json& request) {
  if (request.contains("user_agent")) {
    auto pattern = short_text(text_of(request, "user_agent"), "user_agent");
    if (pattern.empty())
      throw bad_request("\"user_agent\" is empty");
    return store::user_agent_pattern{std::move(pattern)};
  }
  const auto text = text_of(request, "target");
  const auto rule = parse_address_rule(text);
  if (!rule)
    throw bad_request(text + ": " + rule.error());
  return std::visit([](const auto& x) -> store::ban_target { return x; }, *rule);
}

std::chrono::seconds duration_of(const nlohmann::json& request) {
  const auto given = request.find("seconds");
  if (given == request.end())
    return std::chrono::seconds{0};
  // Conversions of JSON wrap and round: the type is looked at first. Numbers that are negative are
  // of another type than those that are not.
  if (!given->is_number_unsigned() ||
      given->get<std::uint64_t>() > static_cast<std::uint64_t>(control_server::ban_max.count()))
    throw bad_request("\"seconds\" is not between 0 (until it is lifted) and a hundred years");
  return std::chrono::seconds{given->get<std::int64_t>()};
}

/// The value that `name` is the name of, of those numbered 0 to `last`.
template <class T>
std::optional<T> named(const nlohmann::json& request, const char* member, T last) {
  if (!request.contains(member))
    return std::nullopt;
  const auto text = text_of(request, member);
  for (int i = 0; i <= static_cast<int>(last); ++i)
    if (net::name_of(static_cast<T>(i)) == text)
      return static_cast<T>(i);
  throw bad_request(fmt::format("{}: there is no such {}", text, member));
}

peer_filter filter_of(const nlohmann::json& request) {
  peer_filter to;
  to.direction = named(request, "direction", net::direction::inbound_over_capacity);
  to.network = named(request, "network", net::network_id::yggdrasil);
  if (request.contains("user_agent"))
    to.user_agent = short_text(text_of(request, "user_agent"), "user_agent");
  return to;
}

} // namespace

void control_server::start() {
  s_.listener = env_.network.listen(net::unix_path{env_.recipe.control_socket}, host_.self());
  env_.network.accept(s_.listener, clients_max);
}

caf::behavior control_server::make_behavior() {
  return {
      [this](const net::listening&) {},
      [this](const net::listen_failed& m) {
        env_.log.write(
            log_level::warning, host_.stable_name(),
            "no control socket: commands cannot reach this crawl",
            {{"path", env_.recipe.control_socket}, {"error", std::string{net::name_of(m.reason)}}});
      },
      [this](const net::accept_paused& m) {
        if (s_.failures.note(m.reason, env_.time.now().steady))
          env_.log.write(log_level::warning, host_.stable_name(),
                         "this machine fails those who ask at the control socket",
                         {{"error", std::string{net::name_of(m.reason)}},
                          {"do", std::string{advice_on(m.reason)}}});
      },
      [this](const net::accepted& m) {
        env_.network.own(m.connection, host_.self());
        want_more(m.connection, s_.clients[m.connection]);
      },
      [this](const net::received& m) { on_received(m); },
      [this](const net::drained& m) {
        if (const auto i = s_.clients.find(m.connection); i != s_.clients.end()) {
          i->second.writing = false;
          next_requests(m.connection);
        }
      },
      [this](const net::input_ended& m) {
        if (const auto i = s_.clients.find(m.connection); i != s_.clients.end()) {
          i->second.ended = true;
          next_requests(m.connection);
        }
      },
      [this](const net::closed& m) {
        s_.clients.erase(m.connection);
        env_.network.accept(s_.listener, 1);
      },
      [this](const storage_answer& m) { on_answer(m); },
      [this](const command_done& m) { on_done(m); },
      [this](const pool_snapshot& m) { on_snapshot(m); },
      [this](const peer_list& m) { on_peers(m); },
      [this](const broadcast_done& m) { on_broadcast_done(m); },
      [this](const shut_down&) {
        env_.network.stop_listening(s_.listener);
        for (const auto& [id, from] : s_.clients)
          env_.network.close(id, net::closing::abort);
        host_.quit();
      },
  };
}

void control_server::want_more(net::connection_id id, client& from) {
  if (from.busy || from.unspent > 0)
    return;
  from.unspent = allowance;
  env_.network.want(id, allowance);
}

void control_server::on_received(const net::received& m) {
  const auto i = s_.clients.find(m.connection);
  if (i == s_.clients.end())
    return;
  auto& from = i->second;
  from.unspent -= std::min<std::uint32_t>(from.unspent, static_cast<std::uint32_t>(m.data.size()));
  if (from.ended)
    return;
  from.input += net::as_text(m.data.view());
  if (from.input.size() > line_bytes_max) {
    from.input.clear();
    from.ended = true;
    end_answer(m.connection, {"the request is too long", true});
  }
  next_requests(m.connection);
}

/// Carries out what is there of whole requests: one at a time, and none while an answer before it
/// has not found its way out.
void control_server::next_requests(net::connection_id id) {
  auto& from = s_.clients.at(id);
  while (!from.busy && from.output.size() < chunk_bytes) {
    const auto end = from.input.find('\n');
    if (end == std::string::npos) {
      if (!from.ended)
        want_more(id, from);
      break;
    }
    const auto line = from.input.substr(0, end);
    from.input.erase(0, end + 1);
    from.busy = true;
    carry_out(id, line);
  }
  write_on(id);
}

void control_server::carry_out(net::connection_id id, const std::string& line) {
  const auto token = ++s_.tokens;
  s_.asked.emplace(token, id);
  const auto request = parse_json(line);
  std::string problem;
  try {
    if (!request.is_object())
      problem = "a request is one JSON object a line";
    else if (const auto command = text_of(request, "command"); !dispatch(command, request, token))
      problem = "unknown command \"" + command + "\"";
  } catch (const bad_request& e) {
    problem = e.what();
  } catch (const nlohmann::json::exception&) {
    problem = "a member of the request has the wrong type";
  }
  if (!problem.empty()) {
    s_.asked.erase(token);
    end_answer(id, {problem, true});
  }
}

bool control_server::dispatch(const std::string& command, const nlohmann::json& request,
                              std::uint64_t token) {
  const auto self = host_.self();
  if (command == "db-query") {
    auto query = query_in(request);
    if (!query)
      throw bad_request(query.error());
    env_.runtime.send(s_.db_writer, storage_question{self, token, std::move(*query)});
  } else if (command == "status") {
    env_.runtime.send(s_.manager, ask_snapshot{self, token});
  } else if (command == "peers") {
    env_.runtime.send(s_.manager, ask_peers{self, token});
  } else if (command == "ban") {
    env_.runtime.send(s_.manager,
                      ban_peer{self, token, target_of(request),
                               short_text(request.value("reason", "operator"), "reason"),
                               duration_of(request)});
  } else if (command == "unban") {
    env_.runtime.send(s_.manager, unban_peer{self, token, target_of(request)});
  } else if (command == "disconnect") {
    const auto peer = net::parse_endpoint(text_of(request, "peer"), s_.default_port);
    if (!peer)
      throw bad_request(peer.error().message);
    env_.runtime.send(s_.manager, drop_peer{self, token, *peer});
  } else if (command == "broadcast-ping") {
    env_.runtime.send(s_.manager, broadcast{self, token, filter_of(request), std::nullopt});
  } else if (command == "reload") {
    env_.runtime.send(s_.crawler,
                      reload_settings{self, token, request.value("name", "configuration"),
                                      text_of(request, "contents")});
  } else {
    return false;
  }
  return true;
}

// -- answers
// ------------------------------------------------------------------------------------------

void control_server::say(net::connection_id id, const nlohmann::json& line) {
  // User agents are whatever bytes a peer sent.
  if (const auto i = s_.clients.find(id); i != s_.clients.end())
    i->second.output += line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

/// Gives the door the next of what it has not been given; says goodbye when that was all.
void control_server::write_on(net::connection_id id) {
  const auto i = s_.clients.find(id);
  if (i == s_.clients.end() || i->second.writing)
    return;
  auto& to = i->second;
  if (to.output.empty()) {
    if (to.ended && !to.busy)
      env_.network.close(id, net::closing::graceful);
    return;
  }
  const auto chunk = std::min(to.output.size(), chunk_bytes);
  to.writing = true;
  env_.network.write(id, net::buffer{net::as_bytes(to.output).first(chunk)});
  to.output.erase(0, chunk);
}

void control_server::end_answer(net::connection_id id, const refusal& refused) {
  if (refused.problem.empty())
    say(id, {{"type", "end"}});
  else
    say(id,
        {{"type", "error"}, {"message", refused.problem}, {"bad_request", refused.bad_request}});
  if (const auto i = s_.clients.find(id); i != s_.clients.end())
    i->second.busy = false;
}

/// The client of a request that is answered now; nothing if it has gone.
std::optional<net::connection_id> control_server::take_asker(std::uint64_t token) {
  const auto i = s_.asked.find(token);
  if (i == s_.asked.end())
    return std::nullopt;
  const auto id = i->second;
  s_.asked.erase(i);
  if (!s_.clients.contains(id))
    return std::nullopt;
  return id;
}

void control_server::answer(std::uint64_t token, const nlohmann::json& line,
                            const refusal& refused) {
  const auto id = take_asker(token);
  if (!id)
    return;
  if (refused.problem.empty())
    say(*id, line);
  end_answer(*id, refused);
  next_requests(*id);
}

void control_server::on_answer(const storage_answer& m) {
  if (m.error)
    answer(m.token, nullptr, {m.error.message});
  else
    answer(m.token, answer_line(m.answer), {});
}

void control_server::on_done(const command_done& m) {
  answer(m.token, {{"type", "done"}, {"affected", m.affected}}, {m.problem, m.bad_request});
}

void control_server::on_snapshot(const pool_snapshot& m) {
  auto status = to_json(m);
  status["chain"] = s_.chain;
  answer(m.token, status, {});
}

void control_server::on_peers(const peer_list& m) {
  const auto id = take_asker(m.token);
  if (!id)
    return;
  for (const auto& [peer, entry] : m.peers)
    say(*id, to_json(peer, entry, m.now));
  end_answer(*id, {});
  next_requests(*id);
}

void control_server::on_broadcast_done(const broadcast_done& m) {
  nlohmann::json failed = nlohmann::json::array();
  for (const auto& peer : m.failed)
    failed.push_back(net::to_string(peer));
  answer(m.token, {{"type", "broadcast"}, {"sent", m.sent}, {"failed", std::move(failed)}}, {});
}

void control_server::on_exception(std::string_view text) {
  env_.log.write(log_level::error, host_.stable_name(), "the control socket is gone",
                 {{"error", std::string{text}}});
  env_.network.stop_listening(s_.listener);
}

} // namespace seedwalk::actors
