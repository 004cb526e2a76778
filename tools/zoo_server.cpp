#include "tools/zoo_server.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "actors/runtime/process_signals.hpp"
#include "sim/nodes/bitcoin_nodes.hpp"
#include "tools/zoo_guest.hpp"

namespace seedwalk::tools {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// How long accepting rests when descriptors have run out.
constexpr std::chrono::milliseconds accept_pause{20};

constexpr int accepts_a_turn_max = 256;

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

net::endpoint endpoint_of(const tcp::endpoint& at) {
  return net::ipv4_endpoint(at.address().to_v4().to_uint(), at.port());
}

} // namespace

class zoo_server::impl {
public:
  explicit impl(zoo_server_options o)
      : options_(std::move(o)), topology_(options_.nodes), models_(topology_), ground_(io_),
        acceptor_(io_), pause_(io_), signals_(io_) {}

  ~impl() { stop(); }

  tl::expected<void, std::string> listen();
  void accept();
  void start();
  void run_until_interrupted();
  void stop();

  const sim::topology& nodes() const { return topology_; }
  zoo_ground& ground() { return ground_; }

private:
  void accept_waiting();
  void welcome(tcp::socket socket);

  zoo_server_options options_;
  sim::topology topology_;
  sim::bitcoin_nodes models_;
  boost::asio::io_context io_{1};
  zoo_ground ground_;
  tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  boost::asio::signal_set signals_;
  std::thread thread_;
};

tl::expected<void, std::string> zoo_server::impl::listen() {
  const auto& nodes = topology_.nodes();
  if (std::any_of(nodes.begin(), nodes.end(),
                  [](const auto& n) { return n.kind == sim::node_kind::absent; }))
    return tl::unexpected(std::string("loopback has no absent machines: use refused nodes"));
  raise_descriptor_limit();
  const auto port = options_.nodes.first.port;
  error_code ec;
  acceptor_.open(tcp::v4(), ec);
  if (!ec)
    acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec)
    acceptor_.bind({tcp::v4(), port}, ec);
  if (!ec)
    acceptor_.listen(options_.listen_backlog, ec);
  if (!ec)
    acceptor_.non_blocking(true, ec);
  if (ec)
    return tl::unexpected(fmt::format("cannot listen on port {}: {}", port, ec.message()));
  accept();
  return {};
}

void zoo_server::impl::accept() {
  acceptor_.async_wait(tcp::acceptor::wait_read, [this](const error_code& ec) {
    if (!ec)
      accept_waiting();
  });
}

void zoo_server::impl::accept_waiting() {
  for (int i = 0; i != accepts_a_turn_max; ++i) {
    error_code ec;
    tcp::socket socket(io_);
    acceptor_.accept(socket, ec);
    if (ec == boost::asio::error::would_block || ec == boost::asio::error::try_again)
      break;
    if (ec == boost::asio::error::connection_aborted)
      continue;
    if (ec) { // No descriptors, for example.
      pause_.expires_after(accept_pause);
      return pause_.async_wait([this](const error_code& cancelled) {
        if (!cancelled)
          accept();
      });
    }
    welcome(std::move(socket));
  }
  accept();
}

void zoo_server::impl::welcome(tcp::socket socket) {
  error_code local_error;
  error_code peer_error;
  const auto local = socket.local_endpoint(local_error);
  const auto peer = socket.remote_endpoint(peer_error);
  if (local_error || peer_error)
    return;
  const auto at = endpoint_of(local);
  const auto node = peer.address().is_loopback() ? topology_.find(at) : std::nullopt;
  error_code ignored;
  if (!node) {
    ++ground_.strangers;
    socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
    return;
  }
  socket.non_blocking(true, ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  std::make_shared<zoo_guest>(ground_, std::move(socket), at,
                              models_.open(*node, endpoint_of(peer)))
      ->open();
}

void zoo_server::impl::start() {
  thread_ = std::thread([this] { io_.run(); });
}

void zoo_server::impl::run_until_interrupted() {
  for (const int stop : {SIGINT, SIGTERM, SIGHUP})
    if (!sim::signal_is_ignored(stop))
      signals_.add(stop);
  signals_.async_wait([this](const error_code& ec, int) {
    if (!ec)
      io_.stop();
  });
  io_.run();
}

void zoo_server::impl::stop() {
  io_.stop();
  if (thread_.joinable())
    thread_.join();
  error_code ignored;
  acceptor_.close(ignored);
  while (!ground_.guests.empty())
    (*ground_.guests.begin())->leave();
}

zoo_server::zoo_server(zoo_server_options o) : impl_(std::make_unique<impl>(std::move(o))) {}

zoo_server::~zoo_server() = default;

const sim::topology& zoo_server::nodes() const {
  return impl_->nodes();
}

tl::expected<void, std::string> zoo_server::listen() {
  return impl_->listen();
}

void zoo_server::start() {
  impl_->start();
}

void zoo_server::run_until_interrupted() {
  impl_->run_until_interrupted();
}

void zoo_server::stop() {
  impl_->stop();
}

zoo_statistics zoo_server::statistics() const {
  const auto& g = impl_->ground();
  return {g.accepted, g.open, g.peak_open, g.strangers, g.bytes_in, g.bytes_out, g.violation_count};
}

std::vector<sim::node_violation> zoo_server::violations() const {
  auto& g = impl_->ground();
  const std::scoped_lock lock(g.violations_mutex);
  return g.violations;
}

} // namespace seedwalk::tools
