#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/network/network.hpp"

namespace seedwalk::test {

/// Somebody on a crawler's machine who talks to its control socket.
class control_user final : private net::completion_sink {
public:
  /// Precondition: a crawler listens at `path`.
  control_user(sim::internet& internet, const std::string& path)
      : network_(internet, *this),
        connection_(network_.connect(net::unix_path{path}, std::chrono::seconds{5}, {1})) {}

  bool connected() const { return connected_; }

  /// Asks, and forgets what was answered before. Precondition: connected.
  void ask(const nlohmann::json& request) {
    answer_.clear();
    const auto line = request.dump() + '\n';
    network_.write(connection_, net::buffer{net::as_bytes(line)});
  }

  /// Does what is due; to be called between steps.
  void act() {
    while (!heard_.empty()) {
      const auto completion = std::move(heard_.front());
      heard_.pop_front();
      if (std::holds_alternative<net::connected>(completion)) {
        connected_ = true;
        network_.want(connection_, net::network::max_allowance_bytes);
      } else if (const auto came = std::get_if<net::received>(&completion)) {
        read(net::as_text(came->data.view()));
      }
    }
  }

  /// The answer has come, whole.
  bool answered() const {
    return !answer_.empty() && (answer_.back()["type"] == "end" || refused());
  }
  bool refused() const { return !answer_.empty() && answer_.back()["type"] == "error"; }

  /// What has come of the answer, a line each.
  const std::vector<nlohmann::json>& answer() const { return answer_; }

private:
  void deliver(net::owner, net::completion&& completion) override {
    heard_.push_back(std::move(completion));
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
  std::string input_; ///< Of a line that is not whole.
  std::vector<nlohmann::json> answer_;
  sim::network network_;
  net::connection_id connection_;
};

} // namespace seedwalk::test
