#include "tools/control_client.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "actors/control/bounded_json.hpp"
#include "net/asio/socket_address.hpp"

namespace seedwalk::tools {

namespace {

tl::unexpected<std::string> failed(const std::string& text) {
  return tl::unexpected(fmt::format("{}: {}", text, std::generic_category().message(errno)));
}

} // namespace

tl::expected<control_client, std::string> control_client::connect(const std::string& folder) {
  const auto path = fmt::format("{}/{}", folder, socket_name);
  const auto address = net::socket_address_of(net::address{net::unix_path{path}});
  if (!address) {
    errno = ENOENT; // Its folder, as far as it is not there.
    return failed(path);
  }
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0)
    return failed("socket");
  control_client client{descriptor};
  const timeval patience{patience_seconds, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(descriptor, address->get(), address->size) != 0)
    return failed(path);
  return client;
}

control_client::control_client(control_client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), received_(std::move(other.received_)) {}

control_client& control_client::operator=(control_client&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(received_, other.received_);
  return *this;
}

control_client::~control_client() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

tl::expected<void, control_error>
control_client::ask(const nlohmann::json& request,
                    const std::function<void(const nlohmann::json&)>& each) {
  std::string asked;
  try {
    asked = request.dump() + '\n';
  } catch (const nlohmann::json::type_error&) {
    return tl::unexpected(control_error{"what is to be sent is no UTF-8 text", true});
  }
  if (auto sent = send(std::move(asked)); !sent)
    return tl::unexpected(control_error{sent.error()});
  for (;;) {
    const auto line = receive_line();
    if (!line)
      return tl::unexpected(control_error{line.error()});
    const auto message = actors::parse_json(*line);
    if (!message.is_object())
      return tl::unexpected(control_error{"the crawl answered something that is no JSON object"});
    const auto type = message.value("type", "");
    if (type == "end")
      return {};
    if (type == "error")
      return tl::unexpected(
          control_error{message.value("message", "the crawl refused without a reason"),
                        message.value("bad_request", false)});
    each(message);
  }
}

tl::expected<void, control_error> control_client::expect_chain(const std::string& chain) {
  std::string walked = chain;
  const auto asked = ask({{"command", "status"}}, [&walked](const nlohmann::json& status) {
    if (const auto told = status.find("chain"); told != status.end() && told->is_string())
      walked = told->get<std::string>();
  });
  if (asked && walked != chain)
    return tl::unexpected(control_error{
        fmt::format("the crawl that has this database open walks {}, not {}", walked, chain),
        true});
  return asked;
}

tl::expected<void, std::string> control_client::send(std::string line) {
  std::size_t sent = 0;
  while (sent != line.size()) {
    const auto n = ::send(descriptor_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return failed("the crawl cannot be asked");
    sent += static_cast<std::size_t>(n);
  }
  return {};
}

tl::expected<std::string, std::string> control_client::receive_line() {
  constexpr std::size_t chunk_bytes = 64u << 10;
  std::size_t searched = 0;
  for (;;) {
    const auto end = received_.find('\n', searched);
    if (end != std::string::npos) {
      auto line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return line;
    }
    searched = received_.size();
    if (searched > max_line_bytes)
      return tl::unexpected<std::string>("the crawl answered with a line without end");
    received_.resize(searched + chunk_bytes);
    const auto n = ::recv(descriptor_, received_.data() + searched, chunk_bytes, 0);
    const int code = errno;
    received_.resize(searched + (n > 0 ? static_cast<std::size_t>(n) : 0));
    if (n == 0)
      return tl::unexpected<std::string>("the crawl hung up in the middle of its answer");
    errno = code;
    if (n < 0 && errno == EAGAIN)
      return tl::unexpected<std::string>(fmt::format("no answer for {} s", patience_seconds));
    if (n < 0 && errno != EINTR)
      return failed("the crawl's answer cannot be read");
  }
}

} // namespace seedwalk::tools
