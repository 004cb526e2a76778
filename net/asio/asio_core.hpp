#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/intrusive/list.hpp>

#include "net/asio/asio_network.hpp"
#include "net/door/network_ids.hpp"

/// What the parts of `asio_network` share. Private to them: including this costs Asio's
/// headers.
namespace seedwalk::net {

namespace asio = boost::asio;

/// Asio's objects with the executor that they really have, which is smaller and quicker than the
/// type-erased one. One socket type serves TCP and Unix.
using io_executor = asio::io_context::executor_type;
using stream_socket = asio::basic_stream_socket<asio::generic::stream_protocol, io_executor>;
using watched_descriptor = asio::posix::basic_stream_descriptor<io_executor>;
using io_timer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, io_executor>;

class asio_connection;
class asio_listener;
class asio_datagrams;
class asio_resolver;

/// A socket that the door closes when it goes. Leaves its list when it is destroyed.
class listed_socket : public boost::intrusive::list_base_hook<
                          boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
  /// Closes it and says nothing.
  virtual void abandon() = 0;

protected:
  ~listed_socket() = default;
};

using socket_list =
    boost::intrusive::list<listed_socket, boost::intrusive::constant_time_size<false>>;

/// The door's inside. Handlers that are still under way when the door goes keep it alive.
struct asio_core : std::enable_shared_from_this<asio_core> {
  asio_core(asio::io_context& context, completion_sink& receiver, asio_options options)
      : io(context), sink(&receiver), settings(std::move(options)) {}

  asio::io_context& io;
  completion_sink* sink; ///< Null once the door is gone.
  const asio_options settings;
  network_ids ids; ///< `next_accepted` only from a handler of the io_context.

  /// Order never seen: answers "is it in" alone; what has an order is in the lists below.
  std::unordered_map<std::uint64_t, std::shared_ptr<asio_connection>> connections;
  std::map<std::uint64_t, std::shared_ptr<asio_listener>> listeners;
  std::map<std::uint64_t, std::shared_ptr<asio_datagrams>> datagrams;
  std::shared_ptr<asio_resolver> resolver;

  socket_list live;      ///< In `connections` too.
  socket_list lingering; ///< Finished, but still taking in what the peer sends. Oldest first.
  std::size_t lingering_count = 0;

  /// Where all sockets are read into: what came is then copied, together and in its own size, which
  /// costs less than a second block and a second completion. Only for a handler of the io_context.
  std::array<std::uint8_t, 64u << 10> input;

  /// Only from a handler of the io_context.
  void deliver(owner to, completion&& done) {
    if (sink && to != nobody)
      sink->deliver(to, std::move(done));
  }

  /// Delivers from a handler of its own: for what is known already inside a call.
  void deliver_later(owner to, completion done) {
    asio::post(io, [self = shared_from_this(), to, done = std::move(done)]() mutable {
      self->deliver(to, std::move(done));
    });
  }
};

} // namespace seedwalk::net
