#include "actors/runtime/process_signals.hpp"

#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <fcntl.h>
#include <unistd.h>

namespace seedwalk::sim {

namespace {

constexpr std::array watched{SIGINT, SIGTERM, SIGHUP};
/// Writing that fails is an error where it happens: nobody reads, or a file may not grow.
constexpr std::array unwanted{SIGPIPE, SIGXFSZ};
constexpr int exit_interrupted = 130;

// All that the signal handler touches: lock-free, so that it may.
std::atomic<int> pipe_in{-1};
std::atomic<int> stops_heard{0};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void seedwalk_on_signal(int signal) {
  const auto saved = errno;
  if (signal != SIGHUP && stops_heard.fetch_add(1) > 0)
    ::_exit(exit_interrupted);
  const auto byte = static_cast<unsigned char>(signal);
  // A full pipe means that as many signals wait already: one more says nothing new.
  if (::write(pipe_in.load(), &byte, 1) < 0) {
  }
  errno = saved;
}

} // namespace

struct process_signals::inside : std::enable_shared_from_this<inside> {
  inside(boost::asio::io_context& io, std::function<void(int)> f)
      : handler(std::move(f)), out(io) {}

  void read_next() {
    out.async_read_some(boost::asio::buffer(byte), [self = shared_from_this()](auto failed, auto) {
      if (failed || !self->handler)
        return;
      self->handler(self->byte[0]);
      self->read_next();
    });
  }

  std::function<void(int)> handler;
  boost::asio::posix::stream_descriptor out;
  std::array<unsigned char, 1> byte{};
  std::array<struct sigaction, watched.size()> before{};
  std::array<struct sigaction, unwanted.size()> unwanted_before{};
};

bool signal_is_ignored(int signal) {
  struct sigaction now {};
  return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

process_signals::process_signals(boost::asio::io_context& io, std::function<void(int)> handler)
    : inside_(std::make_shared<inside>(io, std::move(handler))) {
  assert(pipe_in.load() < 0);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "signals: no pipe");
  inside_->out.assign(ends[0]);
  pipe_in = ends[1];
  stops_heard = 0;
  for (std::size_t i = 0; i != watched.size(); ++i) {
    struct sigaction our_action {};
    our_action.sa_handler = signal_is_ignored(watched[i]) ? SIG_IGN : seedwalk_on_signal;
    our_action.sa_flags = SA_RESTART;
    ::sigaction(watched[i], &our_action, &inside_->before[i]);
  }
  for (std::size_t i = 0; i != unwanted.size(); ++i) {
    struct sigaction ignored {};
    ignored.sa_handler = SIG_IGN;
    ::sigaction(unwanted[i], &ignored, &inside_->unwanted_before[i]);
  }
  inside_->read_next();
}

process_signals::~process_signals() {
  for (std::size_t i = 0; i != watched.size(); ++i)
    ::sigaction(watched[i], &inside_->before[i], nullptr);
  for (std::size_t i = 0; i != unwanted.size(); ++i)
    ::sigaction(unwanted[i], &inside_->unwanted_before[i], nullptr);
  ::close(pipe_in.exchange(-1));
  inside_->handler = nullptr;
  inside_->out.close();
}

} // namespace seedwalk::sim
