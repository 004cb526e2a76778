#include "tools/examples/thread_server.hpp"

#include <array>
#include <cerrno>
#include <system_error>
#include <thread>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/asio/socket_address.hpp"
#include "tools/examples/http_text.hpp"

namespace seedwalk::examples {

namespace {

bool send_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void serve(int socket) {
  std::string input;
  std::array<char, 4096> block;
  bool keep_alive = true;
  while (keep_alive) {
    http_request request;
    std::size_t used = 0;
    const auto found = read_request(input, request, used);
    if (found == http_found::garbage)
      break;
    if (found == http_found::whole) {
      input.erase(0, used);
      keep_alive = request.keep_alive;
      const auto answer = http_answer(request.target);
      if (!send_all(socket, http_response(static_cast<unsigned>(std::stoul(answer)),
                                          std::string_view{answer}.substr(4), keep_alive)))
        break;
      continue;
    }
    const auto size = ::recv(socket, block.data(), block.size(), 0);
    if (size <= 0)
      break;
    input.append(block.data(), static_cast<std::size_t>(size));
  }
  ::close(socket);
}

} // namespace

std::string serve_http_with_threads(const net::endpoint& local) {
  const auto problem = [] { return std::system_category().message(errno); };
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto at = net::socket_address_of(net::address{local});
  if (!at || ::bind(listener, at->get(), at->size) != 0 || ::listen(listener, 4'096) != 0)
    return problem();
  for (;;) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0)
      return problem();
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::thread{serve, socket}.detach();
  }
}

} // namespace seedwalk::examples
