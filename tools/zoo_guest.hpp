#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/address/endpoint.hpp"
#include "net/base/buffer.hpp"
#include "net/base/instant.hpp"
#include "sim/nodes/node_model.hpp"

namespace seedwalk::tools {

class zoo_guest;

/// What all connections of a zoo share. Counters may be read by any thread.
struct zoo_ground {
  explicit zoo_ground(boost::asio::io_context& i) : io(i) {}

  boost::asio::io_context& io;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  std::vector<std::uint8_t> scratch = std::vector<std::uint8_t>(64u << 10);
  std::set<std::shared_ptr<zoo_guest>> guests;
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> open{0};
  std::atomic<std::uint64_t> peak_open{0};
  std::atomic<std::uint64_t> strangers{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::uint64_t> violation_count{0};
  std::mutex violations_mutex;
  std::vector<sim::node_violation> violations; ///< The first thousand.

  net::instant now() const;
};

/// One accepted connection of a zoo, and the node model behind it.
///
/// Reads into the zoo's one scratch buffer and writes at once what the kernel takes, so an idle
/// connection holds no buffer. Thread: the io_context's.
class zoo_guest final : public std::enable_shared_from_this<zoo_guest>, private sim::node_io {
public:
  zoo_guest(zoo_ground& ground, boost::asio::ip::tcp::socket socket, const net::endpoint& node,
            std::unique_ptr<sim::node_session> session);

  /// Enters the zoo.
  void open();
  /// Leaves it at once.
  void leave();

private:
  enum class phase : std::uint8_t { open, closing, over };

  net::instant now() const override { return ground_.now(); }
  void send(net::buffer data) override;
  void close() override;
  void reset() override;
  void stop_reading() override { reads_ = false; }
  void start_timer(std::chrono::nanoseconds delay, std::uint8_t kind) override;
  void violation(std::string_view rule) override;

  void await_input();
  void read();
  void flush();
  void await_output();

  zoo_ground& ground_;
  boost::asio::ip::tcp::socket socket_;
  net::endpoint node_;
  std::unique_ptr<sim::node_session> session_;
  std::deque<net::buffer> unsent_;
  std::unique_ptr<boost::asio::steady_timer> closing_timer_;
  phase phase_ = phase::open;
  bool reads_ = true;
  bool shut_ = false;
  bool input_awaited_ = false;
  bool output_awaited_ = false;
};

} // namespace seedwalk::tools
