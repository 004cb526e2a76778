#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "net/bitcoin/chain_params.hpp"
#include "net/bitcoin/encode.hpp"
#include "sim/network/network.hpp"

namespace seedwalk::test {

/// A host that dials a crawler, shakes hands, and remembers what it hears; it says nothing else
/// unless it is told to.
class guest final : private net::completion_sink {
public:
  guest(sim::internet& internet, const net::endpoint& address, const net::endpoint& target,
        std::uint64_t nonce)
      : nonce_(nonce), network_(internet, *this, {{address}}) {
    connection_ = network_.connect(target, std::chrono::seconds{5}, {1});
  }

  /// Does what is due; to be called between steps.
  void act() {
    while (!heard_.empty()) {
      const auto completion = std::move(heard_.front());
      heard_.pop_front();
      if (std::holds_alternative<net::connected>(completion))
        greet();
      else if (const auto came = std::get_if<net::received>(&completion))
        read(came->data.view());
      else if (std::holds_alternative<net::input_ended>(completion)) {
        said_goodbye = true;
        network_.close(connection_, net::closing::graceful);
      } else if (std::holds_alternative<net::closed>(completion) ||
                 std::holds_alternative<net::connect_failed>(completion))
        gone = true;
    }
  }

  void say(const net::message& message) {
    network_.write(connection_, net::buffer{net::encode(chain().magic, message)});
  }
  void leave() { network_.close(connection_, net::closing::abort); }
  bool heard(std::string_view command) const {
    return std::find(commands.begin(), commands.end(), command) != commands.end();
  }

  std::vector<std::string> commands; ///< Heard so far.
  bool said_goodbye = false;         ///< The crawler ended the connection in order.
  bool gone = false;                 ///< The connection is over, or never was.

private:
  static const net::chain_params& chain() { return *net::find_chain("regtest"); }
  void deliver(net::owner, net::completion&& completion) override {
    heard_.push_back(std::move(completion));
  }

  void greet() {
    network_.want(connection_, net::network::max_allowance_bytes);
    net::msg::version v;
    v.protocol = net::protocol_version;
    v.sender = net::msg::version_sender{};
    v.sender->nonce = nonce_;
    v.user_agent = "/guest/";
    v.start_height = 0;
    v.relay = false;
    say(v);
    say(net::msg::verack{});
  }

  void read(net::byte_view data) {
    constexpr std::size_t header_bytes = 24;
    input_.insert(input_.end(), data.begin(), data.end());
    while (input_.size() >= header_bytes) {
      std::size_t length = 0;
      for (std::size_t i = 0; i != 4; ++i)
        length |= std::size_t{input_[16 + i]} << (8 * i);
      if (input_.size() < header_bytes + length)
        return;
      const auto name = net::as_text(net::byte_view{input_}.subspan(4, 12));
      commands.emplace_back(name.substr(0, name.find('\0')));
      input_.erase(input_.begin(),
                   input_.begin() + static_cast<std::ptrdiff_t>(header_bytes + length));
    }
  }

  std::uint64_t nonce_;
  std::deque<net::completion> heard_;
  net::bytes input_;
  sim::network network_;
  net::connection_id connection_;
};

} // namespace seedwalk::test
