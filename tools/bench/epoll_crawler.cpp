#include "tools/bench/epoll_crawler.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <memory>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/asio/socket_address.hpp"
#include "net/bitcoin/decoder.hpp"
#include "net/bitcoin/encode.hpp"

namespace seedwalk::bench {

namespace {

/// The nonce of the ping behind getaddr.
constexpr std::uint64_t marker = 2;

/// The chain's nodes are all IPv4 or IPv6: 16 bytes and a port.
struct endpoint_hash {
  std::size_t operator()(const net::endpoint& e) const {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::memcpy(&a, e.address.data(), sizeof a);
    std::memcpy(&b, e.address.data() + sizeof a, sizeof b);
    return (a * 0x9e3779b97f4a7c15ull ^ b ^ e.port) * 0xff51afd7ed558ccdull;
  }
};

class crawler {
public:
  crawler(const net::magic_bytes& magic, std::size_t connections_max)
      : magic_(magic), connections_max_(connections_max), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    net::append_message(negotiation_, magic, net::msg::sendaddrv2{});
    net::append_message(negotiation_, magic, net::msg::verack{});
    net::append_message(question_, magic, net::msg::ping{1});
    net::append_message(question_, magic, net::msg::getaddr{});
    net::append_message(question_, magic, net::msg::ping{marker});
  }
  ~crawler() { close(epoll_); }
  crawler(const crawler&) = delete;
  crawler& operator=(const crawler&) = delete;

  tl::expected<epoll_crawl_result, std::string> run(const net::endpoint& first) {
    learn(first);
    dial_more();
    std::array<epoll_event, 256> events;
    while (open_ != 0 && problem_.empty()) {
      const auto n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < n; ++i)
        serve(*static_cast<peer*>(events[static_cast<std::size_t>(i)].data.ptr),
              events[static_cast<std::size_t>(i)].events);
      dial_more();
    }
    if (!problem_.empty())
      return tl::unexpected(problem_);
    return result_;
  }

private:
  struct peer {
    int socket = -1;
    bool greeted = false;
    bool answered = false;
    net::endpoint at;
    net::decoder in;
  };

  void learn(const net::endpoint& e) {
    if (known_.insert(e).second)
      waiting_.push_back(e);
  }

  void dial_more() {
    while (open_ < connections_max_ && !waiting_.empty()) {
      dial(waiting_.front());
      waiting_.pop_front();
    }
  }

  void dial(const net::endpoint& at) {
    const auto socket_address = net::socket_address_of(at);
    if (!socket_address)
      return;
    const auto s = socket(socket_address->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s < 0 ||
        (connect(s, socket_address->get(), socket_address->size) != 0 && errno != EINPROGRESS)) {
      problem_ = fmt::format("dialling {}: {}", net::to_string(at), std::strerror(errno));
      if (s >= 0)
        close(s);
      return;
    }
    auto p = std::make_unique<peer>();
    p->socket = s;
    p->at = at;
    p->in = net::decoder{net::decoder_options{magic_}};
    epoll_event wanted{};
    wanted.events = EPOLLOUT;
    wanted.data.ptr = p.release();
    epoll_ctl(epoll_, EPOLL_CTL_ADD, s, &wanted);
    ++open_;
    ++result_.visited;
  }

  void hang_up(peer& p) {
    close(p.socket);
    delete &p;
    --open_;
  }

  void say(peer& p, const net::bytes& bytes) {
    if (send(p.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(bytes.size()))
      problem_ = "a handshake did not fit into a socket's buffer";
  }

  void greet(peer& p) {
    p.greeted = true;
    net::msg::version v;
    v.protocol = net::protocol_version;
    v.receiver = net::msg::version_address::of(0, p.at);
    v.sender = net::msg::version_sender{{}, result_.visited};
    v.user_agent = "/baseline:1.0/";
    v.start_height = 0;
    v.relay = false;
    say(p, net::encode(magic_, v));
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.ptr = &p;
    epoll_ctl(epoll_, EPOLL_CTL_MOD, p.socket, &wanted);
  }

  void serve(peer& p, std::uint32_t ready) {
    if ((ready & (EPOLLERR | EPOLLHUP)) != 0)
      return hang_up(p);
    if (!p.greeted)
      return greet(p);
    const auto n = recv(p.socket, buffer_.data(), buffer_.size(), 0);
    if (n <= 0)
      return hang_up(p);
    net::byte_view data{buffer_.data(), static_cast<std::size_t>(n)};
    for (;;) {
      const auto event = p.in.next(data);
      if (std::holds_alternative<net::need_more>(event))
        return;
      const auto* m = std::get_if<net::decoded_message>(&event);
      if (m == nullptr || take(p, m->value))
        return hang_up(p);
    }
  }

  /// True once the visit is over.
  bool take(peer& p, const net::message& m) {
    if (std::holds_alternative<net::msg::version>(m))
      say(p, negotiation_);
    else if (std::holds_alternative<net::msg::verack>(m))
      say(p, question_);
    else if (const auto* ping = std::get_if<net::msg::ping>(&m))
      say(p, net::encode(magic_, net::msg::pong{ping->nonce.value_or(0)}));
    else if (const auto* answer = std::get_if<net::msg::addrv2>(&m)) {
      for (auto e = answer->entries.begin(); e != answer->entries.end(); ++e)
        learn(e.peer());
      result_.entries += answer->entries.size();
      p.answered = true;
    } else if (const auto* pong = std::get_if<net::msg::pong>(&m)) {
      const bool over = pong->nonce == marker && p.answered;
      result_.good += over ? 1 : 0;
      return over;
    }
    return false;
  }

  net::magic_bytes magic_;
  std::size_t connections_max_;
  int epoll_;
  net::bytes negotiation_;
  net::bytes question_;
  std::array<std::uint8_t, 64u << 10> buffer_;
  std::unordered_set<net::endpoint, endpoint_hash> known_;
  std::deque<net::endpoint> waiting_;
  std::size_t open_ = 0;
  epoll_crawl_result result_;
  std::string problem_;
};

} // namespace

tl::expected<epoll_crawl_result, std::string> epoll_crawl(const net::magic_bytes& magic,
                                                          const net::endpoint& first,
                                                          std::size_t connections_max) {
  return crawler{magic, connections_max}.run(first);
}

} // namespace seedwalk::bench
