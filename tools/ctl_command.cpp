#include "tools/ctl_command.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "actors/config/config_text.hpp"
#include "actors/control/control_queries.hpp"
#include "actors/runtime/live_driver.hpp"
#include "net/base/whole_file.hpp"
#include "tools/command_line.hpp"
#include "tools/config_flags.hpp"
#include "tools/control_client.hpp"
#include "tools/option_values.hpp"
#include "tools/text_table.hpp"

namespace seedwalk::tools {

namespace {

using nlohmann::json;

constexpr std::string_view ctl_help =
    R"(Talks to a running crawl, which the folder of its database names.
Usage: seedwalk ctl status|peers|bans|ban|unban|disconnect|reload|broadcast-ping [OPTIONS]

  status          what it did, and who is connected, in numbers
  peers           the live connections
  bans            who is neither dialled nor welcomed
  ban             ban an endpoint, an address, a subnet or a user agent
  unban           lift a ban
  disconnect      end a connection
  reload          take a configuration file, whole or not at all
  broadcast-ping  ping every peer that is connected

Examples:
  seedwalk ctl status --db ./main-db
  seedwalk ctl ban 203.0.113.0/24 --for 7d --reason 'asked not to be visited' --db ./main-db
  seedwalk ctl ban --ban-agent '*Spy*' --db ./main-db
  seedwalk ctl reload seedwalk.toml --db ./main-db
)";

/// JSON on one line, of ASCII alone: user agents are any bytes that a peer sent.
std::string ascii_line(const json& value) {
  return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

/// The part that all `seedwalk ctl` commands share: which crawl, and in which form.
class ctl_line {
public:
  ctl_line(const std::string& name, std::string purpose, std::string examples)
      : name_(name), line_("ctl " + name, std::move(purpose), std::move(examples)),
        flags_(line_, {"network.name", "storage.path"}) {
    line_.app().add_flag("--json", as_json_, "print JSON lines, as the crawl sends them");
  }

  CLI::App& app() { return line_.app(); }
  std::optional<exit_code> parse(invocation& invoked) { return line_.parse(invoked); }
  exit_code refuse(const invocation& invoked, const std::string& message) const {
    return line_.refuse(invoked, message);
  }

  /// Asks the crawl, and gives `each` the lines of the answer.
  exit_code fetch(const invocation& invoked, const json& request,
                  const std::function<void(const json&)>& each) {
    const auto layered = flags_.load(invoked.env);
    if (!layered)
      return line_.refuse(invoked, layered.error());
    auto crawl = control_client::connect(layered->config.storage.path);
    if (!crawl)
      return fail(invoked, fmt::format("no crawl answers there: {}", crawl.error()));
    // A chain that was named has to be the crawl's, as with a database that nobody has open.
    auto done = layered->source_of("network.name") == value_source::built_in
                    ? tl::expected<void, control_error>{}
                    : crawl->expect_chain(layered->config.network.name);
    if (done)
      done = crawl->ask(request, each);
    if (done)
      return exit_code::done;
    const auto& [problem, bad_request] = done.error();
    return bad_request ? refuse(invoked, problem) : fail(invoked, problem);
  }

  /// The same; `show` gets the lines where people read them, and --json prints them.
  exit_code ask(const invocation& invoked, const json& request,
                const std::function<void(const json&)>& show) {
    return fetch(invoked, request, [&](const json& line) {
      if (as_json_)
        invoked.terminal.out << ascii_line(line) << '\n';
      else
        show(line);
    });
  }

  bool as_json() const { return as_json_; }

  exit_code fail(const invocation& invoked, const std::string& problem) const {
    invoked.terminal.err << fmt::format("seedwalk ctl {}: {}\n", name_, problem);
    return exit_code::failed;
  }

private:
  std::string name_;
  command_line line_;
  config_flags flags_;
  bool as_json_ = false;
};

std::string connections_of(const json& line, const char* member) {
  const auto n = line.value(member, std::uint64_t{0});
  return n == 1 ? "1 connection" : fmt::format("{} connections", n);
}

std::string number_of(const json& line, const char* member) {
  const auto i = line.find(member);
  return i == line.end() ? "-" : i->dump();
}

void print_status(const json& s, std::ostream& out) {
  text_table table{{{"", text_table::align::left},
                    {"", text_table::align::right},
                    {"", text_table::align::left}}};
  const auto add = [&](const char* text, const char* member, const char* meaning) {
    table.add({text, number_of(s, member), meaning});
  };
  add("tried", "tried", "visits that ended");
  add("good", "good", "of them, those that reached a verack");
  add("failed", "failed", "");
  add("addresses", "addresses", "heard of, repetitions included");
  const auto add_all = [&](const char* text, const char* member) {
    table.add({text, "", ""});
    if (const auto i = s.find(member); i != s.end())
      for (const auto& [name, n] : i->items())
        table.add({"  " + name, n.dump(), ""});
  };
  add_all("connections by state", "connections");
  add_all("connections by direction", "directions");
  add("outbound slots", "outbound_slots", "");
  add("inbound slots", "inbound_slots", "");
  add("held", "held", "peers that are kept connected");
  add("waiting", "waiting", "due, and not dialled yet");
  add("reconnects", "reconnects", "of held peers that were lost");
  add("bans", "bans", "");
  add("bytes in", "bytes_in", "");
  add("bytes out", "bytes_out", "");
  add("mean visit", "visit_ms_mean", "ms");
  add("mean handshake", "handshake_ms_mean", "ms");
  add("mean round trip", "round_trip_us_mean", "us");
  add("memory of the pool", "memory_bytes", "bytes, by the size of what it keeps");
  add_all("visits by outcome", "outcomes");
  add_all("failures of this machine", "local_failures");
  add_all("messages received", "messages_in");
  table.print(out);
}

exit_code run_status(invocation& invoked) {
  ctl_line line{"status", "Shows what a running crawl did, and its connections in numbers.",
                "seedwalk ctl status --db ./main-db\nseedwalk ctl status --json | jq .held"};
  if (const auto code = line.parse(invoked))
    return *code;
  return line.ask(invoked, {{"command", "status"}},
                  [&](const json& s) { print_status(s, invoked.terminal.out); });
}

exit_code run_peers(invocation& invoked) {
  ctl_line line{"peers", "Lists the live connections of a running crawl.",
                "seedwalk ctl peers --db ./main-db\n"
                "seedwalk ctl peers --json | jq -r 'select(.hold).address'"};
  if (const auto code = line.parse(invoked))
    return *code;
  text_table table{{{"address", text_table::align::left},
                    {"direction", text_table::align::left},
                    {"state", text_table::align::left},
                    {"since (UTC)", text_table::align::left},
                    {"ping us", text_table::align::right},
                    {"in", text_table::align::right},
                    {"out", text_table::align::right},
                    {"user agent", text_table::align::left}}};
  const auto code = line.ask(invoked, {{"command", "peers"}}, [&](const json& p) {
    table.add({p.value("address", ""), p.value("direction", ""), p.value("state", ""),
               time_text(p.value("since", std::int64_t{0})), number_of(p, "round_trip_us"),
               number_of(p, "bytes_in"), number_of(p, "bytes_out"),
               printable(p.value("user_agent", ""))});
  });
  if (code == exit_code::done && !line.as_json())
    table.print(invoked.terminal.out);
  return code;
}

/// As `target` or `user_agent`, as requests name it.
json target_members(const store::ban_target& target) {
  if (const auto agent = std::get_if<store::user_agent_pattern>(&target))
    return {{"user_agent", agent->pattern}};
  if (const auto subnet = std::get_if<store::subnet>(&target))
    return {{"target", actors::print_address_rule(*subnet)}};
  return {{"target", net::to_string(std::get<net::endpoint>(target))}};
}

std::string target_text(const store::ban_target& target) {
  if (const auto agent = std::get_if<store::user_agent_pattern>(&target))
    return "user agent " + printable(agent->pattern);
  if (const auto subnet = std::get_if<store::subnet>(&target))
    return actors::print_address_rule(*subnet);
  return net::to_string(std::get<net::endpoint>(target));
}

exit_code run_bans(invocation& invoked) {
  ctl_line line{"bans", "Lists who is neither dialled nor welcomed.",
                "seedwalk ctl bans --db ./main-db\nseedwalk ctl bans --json | jq -r .target"};
  if (const auto code = line.parse(invoked))
    return *code;
  const store::query query = store::bans_query{};
  tl::expected<store::answer, std::string> answer = tl::unexpected<std::string>("no answer");
  const auto code = line.fetch(invoked, actors::query_request(query), [&](const json& reply) {
    answer = actors::answer_in(reply, query);
  });
  if (code != exit_code::done)
    return code;
  if (!answer)
    return line.fail(invoked, answer.error());
  text_table table{{{"target", text_table::align::left},
                    {"since (UTC)", text_table::align::left},
                    {"until (UTC)", text_table::align::left},
                    {"reason", text_table::align::left}}};
  for (const auto& ban : std::get<store::bans_answer>(*answer).bans) {
    if (line.as_json()) {
      auto printed = target_members(ban.target);
      printed.update({{"type", "ban"},
                      {"since", ban.since.count()},
                      {"until", ban.until.count()},
                      {"reason", ban.reason}});
      invoked.terminal.out << ascii_line(printed) << '\n';
    } else {
      table.add({target_text(ban.target), time_text(ban.since.count()),
                 ban.until == store::never ? "it is lifted" : time_text(ban.until.count()),
                 printable(ban.reason)});
    }
  }
  if (!line.as_json())
    table.print(invoked.terminal.out);
  return exit_code::done;
}

/// Whom `ban` and `unban` are about: a rule for addresses, or a pattern of user agents.
class ban_target_flags {
public:
  void declare(CLI::App& app) {
    add_name(app, "target", rule_, "an endpoint, an address or a subnet")->type_name("RULE");
    add_name(app, "--ban-agent", agent_, "a user agent instead; * and ? are wild")
        ->type_name("PATTERN");
  }

  /// The members of a request that name the target; nothing if none or two were given.
  std::optional<json> members() const {
    if (rule_.empty() == agent_.empty())
      return std::nullopt;
    return rule_.empty() ? json{{"user_agent", agent_}} : json{{"target", rule_}};
  }

  static constexpr const char* wanted = "name one RULE, or one user agent with --ban-agent";

private:
  std::string rule_;
  std::string agent_;
};

exit_code run_ban(invocation& invoked) {
  ctl_line line{"ban", "Bans an endpoint, an address, a subnet or a user agent; it is durable.",
                "seedwalk ctl ban 203.0.113.7 --db ./main-db\n"
                "seedwalk ctl ban 203.0.113.0/24 --for 7d --reason 'asked not to be visited'\n"
                "seedwalk ctl ban --ban-agent '*Spy*'"};
  ban_target_flags target;
  target.declare(line.app());
  std::string duration = "0";
  std::string reason = "operator";
  add_name(line.app(), "--for", duration, "how long; 0: until it is lifted")->type_name("DURATION");
  line.app().add_option("--reason", reason, "kept with the ban")->type_name("TEXT");
  if (const auto code = line.parse(invoked))
    return *code;
  auto request = target.members();
  if (!request)
    return line.refuse(invoked, ban_target_flags::wanted);
  const auto lasts = actors::parse_duration(duration);
  if (!lasts)
    return line.refuse(invoked, fmt::format("--for {}: {}", duration, lasts.error()));
  (*request)["command"] = "ban";
  (*request)["reason"] = reason;
  (*request)["seconds"] = std::chrono::ceil<std::chrono::seconds>(*lasts).count();
  return line.ask(invoked, *request, [&](const json& done) {
    invoked.terminal.out << fmt::format("banned; it ends {}\n", connections_of(done, "affected"));
  });
}

exit_code run_unban(invocation& invoked) {
  ctl_line line{"unban", "Lifts a ban.",
                "seedwalk ctl unban 203.0.113.0/24 --db ./main-db\n"
                "seedwalk ctl unban --ban-agent '*Spy*'"};
  ban_target_flags target;
  target.declare(line.app());
  if (const auto code = line.parse(invoked))
    return *code;
  auto request = target.members();
  if (!request)
    return line.refuse(invoked, ban_target_flags::wanted);
  (*request)["command"] = "unban";
  return line.ask(invoked, *request, [&](const json&) { invoked.terminal.out << "lifted\n"; });
}

exit_code run_disconnect(invocation& invoked) {
  ctl_line line{"disconnect", "Ends one connection of a running crawl.",
                "seedwalk ctl disconnect 203.0.113.7:8333 --db ./main-db"};
  std::string peer;
  add_name(line.app(), "peer", peer, "as `ctl peers` names it; the chain's port unless given")
      ->type_name("HOST[:PORT]")
      ->required();
  if (const auto code = line.parse(invoked))
    return *code;
  return line.ask(invoked, {{"command", "disconnect"}, {"peer", peer}},
                  [&](const json&) { invoked.terminal.out << "told to end\n"; });
}

exit_code run_reload(invocation& invoked) {
  ctl_line line{"reload", "Gives a running crawl a new configuration, whole or not at all.",
                "seedwalk ctl reload seedwalk.toml --db ./main-db"};
  std::string path;
  add_name(line.app(), "file", path, "the configuration (TOML)")->type_name("FILE")->required();
  if (const auto code = line.parse(invoked))
    return *code;
  const auto file = sim::read_for_reload(path, net::file_bounds{}.patience);
  if (!file.error.empty())
    return line.refuse(invoked, fmt::format("{}: {}", path, file.error));
  return line.ask(invoked, {{"command", "reload"}, {"name", path}, {"contents", file.contents}},
                  [&](const json& done) {
                    invoked.terminal.out
                        << fmt::format("reloaded; it ends {}\n", connections_of(done, "affected"));
                  });
}

exit_code run_broadcast_ping(invocation& invoked) {
  ctl_line line{"broadcast-ping", "Pings the peers that a running crawl is connected to.",
                "seedwalk ctl broadcast-ping --db ./main-db\n"
                "seedwalk ctl broadcast-ping --to-direction inbound --to-agent '/Satoshi:*'"};
  std::map<std::string, std::string> only;
  const auto add = [&](const char* flag, const char* member, const char* type, const char* text) {
    add_name(line.app(), flag, only[member], text)->type_name(type);
  };
  add("--to-direction", "direction", "outbound|inbound", "only those");
  add("--to-network", "network", "ipv4|ipv6|torv3|i2p|cjdns|yggdrasil",
      "only those of one network");
  add("--to-agent", "user_agent", "PATTERN",
      "only those whose user agent matches; * and ? are wild");
  if (const auto code = line.parse(invoked))
    return *code;
  json request{{"command", "broadcast-ping"}};
  for (const auto& [member, text] : only)
    if (!text.empty())
      request[member] = text;
  return line.ask(invoked, request, [&](const json& done) {
    invoked.terminal.out << fmt::format("sent to {}\n", number_of(done, "sent"));
    for (const auto& peer : done.value("failed", json::array()))
      invoked.terminal.out << fmt::format("not to {}\n", peer.get<std::string>());
  });
}

} // namespace

exit_code run_ctl(invocation& invoked) {
  struct subcommand {
    std::string_view name;
    exit_code (*run)(invocation& invoked);
  };
  constexpr std::array<subcommand, 8> subcommands = {{{"status", run_status},
                                                      {"peers", run_peers},
                                                      {"bans", run_bans},
                                                      {"ban", run_ban},
                                                      {"unban", run_unban},
                                                      {"disconnect", run_disconnect},
                                                      {"reload", run_reload},
                                                      {"broadcast-ping", run_broadcast_ping}}};
  std::array<std::string_view, subcommands.size()> names;
  for (std::size_t i = 0; i != names.size(); ++i)
    names[i] = subcommands[i].name;
  const auto chosen = choose_subcommand(invoked, "ctl", names, ctl_help);
  for (const auto& s : subcommands)
    if (s.name == chosen.name)
      return s.run(invoked);
  return chosen.code;
}

} // namespace seedwalk::tools
