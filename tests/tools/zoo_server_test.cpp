#include <array>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/bitcoin/decoder.hpp"
#include "net/bitcoin/encode.hpp"
#include "tests/tools/loopback_port.hpp"
#include "tools/zoo_server.hpp"

namespace seedwalk::tools {

namespace {

using boost::asio::ip::tcp;

/// A blocking dialler.
class dialler {
public:
  explicit dialler(const net::magic_bytes& magic)
      : magic_(magic), in_(net::decoder_options{magic}) {}

  boost::system::error_code dial(const net::endpoint& at) {
    boost::system::error_code ec;
    const auto& a = at.address;
    socket_.connect({boost::asio::ip::address_v4({a[0], a[1], a[2], a[3]}), at.port}, ec);
    return ec;
  }

  void say(const net::message& m) {
    boost::asio::write(socket_, boost::asio::buffer(net::encode(magic_, m)));
  }

  /// The next message of that type; nothing if the connection ends before.
  template <class T>
  std::optional<T> await() {
    for (;;) {
      net::byte_view left{rest_};
      while (!left.empty()) {
        auto event = in_.next(left);
        const auto good = std::get_if<net::decoded_message>(&event);
        if (auto wanted = good ? std::get_if<T>(&good->value) : nullptr) {
          auto result = std::move(*wanted);
          rest_ = net::bytes(left.begin(), left.end());
          return result;
        }
      }
      boost::system::error_code ec;
      rest_.resize(4096);
      rest_.resize(socket_.read_some(boost::asio::buffer(rest_), ec));
      if (ec)
        return std::nullopt;
    }
  }

private:
  boost::asio::io_context io_;
  tcp::socket socket_{io_};
  net::magic_bytes magic_;
  net::decoder in_;
  net::bytes rest_;
};

zoo_server_options zoo_of(sim::node_kind kind) {
  zoo_server_options o;
  o.nodes.nodes = 40;
  o.nodes.addresses_a_node = 30;
  o.nodes.shares = {{kind, 1}};
  o.nodes.first.port = free_loopback_port();
  return o;
}

} // namespace

TEST(zoo_server, a_node_on_loopback_shakes_hands_and_tells_its_table) {
  zoo_server zoo(zoo_of(sim::node_kind::honest));
  ASSERT_TRUE(zoo.listen());
  zoo.start();
  const auto& node = zoo.nodes().nodes()[17];
  dialler d(zoo.nodes().settings().magic);
  ASSERT_FALSE(d.dial(node.at));
  net::msg::version own;
  own.protocol = net::protocol_version;
  own.sender = net::msg::version_sender{};
  own.user_agent = "/test/";
  own.start_height = 0;
  own.relay = false;
  d.say(own);
  const auto peer_version = d.await<net::msg::version>();
  ASSERT_TRUE(peer_version);
  EXPECT_EQ(peer_version->start_height, node.start_height);
  d.say(net::msg::sendaddrv2{});
  d.say(net::msg::verack{});
  ASSERT_TRUE(d.await<net::msg::verack>());
  d.say(net::msg::getaddr{});
  const auto answer = d.await<net::msg::addrv2>();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->entries.size(), 30u);
  zoo.stop();
  EXPECT_EQ(zoo.statistics().accepted, 1u);
  EXPECT_EQ(zoo.statistics().open, 0u);
  EXPECT_EQ(zoo.statistics().violations, 0u);
}

TEST(zoo_server, refused_nodes_refuse_and_addresses_without_a_node_reset) {
  zoo_server zoo(zoo_of(sim::node_kind::refused));
  ASSERT_TRUE(zoo.listen());
  zoo.start();
  const auto magic = zoo.nodes().settings().magic;
  EXPECT_EQ(dialler(magic).dial(zoo.nodes().nodes()[17].at),
            boost::asio::error::connection_refused);
  auto nowhere = zoo.nodes().nodes()[0].at;
  nowhere.address[1] = 99;
  dialler stranger(magic);
  const auto reset_at_once = stranger.dial(nowhere); // or while it waits
  EXPECT_TRUE(reset_at_once || !stranger.await<net::msg::version>());
  zoo.stop();
  EXPECT_EQ(zoo.statistics().strangers, 1u);
}

TEST(zoo_server, a_taken_port_and_an_absent_machine_are_errors_of_a_sentence) {
  const auto options = zoo_of(sim::node_kind::honest);
  zoo_server first(options);
  ASSERT_TRUE(first.listen());
  zoo_server second(options);
  EXPECT_THAT(second.listen().error(),
              testing::HasSubstr(std::to_string(options.nodes.first.port)));
  zoo_server absent(zoo_of(sim::node_kind::absent));
  EXPECT_NE(absent.listen().error().find("absent"), std::string::npos);
}

} // namespace seedwalk::tools
