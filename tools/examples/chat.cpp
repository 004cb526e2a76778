// A chat server. Promise: everybody reads the same lines in the same order, each once, across lost
// connections; a member that does not read is sent away, and harms nobody.

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "net/base/random.hpp"
#include "tools/examples/client.hpp"
#include "tools/examples/example.hpp"
#include "tools/examples/input_text.hpp"
#include "tools/examples/server.hpp"

namespace seedwalk::examples {

namespace {

/// From a connection to the hub: somebody has come, and knows the first lines.
struct joined {
  net::owner member;
  std::uint64_t lines_known = 0;
  SEEDWALK_INSPECT(joined, member, lines_known)
};

/// From a connection to the hub: the `nth` line of this name.
struct said {
  std::string name;
  std::uint64_t nth = 0;
  std::string text;
  SEEDWALK_INSPECT(said, name, nth, text)
};

/// From a connection to the hub: it is over.
struct parted {
  net::owner member;
  SEEDWALK_INSPECT(parted, member)
};

/// From the hub to a connection: lines for the one behind it.
struct lines {
  std::string text;
  SEEDWALK_INSPECT(lines, text)
};

struct hub_state {
  std::vector<std::string> history;
  std::map<std::string, std::uint64_t> last_of; ///< The number of each name's last line.
  std::set<net::owner> members;
  SEEDWALK_INSPECT(hub_state, history, last_of, members)
};

/// Puts all lines in one order, and tells everybody.
class hub final : public actor<hub_state> {
public:
  static constexpr std::string_view kind = "hub";
  /// Lines after the first so many are not taken: a chat that grows without end needs a disk.
  static constexpr std::size_t history_max = 100'000;
  using actor_base::actor_base;

  caf::behavior make_behavior() {
    return {[this](const joined& x) {
              state_.members.insert(x.member);
              std::string missed;
              for (auto i = x.lines_known; i < state_.history.size(); ++i)
                missed += state_.history[i];
              if (!missed.empty())
                env_.send(x.member, lines{missed});
            },
            [this](const said& x) { on_said(x); },
            [this](const parted& x) { state_.members.erase(x.member); },
            [this](const end_now&) { host_.quit(); }};
  }

private:
  void on_said(const said& x) {
    auto& last = state_.last_of[x.name];
    // Who lost its connection says again what it has not read.
    if (state_.history.size() == history_max || (x.nth <= last && !env_.config.bug))
      return;
    last = x.nth;
    state_.history.push_back(
        fmt::format("{} {} {} {}\n", state_.history.size() + 1, x.name, x.nth, x.text));
    for (const auto member : state_.members)
      env_.send(member, lines{state_.history.back()});
  }
};

struct member_state {
  input_text input;
  std::string name;
  std::size_t unsent = 0; ///< At most: bytes since the last `drained`.
  SEEDWALK_INSPECT(member_state, input, name, unsent)
};

/// "join NAME LINES-KNOWN", then "say NTH TEXT". A member for whom too much waits has to go.
class chat_connection final : public connection<member_state> {
public:
  static constexpr std::string_view kind = "chat connection";
  static constexpr std::size_t unsent_max = 256u << 10;
  using connection::connection;

private:
  std::uint32_t on_bytes(const net::buffer& data) override {
    if (!own().input.append(data.view()))
      abort();
    while (const auto line = own().input.line())
      on_line(*line);
    return static_cast<std::uint32_t>(data.size());
  }
  void on_line(std::string_view line) {
    const auto verb = take_word(line);
    if (verb == "join" && own().name.empty()) {
      own().name = take_word(line);
      env_.send(state_.service, joined{host_.self(), take_number(line).value_or(0)});
    } else if (const auto nth = take_number(line); verb == "say" && nth && !own().name.empty()) {
      env_.send(state_.service, said{own().name, *nth, std::string{line}});
    } else {
      abort();
    }
  }
  void on_drained() override { own().unsent = 0; }
  void on_closed() override { env_.send(state_.service, parted{host_.self()}); }
  caf::message_handler more_handlers() override {
    return {[this](const lines& x) {
      own().unsent += x.text.size();
      if (own().unsent > unsent_max)
        return abort();
      write(x.text);
    }};
  }
};

struct conversation {
  input_text input;
  std::uint64_t lines_read = 0;
  std::map<std::string, std::uint64_t> last_of; ///< By name: the number of the last line.
  std::uint64_t digest = 0;
  SEEDWALK_INSPECT(conversation, input, lines_read, last_of, digest)
};

/// Says its lines, each when the one before has come back, and reads until all have said theirs.
/// The one that disturbs joins and does not read.
class chat_client final : public client<conversation> {
public:
  static constexpr std::string_view kind = "chat client";
  static constexpr std::uint32_t disturbing = 1;
  static std::uint32_t members(const settings& config) { return config.clients; }
  using client::client;

private:
  std::string name() const { return "member-" + std::to_string(state_.number); }

  void on_open() override {
    own().input = {};
    write(fmt::format("join {} {}\n", name(), own().lines_read));
    if (!disturbs())
      say();
  }
  std::uint32_t wanted() const override { return disturbs() ? 0 : 64u << 10; }

  void on_bytes(const net::buffer& bytes) override {
    own().input.append(bytes.view());
    while (const auto line = own().input.line())
      on_line(*line);
  }
  void on_line(std::string_view line) {
    own().digest = net::keyed_hash(own().digest, "line", net::as_bytes(line));
    const auto number = take_number(line);
    const auto name_of_line = std::string{take_word(line)};
    const auto nth = take_number(line);
    if (number != own().lines_read + 1)
      throw std::runtime_error(
          fmt::format("line {} comes after line {}", number.value_or(0), own().lines_read));
    own().lines_read = *number;
    if (nth != ++own().last_of[name_of_line])
      throw std::runtime_error(fmt::format("line {} of {} comes where line {} was due",
                                           nth.value_or(0), name_of_line,
                                           own().last_of[name_of_line]));
    if (own().lines_read == env_.config.clients * env_.config.count)
      return done(own().digest);
    if (name_of_line == name())
      say();
  }
  void say() {
    if (const auto nth = own().last_of[name()] + 1; nth <= env_.config.count)
      write(fmt::format("say {} {}\n", nth, std::string(nth * 37 % 200, '.')));
  }
};

} // namespace

example chat_example() {
  return {.name = "chat",
          .purpose = "everybody reads the same lines in the same order, each once",
          .bug = "what a member says again after a lost connection is a line of its own",
          .server = sim::program_with<settings>([](stage& on) {
            const auto service = on.spawn<hub>("hub");
            return on.spawn<acceptor<chat_connection>>("acceptor", {service, 1'000, {}});
          }),
          .clients = sim::program_with<settings>(
              [](stage& on) { return on.spawn<crew<chat_client>>("crew"); }),
          .members = chat_client::members,
          .usual = {},
          .digests_agree = true};
}

} // namespace seedwalk::examples
