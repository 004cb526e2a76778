// A log of many producers and one writer, which sends it to a collector. Promise: the collector has
// each producer's lines in their order, each once, across lost connections; and the writer holds no
// more than `settings::limit` lines of each producer.

#include <deque>
#include <map>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "tools/examples/client.hpp"
#include "tools/examples/example.hpp"
#include "tools/examples/input_text.hpp"
#include "tools/examples/server.hpp"

namespace seedwalk::examples {

namespace {

/// From a connection to the archive: the `nth` line of the log.
struct append_line {
  net::owner connection;
  std::uint64_t nth = 0;
  std::uint64_t producer = 0;
  std::uint64_t nth_of_producer = 0;
  SEEDWALK_INSPECT(append_line, connection, nth, producer, nth_of_producer)
};

/// From a connection to the archive: how far are you?
struct ask_length {
  net::owner connection;
  SEEDWALK_INSPECT(ask_length, connection)
};

/// From the archive to a connection: so many lines are there.
struct log_length {
  std::uint64_t count = 0;
  SEEDWALK_INSPECT(log_length, count)
};

struct archive_state {
  std::uint64_t count = 0;
  std::map<std::uint64_t, std::uint64_t> last_of; ///< By producer.
  SEEDWALK_INSPECT(archive_state, count, last_of)
};

/// Has the log, of which it keeps the length alone: it is about order here.
class archive final : public actor<archive_state> {
public:
  static constexpr std::string_view kind = "archive";
  using actor_base::actor_base;

  caf::behavior make_behavior() {
    return {[this](const append_line& x) {
              // Who lost its connection sends again what was not acknowledged.
              if (x.nth > state_.count)
                append(x);
              env_.send(x.connection, log_length{state_.count});
            },
            [this](const ask_length& x) { env_.send(x.connection, log_length{state_.count}); },
            [this](const end_now&) { host_.quit(); }};
  }

private:
  void append(const append_line& x) {
    if (x.nth != ++state_.count)
      throw std::runtime_error(fmt::format("line {} comes where {} was due", x.nth, state_.count));
    if (auto& last = state_.last_of[x.producer]; x.nth_of_producer != ++last)
      throw std::runtime_error(fmt::format("line {} of producer {} comes where {} was due",
                                           x.nth_of_producer, x.producer, last));
  }
};

/// "NTH PRODUCER NTH-OF-PRODUCER TEXT" is answered with "length N"; so is the beginning.
class log_connection final : public connection<input_text> {
public:
  static constexpr std::string_view kind = "log connection";
  using connection::connection;

private:
  std::uint32_t on_bytes(const net::buffer& data) override {
    if (!own().append(data.view()))
      abort();
    while (const auto line = own().line()) {
      std::string_view rest = *line;
      const auto nth = take_number(rest);
      const auto producer = take_number(rest);
      const auto nth_of_producer = take_number(rest);
      if (nth && producer && nth_of_producer)
        env_.send(state_.service, append_line{host_.self(), *nth, *producer, *nth_of_producer});
      else if (*line == "length")
        env_.send(state_.service, ask_length{host_.self()});
      else
        abort();
    }
    return static_cast<std::uint32_t>(data.size());
  }
  caf::message_handler more_handlers() override {
    return {[this](const log_length& x) { write(fmt::format("length {}\n", x.count)); }};
  }
};

/// From a producer to the writer.
struct log_line {
  net::owner producer;
  std::uint64_t number = 0; ///< Of the producer.
  std::uint64_t nth = 0;    ///< Of its lines.
  SEEDWALK_INSPECT(log_line, producer, number, nth)
};

/// From the writer to a producer: one line more may come.
struct log_credit {
  SEEDWALK_INSPECT(log_credit)
};

struct producer_state {
  net::owner writer;
  std::uint32_t number = 0;
  std::uint32_t written = 0;
  SEEDWALK_INSPECT(producer_state, writer, number, written)
};

/// Writes a line for each credit.
class producer final : public actor<producer_state> {
public:
  static constexpr std::string_view kind = "producer";
  using actor_base::actor_base;

  caf::behavior make_behavior() {
    return {[this](const log_credit&) {
              if (state_.written != env_.config.count)
                env_.send(state_.writer, log_line{host_.self(), state_.number, ++state_.written});
              else
                host_.quit();
            },
            [this](const end_now&) { host_.quit(); }};
  }
};

struct unacknowledged {
  input_text input;
  std::uint64_t before = 0;   ///< So many lines are in the log.
  std::deque<log_line> lines; ///< Those behind them.
  bool is_in_step = false;    ///< The collector has said how far it is.
  SEEDWALK_INSPECT(unacknowledged, input, before, lines, is_in_step)
};

/// The one writer. It keeps lines until the collector has them.
class log_writer final : public client<unacknowledged> {
public:
  static constexpr std::string_view kind = "log writer";
  static constexpr std::uint32_t disturbing = 0;
  static std::uint32_t members(const settings&) { return 1; }
  using client::client;

  void start() {
    for (std::uint32_t i = 0; i != env_.config.clients; ++i) {
      const auto one = env_.spawn<producer>("producer/" + std::to_string(i), {host_.self(), i});
      for (std::uint32_t n = 0; n != env_.config.limit; ++n)
        env_.send(one, log_credit{});
    }
    client::start();
  }

private:
  void on_open() override {
    own().input = {};
    own().is_in_step = false;
    write("length\n");
  }
  void on_bytes(const net::buffer& bytes) override {
    own().input.append(bytes.view());
    while (const auto line = own().input.line()) {
      std::string_view rest = *line;
      take_word(rest);
      on_length(take_number(rest).value_or(0));
    }
  }
  void on_length(std::uint64_t length) {
    for (; own().before < length && !own().lines.empty(); ++own().before) {
      if (!env_.config.bug)
        env_.send(own().lines.front().producer, log_credit{});
      own().lines.pop_front();
    }
    if (own().before == std::uint64_t{env_.config.clients} * env_.config.count)
      return done(own().before);
    if (!std::exchange(own().is_in_step, true))
      for (std::size_t i = 0; i != own().lines.size(); ++i)
        send(i);
  }
  void send(std::size_t index) {
    const auto& line = own().lines[index];
    write(fmt::format("{} {} {} a line of producer {}\n", own().before + index + 1, line.number,
                      line.nth, line.number));
  }
  caf::message_handler more_handlers() override {
    return {[this](const log_line& x) {
      own().lines.push_back(x);
      if (own().lines.size() > std::size_t{env_.config.limit} * env_.config.clients)
        throw std::runtime_error("the writer holds more lines than it gave credit for");
      if (own().is_in_step && state_.is_connected)
        send(own().lines.size() - 1);
      if (env_.config.bug)
        env_.send(x.producer, log_credit{});
    }};
  }
};

} // namespace

example log_example() {
  return {.name = "log",
          .purpose = "many producers, one writer, and a collector that has each line once",
          .bug = "the writer gives credit for what it has sent, not for what has arrived",
          .server = sim::program_with<settings>([](stage& on) {
            const auto service = on.spawn<archive>("archive");
            return on.spawn<acceptor<log_connection>>("acceptor", {service, 100, {}});
          }),
          .clients = sim::program_with<settings>(
              [](stage& on) { return on.spawn<crew<log_writer>>("crew"); }),
          .members = log_writer::members,
          .usual = {}};
}

} // namespace seedwalk::examples
