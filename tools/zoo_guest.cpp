#include "tools/zoo_guest.hpp"

#include <utility>

#include <boost/asio/buffer.hpp>

namespace seedwalk::tools {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// A closed connection takes in what its peer still sends for so long: a reset could overtake the
/// last bytes.
constexpr std::chrono::seconds farewell{5};

constexpr std::size_t violations_max = 1000;

bool would_block(const error_code& ec) {
  return ec == boost::asio::error::would_block || ec == boost::asio::error::try_again;
}

} // namespace

net::instant zoo_ground::now() const {
  return {std::chrono::steady_clock::now() - began,
          std::chrono::duration_cast<std::chrono::seconds>(
              std::chrono::system_clock::now().time_since_epoch())};
}

zoo_guest::zoo_guest(zoo_ground& ground, tcp::socket socket, const net::endpoint& node,
                     std::unique_ptr<sim::node_session> session)
    : ground_(ground), socket_(std::move(socket)), node_(node), session_(std::move(session)) {}

void zoo_guest::open() {
  const auto self = shared_from_this();
  ground_.guests.insert(self);
  ++ground_.accepted;
  const auto open = ++ground_.open;
  if (open > ground_.peak_open)
    ground_.peak_open = open;
  session_->on_open(*this);
  await_input();
}

void zoo_guest::leave() {
  if (phase_ == phase::over)
    return;
  const auto self = shared_from_this();
  phase_ = phase::over;
  error_code ignored;
  socket_.close(ignored);
  closing_timer_.reset();
  --ground_.open;
  ground_.guests.erase(self);
}

// Input.

void zoo_guest::await_input() {
  if (phase_ == phase::over || input_awaited_ || (phase_ == phase::open && !reads_))
    return;
  input_awaited_ = true;
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& ec) {
    self->input_awaited_ = false;
    if (ec)
      self->leave();
    else
      self->read();
  });
}

void zoo_guest::read() {
  if (phase_ == phase::over)
    return;
  error_code ec;
  const auto count = socket_.read_some(boost::asio::buffer(ground_.scratch), ec);
  if (would_block(ec))
    return await_input();
  if (ec == boost::asio::error::eof && phase_ == phase::open) {
    reads_ = false; // Nothing more will come.
    return session_->on_end(*this);
  }
  if (ec)
    return leave();
  ground_.bytes_in += count;
  if (phase_ == phase::open)
    session_->on_bytes(*this, {ground_.scratch.data(), count});
  await_input();
}

// Output.

void zoo_guest::send(net::buffer data) {
  if (phase_ != phase::open || data.empty())
    return;
  unsent_.push_back(std::move(data));
  if (!output_awaited_)
    flush();
}

void zoo_guest::flush() {
  while (!unsent_.empty() && phase_ != phase::over) {
    auto& first = unsent_.front();
    error_code ec;
    const auto count = socket_.write_some(boost::asio::buffer(first.data(), first.size()), ec);
    if (would_block(ec))
      return await_output();
    if (ec) { // A guest in the middle of a call of ours is told later.
      unsent_.clear();
      return boost::asio::post(ground_.io, [self = shared_from_this()] { self->leave(); });
    }
    ground_.bytes_out += count;
    first = first.slice(count);
    if (first.empty())
      unsent_.pop_front();
  }
  if (phase_ == phase::closing && !shut_) {
    shut_ = true;
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
}

void zoo_guest::await_output() {
  output_awaited_ = true;
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& ec) {
    self->output_awaited_ = false;
    if (ec)
      self->leave();
    else
      self->flush();
  });
}

// What the model asks for.

void zoo_guest::close() {
  if (phase_ != phase::open)
    return;
  phase_ = phase::closing;
  closing_timer_ = std::make_unique<boost::asio::steady_timer>(ground_.io, farewell);
  closing_timer_->async_wait([self = shared_from_this()](const error_code& ec) {
    if (!ec)
      self->leave();
  });
  flush();
  await_input();
}

void zoo_guest::reset() {
  error_code ignored;
  socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  boost::asio::post(ground_.io, [self = shared_from_this()] { self->leave(); });
  if (phase_ == phase::open)
    phase_ = phase::closing;
}

void zoo_guest::start_timer(std::chrono::nanoseconds delay, std::uint8_t kind) {
  auto timer = std::make_shared<boost::asio::steady_timer>(ground_.io, delay);
  timer->async_wait([self = shared_from_this(), timer, kind](const error_code&) {
    if (self->phase_ == phase::open)
      self->session_->on_timer(*self, kind);
  });
}

void zoo_guest::violation(std::string_view rule) {
  ++ground_.violation_count;
  const std::scoped_lock lock(ground_.violations_mutex);
  if (ground_.violations.size() < violations_max)
    ground_.violations.push_back({node_, now().steady, std::string(rule)});
}

} // namespace seedwalk::tools
