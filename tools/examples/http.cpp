// An HTTP server with a pool of workers. Promise: each request is answered, and answered right; who
// sends garbage, half a request or nothing harms nobody.

#include <algorithm>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "tools/examples/client.hpp"
#include "tools/examples/example.hpp"
#include "tools/examples/http_connection.hpp"
#include "tools/examples/http_server.hpp"
#include "tools/examples/http_text.hpp"
#include "tools/examples/pool.hpp"
#include "tools/examples/server.hpp"

namespace seedwalk::examples {

namespace {

job_outcome answer(std::string_view target) {
  return {http_answer(target)};
}

struct browsing {
  std::string input;
  std::uint32_t asked = 0;
  std::uint32_t answered = 0;
  SEEDWALK_INSPECT(browsing, input, asked, answered)
};

/// Asks for pages on a connection that is kept, two at a time. Of those that disturb, one sends
/// garbage, again and again, one hangs up when it has asked, and one sends half a request.
class browser final : public client<browsing> {
public:
  static constexpr std::string_view kind = "browser";
  static constexpr std::uint32_t disturbing = 3;
  static std::uint32_t members(const settings& config) { return config.clients; }
  using client::client;

private:
  bool hangs_up() const { return state_.number == env_.config.clients + 1; }
  std::string page(std::uint32_t nth) const {
    return fmt::format("/sum/{}", state_.number * 1'000 + nth);
  }

  void on_open() override {
    own().input.clear();
    own().asked = own().answered;
    if (!disturbs())
      ask();
    else if (state_.number == env_.config.clients)
      write("this is no HTTP\r\n\r\n");
    else
      write(hangs_up() ? "GET /sum/1 HTTP/1.1\r\n\r\n" : "GET /sum/1 HTTP/1.1\r\nHost:");
  }
  void on_drained() override {
    if (hangs_up())
      abort();
  }
  void on_bytes(const net::buffer& bytes) override {
    if (disturbs())
      return;
    own().input += net::as_text(bytes.view());
    while (!state_.is_done && read_one()) {
    }
  }
  bool read_one() {
    unsigned status = 0;
    std::string body;
    std::size_t used = 0;
    const auto found = read_response(own().input, status, body, used);
    if (found == http_found::part)
      return false;
    own().input.erase(0, used);
    if (status == 503) { // too much to do: later, on another connection
      abort();
      return false;
    }
    const auto target = page(own().answered);
    if (found == http_found::garbage || fmt::format("{} {}", status, body) != http_answer(target))
      throw std::runtime_error(fmt::format("page {} is \"{} {}\"", target, status, body));
    if (++own().answered == env_.config.count)
      done(own().answered);
    else
      ask();
    return true;
  }
  void ask() {
    for (; own().asked != std::min(own().answered + 2, env_.config.count); ++own().asked)
      write(fmt::format("GET {} HTTP/1.1\r\nHost: example\r\n\r\n", page(own().asked)));
  }
};

} // namespace

net::owner start_http_server(stage& on) {
  const auto service = on.spawn<pool<answer>>("pool");
  return on.spawn<acceptor<http_connection>>("acceptor", {service, 10'000, {}});
}

example http_example() {
  return {.name = "http",
          .purpose = "an HTTP server with a pool of workers, and those who mean it no good",
          .bug = "a worker whose asker hung up is not given another job",
          .server = sim::program_with<settings>(start_http_server),
          .clients = sim::program_with<settings>(
              [](stage& on) { return on.spawn<crew<browser>>("crew"); }),
          .members = browser::members,
          .usual = {},
          .server_may_crash = true};
}

} // namespace seedwalk::examples
