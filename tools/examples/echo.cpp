// An echo server. Promise: a client that fails in the middle of a message and one that never reads
// harm nobody else, and the server holds little of what it cannot write.

#include <stdexcept>
#include <string>

#include "tools/examples/client.hpp"
#include "tools/examples/example.hpp"
#include "tools/examples/server.hpp"

namespace seedwalk::examples {

namespace {

/// Writes back what it reads, and reads on when that is on its way.
class echo_connection final : public connection<std::uint32_t> {
public:
  static constexpr std::string_view kind = "echo";
  using connection::connection;

private:
  std::uint32_t on_bytes(const net::buffer& data) override {
    own() += static_cast<std::uint32_t>(data.size());
    if (own() > net::network::low_water_bytes)
      throw std::runtime_error("too much waits for a peer that does not read");
    door().write(id(), data);
    return 0;
  }
  void on_drained() override { door().want(id(), std::exchange(own(), 0)); }
};

/// What a client of the echo server knows.
struct echo_progress {
  std::uint32_t message = 0; ///< Which is under way; of one that disturbs: how many were sent.
  std::string awaited;       ///< Of it, what has not come back.
  SEEDWALK_INSPECT(echo_progress, message, awaited)
};

/// Sends messages one after the other, each when the one before has come back. Of those that
/// disturb, one hangs up in the middle of each message, again and again; the other never reads.
class echo_client final : public client<echo_progress> {
public:
  static constexpr std::string_view kind = "echo client";
  static constexpr std::uint32_t disturbing = 2;
  static std::uint32_t members(const settings& config) { return config.clients; }
  using client::client;

private:
  bool fails() const { return state_.number == env_.config.clients; }
  bool is_slow() const { return state_.number > env_.config.clients; }

  void on_open() override {
    if (!disturbs())
      return send(own().message);
    write(std::string(10'000, 'x'));
  }
  void on_bytes(const net::buffer& bytes) override {
    if (disturbs())
      return;
    const auto text = net::as_text(bytes.view());
    if (own().awaited.compare(0, text.size(), text) != 0)
      throw std::runtime_error("something else came back");
    own().awaited.erase(0, text.size());
    if (own().awaited.empty())
      send(own().message + 1);
  }
  void on_drained() override {
    if (fails())
      abort();
    else if (is_slow() && ++own().message < 40)
      write(std::string(100'000, 'x'));
  }
  std::uint32_t wanted() const override { return is_slow() ? 0 : 64u << 10; }

  void send(std::uint32_t message) {
    own().message = message;
    if (message == env_.config.count)
      return done(message);
    const auto size = 1 + (message * 997 + state_.number * 131) % 9'000;
    own().awaited.assign(size, static_cast<char>('a' + message % 26));
    write(own().awaited);
  }
};

} // namespace

example echo_example() {
  return {.name = "echo",
          .purpose = "a server that writes back what it reads; a client that fails and a slow one",
          .bug = "it serves one client at a time, so a slow one keeps all others waiting",
          .server = sim::program_with<settings>([](stage& on) {
            const std::uint32_t connections = on.config.bug ? 1 : on.config.clients + 4;
            return on.spawn<acceptor<echo_connection>>("acceptor", {{}, connections, {}});
          }),
          .clients = sim::program_with<settings>(
              [](stage& on) { return on.spawn<crew<echo_client>>("crew"); }),
          .members = echo_client::members,
          .usual = {},
          .server_may_crash = true};
}

} // namespace seedwalk::examples
