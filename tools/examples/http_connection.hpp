#pragma once

#include <chrono>
#include <string>

#include "tools/examples/http_text.hpp"
#include "tools/examples/pool.hpp"
#include "tools/examples/server.hpp"

namespace seedwalk::examples {

/// What a connection of an HTTP server knows.
struct http_state {
  std::string input;
  bool is_asked = false; ///< A request is with the pool.
  bool keep_alive = true;
  bool is_last = false; ///< No more requests come.
  net::timer_id silence;
  SEEDWALK_INSPECT(http_state, input, is_asked, keep_alive, is_last, silence)
};

/// Hands one request after the other to the pool, and its answers to the peer. A peer that takes
/// more than `patience` for a request has to go.
class http_connection final : public connection<http_state> {
public:
  static constexpr std::string_view kind = "http connection";
  static constexpr std::chrono::seconds patience{20};
  static constexpr std::size_t input_max = 128u << 10;
  using connection::connection;

  void start() {
    connection::start();
    wait();
  }

private:
  std::uint32_t on_bytes(const net::buffer& data) override {
    own().input += net::as_text(data.view());
    if (own().input.size() > input_max)
      abort();
    else
      next();
    return static_cast<std::uint32_t>(data.size());
  }

  void next() {
    http_request request;
    std::size_t used = 0;
    if (own().is_asked)
      return;
    const auto found = read_request(own().input, request, used);
    if (found == http_found::part)
      return own().is_last ? close() : void();
    if (found == http_found::garbage)
      return refuse(400, "this is no request");
    own().input.erase(0, used);
    if (!request.is_get)
      return refuse(405, "only GET is allowed");
    own().keep_alive = request.keep_alive;
    own().is_asked = true;
    env_.process.cancel(own().silence);
    env_.send(state_.service, job{host_.self(), 0, std::move(request.target)});
  }

  void tell(unsigned status, std::string_view body) {
    write(http_response(status, body, own().keep_alive));
    own().is_asked = false;
    if (!own().keep_alive)
      return close();
    wait();
    next();
  }

  void refuse(unsigned status, std::string_view reason) {
    write(http_response(status, reason, false));
    close();
  }

  void wait() {
    env_.process.cancel(own().silence);
    own().silence = env_.process.start(patience, host_.self());
  }

  void on_input_ended() override {
    own().is_last = true;
    next();
  }

  void on_closed() override {
    env_.process.cancel(own().silence);
    env_.send(state_.service, asker_gone{host_.self()});
  }

  caf::message_handler more_handlers() override {
    return {[this](const job_done& x) {
              tell(static_cast<unsigned>(std::stoul(x.result)),
                   std::string_view{x.result}.substr(4));
            },
            [this](const job_refused&) { tell(503, "too much to do"); },
            [this](const net::timer_fired& x) {
              if (x.timer == own().silence && !own().is_asked)
                abort();
            }};
  }
};

} // namespace seedwalk::examples
