#include "net/asio/asio_datagrams.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <unistd.h>

#include "net/asio/asio_errors.hpp"

namespace seedwalk::net {

namespace {

/// A flood of datagrams does not keep the other sockets waiting for longer than this many.
constexpr int datagrams_a_turn_max = 64;

/// Ours alone, as a large datagram arrives as one that does not fit, whole or cut.
constexpr std::size_t receive_bytes = network::max_datagram_bytes + 1;

/// Which of our addresses a datagram goes to or comes from (ip(7), IP_PKTINFO; ipv6(7),
/// IPV6_PKTINFO): what a socket that is bound to all of them must be told of each.
union packet_info {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> bytes;
  static_assert(sizeof(in6_pktinfo) >= sizeof(in_pktinfo));
};

void ask_for_packet_info(int descriptor, sa_family_t family) {
  const int on = 1;
  if (family == AF_INET6)
    ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
  else
    ::setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

template <class Info>
void put_packet_info(msghdr& message, int level, int type, const Info& info) {
  message.msg_controllen = CMSG_SPACE(sizeof info);
  auto* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(header), &info, sizeof info);
}

/// Says that a datagram comes from this address.
void put_source(msghdr& message, const socket_address& from) {
  if (from.family() == AF_INET6) {
    in6_pktinfo info{};
    info.ipi6_addr = reinterpret_cast<const sockaddr_in6&>(from.storage).sin6_addr;
    put_packet_info(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
  } else {
    in_pktinfo info{};
    info.ipi_spec_dst = reinterpret_cast<const sockaddr_in&>(from.storage).sin_addr;
    put_packet_info(message, IPPROTO_IP, IP_PKTINFO, info);
  }
}

/// What a control message says.
template <class Info>
Info packet_info_in(cmsghdr& header) {
  Info info;
  std::memcpy(&info, CMSG_DATA(&header), sizeof info);
  return info;
}

/// The endpoint of an address of the kernel's; its port is 0.
template <class Raw, class Address>
endpoint endpoint_at(sa_family_t family, Address Raw::*place, const Address& address) {
  socket_address at;
  at.storage.ss_family = family;
  reinterpret_cast<Raw&>(at.storage).*place = address;
  at.size = sizeof(Raw);
  return endpoint_of(at);
}

/// Where a datagram went to; `otherwise` if the system does not say. The port is that of
/// `otherwise`.
endpoint destination_of(const msghdr& message, const endpoint& otherwise) {
  auto result = otherwise;
  for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(const_cast<msghdr*>(&message), header)) {
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO)
      result = endpoint_at(AF_INET, &sockaddr_in::sin_addr,
                           packet_info_in<in_pktinfo>(*header).ipi_addr);
    else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO)
      result = endpoint_at(AF_INET6, &sockaddr_in6::sin6_addr,
                           packet_info_in<in6_pktinfo>(*header).ipi6_addr);
  }
  result.port = otherwise.port;
  return result;
}

} // namespace

asio_datagrams::asio_datagrams(std::shared_ptr<asio_core> core, datagram_socket_id id,
                               net::owner owner)
    : core_(std::move(core)), id_(id), owner_(owner), socket_(core_->io.get_executor()) {}

void asio_datagrams::open(const endpoint& local) {
  core_->datagrams.emplace(id_.value, shared_from_this());
  const auto failed = bind(local);
  armed_ = true; // Until it has been said that the socket is open.
  asio::post(core_->io, [self = shared_from_this(), failed] {
    if (!self->core_->datagrams.contains(self->id_.value))
      return;
    if (failed != error::none)
      self->close();
    self->core_->deliver(self->owner_, datagrams_opened{self->id_, failed, self->local_});
    self->arm();
  });
}

error asio_datagrams::bind(const endpoint& local) {
  const auto at = socket_address_of(local);
  if (!at)
    return at.error();
  const int descriptor = ::socket(at->family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0)
    return bind_error(errno);
  const int on = 1;
  if (at->family() == AF_INET6)
    ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  boost::system::error_code ec;
  if (::bind(descriptor, at->get(), at->size) != 0)
    ec.assign(errno, boost::system::system_category());
  else
    socket_.assign(descriptor, ec);
  if (ec) {
    ::close(descriptor);
    return bind_error(ec.value());
  }
  ask_for_packet_info(descriptor, at->family());
  local_ = local_endpoint_of(descriptor);
  return error::none;
}

void asio_datagrams::want(std::uint32_t datagrams) {
  credit_ += datagrams;
  if (!armed_)
    arm();
}

void asio_datagrams::arm() {
  armed_ = credit_ != 0 && socket_.is_open();
  if (armed_)
    socket_.async_wait(watched_descriptor::wait_read,
                       [self = shared_from_this()](const boost::system::error_code& ec) {
                         if (!ec)
                           self->on_readable();
                       });
}

void asio_datagrams::on_readable() {
  for (int i = 0; i != datagrams_a_turn_max && credit_ != 0 && socket_.is_open(); ++i) {
    buffer::writable block(receive_bytes);
    socket_address from;
    from.size = sizeof from.storage;
    packet_info info;
    iovec into{block.data(), receive_bytes};
    msghdr message{};
    message.msg_name = from.get();
    message.msg_namelen = from.size;
    message.msg_iov = &into;
    message.msg_iovlen = 1;
    message.msg_control = info.bytes.data();
    message.msg_controllen = info.bytes.size();
    const auto count = ::recvmsg(socket_.native_handle(), &message, 0);
    from.size = message.msg_namelen;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      break;
    // An ICMP error that some datagram of ours has met is not the socket's end.
    if (count < 0 || static_cast<std::size_t>(count) > network::max_datagram_bytes)
      continue;
    --credit_;
    core_->deliver(owner_,
                   datagram_received{id_, endpoint_of(from), destination_of(message, local_),
                                     std::move(block).take(static_cast<std::size_t>(count))});
  }
  arm();
}

void asio_datagrams::send(const endpoint& to, const endpoint& from, const buffer& data) {
  auto at = socket_address_of(to);
  if (!at || !socket_.is_open() || data.size() > network::max_datagram_bytes)
    return;
  packet_info info{};
  iovec content{const_cast<std::uint8_t*>(data.data()), data.size()};
  msghdr message{};
  message.msg_name = at->get();
  message.msg_namelen = at->size;
  message.msg_iov = &content;
  message.msg_iovlen = 1;
  if (from.address != endpoint{}.address) {
    const auto source = socket_address_of(from);
    const bool is_at_all = local_.address == endpoint{}.address;
    if (!source || source->family() != at->family() ||
        (!is_at_all && local_.address != from.address))
      return;
    message.msg_control = info.bytes.data();
    put_source(message, *source);
  }
  ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void asio_datagrams::close() {
  const auto self = shared_from_this();
  core_->datagrams.erase(id_.value);
  boost::system::error_code ignored;
  socket_.close(ignored);
}

} // namespace seedwalk::net
