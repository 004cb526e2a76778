#include "net/asio/asio_resolver.hpp"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include <boost/asio/ip/address.hpp>
#include <netdb.h>
#include <sys/socket.h>

#include "net/address/host_name.hpp"
#include "net/asio/asio_errors.hpp"
#include "net/asio/socket_address.hpp"

namespace seedwalk::net {

/// A question that waits for a thread or is with one.
struct name_lookup {
  resolve_id id;
  std::string host;
  std::uint16_t port = 0;
};

namespace {

/// A name with more addresses than this is no seed's; the rest is dropped.
constexpr std::size_t addresses_max = 1024;

/// Questions that wait for a thread. A caller that asks beyond this hears `resolver_failed`.
constexpr std::size_t questions_queued_max = 1024;

/// IPv4 and IPv6 only, each once, in the order received. An address that is CJDNS's or Yggdrasil's
/// has no business in DNS.
std::vector<endpoint> endpoints_of(const addrinfo* found, std::uint16_t port) {
  std::vector<endpoint> result;
  std::set<endpoint> seen;
  for (; found && result.size() != addresses_max; found = found->ai_next) {
    socket_address raw;
    if (found->ai_addrlen > sizeof raw.storage ||
        (found->ai_family != AF_INET && found->ai_family != AF_INET6))
      continue;
    raw.size = found->ai_addrlen;
    std::copy_n(reinterpret_cast<const char*>(found->ai_addr), raw.size,
                reinterpret_cast<char*>(&raw.storage));
    auto peer = endpoint_of(raw);
    peer.port = port;
    if ((peer.network == network_id::ipv4 || peer.network == network_id::ipv6) &&
        seen.insert(peer).second)
      result.push_back(peer);
  }
  return result;
}

resolved look_up(const name_lookup& asked, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(asked.host.c_str(), nullptr, &hints, &found);
  resolved result{asked.id, lookup_error(status, errno), {}};
  if (status == 0) {
    result.addresses = endpoints_of(found, asked.port);
    ::freeaddrinfo(found);
    if (result.addresses.empty())
      result.reason = error::name_not_found;
  }
  return result;
}

bool is_literal(const std::string& host) {
  boost::system::error_code ec;
  boost::asio::ip::make_address(host, ec);
  return !ec;
}

} // namespace

/// Where the door and its lookup threads meet.
struct asio_resolver::desk {
  std::mutex mutex;
  std::deque<name_lookup> asked;
  std::size_t threads = 0;
  asio_resolver* resolver = nullptr; ///< Null once the door is gone.
  asio::io_context* io = nullptr;
};

asio_resolver::asio_resolver(std::shared_ptr<asio_core> core)
    : core_(std::move(core)), desk_(std::make_shared<desk>()) {
  desk_->resolver = this;
  desk_->io = &core_->io;
}

void asio_resolver::resolve(resolve_id id, const std::string& host, std::uint16_t port,
                            std::chrono::milliseconds timeout, net::owner owner) {
  // What needs no asking is answered without it: AI_NUMERICHOST never blocks.
  const name_lookup asked{id, host, port};
  if (is_literal(host))
    return core_->deliver_later(owner, look_up(asked, AI_NUMERICHOST));
  if (!is_resolvable_name(host))
    return core_->deliver_later(owner, resolved{id, error::name_not_found, {}});

  std::scoped_lock lock(desk_->mutex);
  bool can_be_asked = desk_->asked.size() < questions_queued_max;
  if (can_be_asked && desk_->threads < core_->settings.resolver_threads_max) {
    try {
      std::thread([at = desk_] { work(at); }).detach();
      ++desk_->threads;
    } catch (const std::system_error&) {
      can_be_asked = desk_->threads != 0;
    }
  }
  if (!can_be_asked)
    return core_->deliver_later(owner, resolved{id, error::resolver_failed, {}});
  desk_->asked.push_back(asked);
  auto deadline = std::make_unique<io_timer>(core_->io.get_executor(), timeout);
  deadline->async_wait([self = shared_from_this(), id](const boost::system::error_code& ec) {
    if (!ec)
      self->answer({id, error::resolver_failed, {}});
  });
  waiting_.emplace(id.value, question{owner, std::move(deadline)});
}

void asio_resolver::work(const std::shared_ptr<desk>& at) {
  std::unique_lock lock(at->mutex);
  while (at->resolver && !at->asked.empty()) {
    const auto asked = std::move(at->asked.front());
    at->asked.pop_front();
    lock.unlock();
    auto found = look_up(asked, AI_ADDRCONFIG);
    lock.lock();
    if (at->resolver)
      asio::post(*at->io, [self = at->resolver->shared_from_this(),
                           found = std::move(found)]() mutable { self->answer(std::move(found)); });
  }
  --at->threads;
}

/// The first answer counts, be it libc's or the deadline's.
void asio_resolver::answer(resolved&& resolved) {
  const auto asked = waiting_.find(resolved.question.value);
  if (asked == waiting_.end())
    return;
  const auto owner = asked->second.owner;
  waiting_.erase(asked);
  core_->deliver(owner, std::move(resolved));
}

void asio_resolver::stop() {
  std::scoped_lock lock(desk_->mutex);
  desk_->resolver = nullptr;
  desk_->asked.clear();
  waiting_.clear();
}

} // namespace seedwalk::net
