#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/asio/asio_network.hpp"
#include "net/asio/socket_address.hpp"
#include "tests/conformance/network_under_test.hpp"

/// The door on real sockets, in both of its modes. Nothing here leaves loopback.
namespace seedwalk::conformance {

namespace {

using std::chrono::seconds;

constexpr seconds patience{30};

net::asio_options options(bool from_any_thread) {
  net::asio_options made;
  made.calls_from_any_thread = from_any_thread;
  // The five seconds of the contract, made short: nobody waits for a test.
  made.graceful_close = std::chrono::milliseconds(200);
  return made;
}

/// What loopback can offer of a world.
class loopback_world : public network_under_test {
public:
  ~loopback_world() override {
    for (int descriptor : held_)
      ::close(descriptor);
    if (!folder_.empty())
      std::filesystem::remove_all(folder_);
  }

  net::address any_port() override { return net::ipv4_endpoint(0x7f000001, 0); }
  net::address foreign_address() override { return net::ipv4_endpoint(0xcb007101, 0); }
  /// A root without /etc/hosts, as debootstrap leaves it, does not know even that; every resolver
  /// knows numbers.
  std::string known_name() override {
    addrinfo* found = nullptr;
    const bool known = ::getaddrinfo("localhost", nullptr, nullptr, &found) == 0;
    if (known)
      ::freeaddrinfo(found);
    return known ? "localhost" : "127.0.0.1";
  }

  /// A port that is bound, so that nobody else gets it, but not listened on.
  net::address refusing_address() override {
    return net::local_endpoint_of(bound(net::ipv4_endpoint(0x7f000001, 0)));
  }

  /// A listener that accepts nothing and whose queue is full: the kernel drops what else comes.
  std::optional<net::address> silent_address() override {
    const int listener = bound(net::ipv4_endpoint(0x7f000001, 0));
    ::listen(listener, 0);
    const auto local = net::local_endpoint_of(listener);
    for (int i = 0; i != 4; ++i) {
      const int dial = hold(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      const auto to = net::socket_address_of(local);
      ::connect(dial, to->get(), to->size);
    }
    return local;
  }

  std::optional<std::string> unix_folder() override {
    if (folder_.empty()) {
      auto pattern = (std::filesystem::temp_directory_path() / "seedwalk-XXXXXX").string();
      folder_ = ::mkdtemp(pattern.data());
    }
    return folder_;
  }

  void leave_dead_socket(const std::string& path) override {
    const auto at = net::socket_address_of(net::address{net::unix_path{path}});
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::bind(descriptor, at->get(), at->size);
    ::listen(descriptor, 1);
    ::close(descriptor);
  }

private:
  int hold(int descriptor) {
    held_.push_back(descriptor);
    return descriptor;
  }

  int bound(const net::endpoint& local) {
    const int descriptor = hold(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto at = net::socket_address_of(local);
    ::bind(descriptor, at->get(), at->size);
    return descriptor;
  }

  std::vector<int> held_;
  std::string folder_;
};

/// Calls from the thread that polls.
class asio_under_test final : public loopback_world {
public:
  explicit asio_under_test(net::completion_sink& sink) : door_(io_, sink, options(false)) {}

  net::network& door() override { return door_; }

  bool run_until(const std::function<bool()>& done) override {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done())
      if (io_.run_one_until(deadline) == 0)
        return false;
    return true;
  }

  /// On loopback what a system call causes has happened when it returns.
  void settle() override {
    int idle_rounds = 0;
    while (idle_rounds != 3)
      idle_rounds = io_.poll() == 0 ? idle_rounds + 1 : 0;
  }

private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ =
      boost::asio::make_work_guard(io_);
  net::asio_network door_;
};

/// Calls from the test's thread, while another runs the io_context.
class threaded_asio_under_test final : public loopback_world, public net::completion_sink {
public:
  explicit threaded_asio_under_test(net::completion_sink& to)
      : sink_(to), door_(std::make_unique<net::asio_network>(io_, *this, options(true))),
        thread_([this] { io_.run(); }) {}

  ~threaded_asio_under_test() override {
    io_.stop();
    thread_.join();
    door_.reset();
  }

  net::network& door() override { return *door_; }
  bool completions_are_immediate() const override { return false; }

  bool run_until(const std::function<bool()>& done) override {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done()) {
      std::unique_lock lock(mutex_);
      if (!came_.wait_until(lock, deadline, [this] { return !queue_.empty(); }))
        return false;
      auto [to, completion] = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      sink_.deliver(to, std::move(completion));
    }
    return true;
  }

  /// Each round waits until the other thread has done all that was ready before.
  void settle() override {
    for (int round = 0; round != 20; ++round) {
      std::promise<void> passed;
      auto was_passed = passed.get_future();
      boost::asio::post(io_, [at = std::move(passed)]() mutable { at.set_value(); });
      was_passed.wait();
    }
    std::unique_lock lock(mutex_);
    while (!queue_.empty()) {
      auto [to, completion] = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      sink_.deliver(to, std::move(completion));
      lock.lock();
    }
  }

  void deliver(net::owner to, net::completion&& completion) override {
    const std::scoped_lock lock(mutex_);
    queue_.emplace_back(to, std::move(completion));
    came_.notify_one();
  }

private:
  net::completion_sink& sink_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::pair<net::owner, net::completion>> queue_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ =
      boost::asio::make_work_guard(io_);
  std::unique_ptr<net::asio_network> door_;
  std::thread thread_;
};

const bool added_asio =
    add_implementation(
        {"asio",
         [](net::completion_sink& sink) { return std::make_unique<asio_under_test>(sink); }}) &&
    add_implementation({"asio_threads", [](net::completion_sink& sink) {
                          return std::make_unique<threaded_asio_under_test>(sink);
                        }});

} // namespace

} // namespace seedwalk::conformance
