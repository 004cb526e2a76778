#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "net/asio/asio_core.hpp"

namespace seedwalk::net {

/// Asks getaddrinfo for `asio_network`, in detached threads that end when nothing is left to ask.
///
/// Asio's own resolver has one thread for all names, and its destruction waits for the lookup that
/// is under way, which can be minutes. Here each question has its deadline on the io_context, the
/// answer is handed over under a lock that the door takes to say goodbye, and threads that are
/// still in libc then find nobody to tell.
///
/// Thread: all but the lookups, that of the io_context.
class asio_resolver final : public std::enable_shared_from_this<asio_resolver> {
public:
  explicit asio_resolver(std::shared_ptr<asio_core> core);

  void resolve(resolve_id id, const std::string& host, std::uint16_t port,
               std::chrono::milliseconds timeout, net::owner owner);

  /// No answer is delivered any more.
  void stop();

private:
  struct desk;
  struct question {
    net::owner owner;
    std::unique_ptr<io_timer> deadline;
  };

  static void work(const std::shared_ptr<desk>& at);
  void answer(resolved&& resolved);

  std::shared_ptr<asio_core> core_;
  std::shared_ptr<desk> desk_;
  std::map<std::uint64_t, question> waiting_;
};

} // namespace seedwalk::net
