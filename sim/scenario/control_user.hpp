#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/network/network.hpp"

namespace seedwalk::sim {

/// Somebody on a crawler's machine who talks to its control socket.
///
/// The internet outlives it, and it outlives the schedule's last event. Threads: that of the world.
class control_user final : private net::completion_sink {
public:
  /// Nothing is answered where nobody listens at `path`. `nth` of those who ask: names its events.
  control_user(sim::internet& internet, const std::string& path, std::uint64_t nth = 1)
      : network_(internet, *this, network::host{{net::ipv4_endpoint(0x7f000001, 0)}, nth}),
        connection_(network_.connect(net::unix_path{path}, std::chrono::seconds{5}, {1})) {}

  bool connected() const { return connected_; }

  /// Asks, and forgets what was answered before. Precondition: connected.
  void ask(const nlohmann::json& request) { ask(request.dump()); }

  /// The same of a line as it is.
  void ask(const std::string& line) {
    answer_.clear();
    network_.write(connection_, net::buffer{net::as_bytes(line + '\n')});
  }

  /// Says this as soon as there is a connection, and hangs up when it is answered. Nobody needs to
  /// call `act` then.
  void ask_once(std::string line) { to_ask_ = std::move(line); }

  /// Does what is due; to be called between steps.
  void act() {
    while (!heard_.empty()) {
      const auto completion = std::move(heard_.front());
      heard_.pop_front();
      act_on(completion);
    }
  }

  /// The answer has come, whole.
  bool answered() const {
    return !answer_.empty() && (answer_.back()["type"] == "end" || refused());
  }
  bool refused() const { return !answer_.empty() && answer_.back()["type"] == "error"; }

  /// What has come of the answer, a line each.
  const std::vector<nlohmann::json>& answer() const { return answer_; }
  /// The same as it came.
  std::string answer_text() const {
    std::string text;
    for (const auto& line : answer_)
      text += line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + '\n';
    return text;
  }

private:
  void deliver(net::owner, net::completion&& completion) override {
    if (to_ask_)
      act_on(completion);
    else
      heard_.push_back(std::move(completion));
  }

  void act_on(const net::completion& completion) {
    if (std::holds_alternative<net::connected>(completion)) {
      connected_ = true;
      network_.want(connection_, net::network::max_allowance_bytes);
      if (to_ask_)
        ask(*to_ask_);
    } else if (const auto came = std::get_if<net::received>(&completion)) {
      read(net::as_text(came->data.view()));
      if (to_ask_ && answered())
        network_.close(connection_, net::closing::graceful);
    }
  }

  void read(std::string_view text) {
    input_ += text;
    for (auto end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
      answer_.push_back(nlohmann::json::parse(input_.substr(0, end)));
      input_.erase(0, end + 1);
    }
  }

  std::deque<net::completion> heard_;
  bool connected_ = false;
  std::optional<std::string> to_ask_;
  std::string input_; ///< Of a line that is not whole.
  std::vector<nlohmann::json> answer_;
  sim::network network_;
  net::connection_id connection_;
};

} // namespace seedwalk::sim
