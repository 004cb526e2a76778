#include <gtest/gtest.h>

#include "net/base/archive.hpp"
#include "sim/program/simulated_world.hpp"
#include "tools/examples/example.hpp"

namespace seedwalk::examples {
namespace {

/// Sends the first of the texts, and ends when the second has come back.
struct script : actor<std::string> {
  static constexpr std::string_view kind = "script";
  using actor_base::actor_base;

  void start() { env_.network.connect(env_.config.server, std::chrono::seconds{5}, host_.self()); }
  caf::behavior make_behavior() {
    return {[this](const net::connected& x) {
              env_.network.want(x.connection, 64u << 10);
              env_.network.write(x.connection, net::buffer{net::as_bytes(env_.config.texts.at(0))});
            },
            [this](const net::received& x) {
              state_ += net::as_text(x.data.view());
              if (state_ == env_.config.texts.at(1))
                host_.quit();
              else if (!env_.config.texts.at(1).starts_with(state_))
                throw std::runtime_error("it says: " + state_);
            },
            [](const net::drained&) {}, [](const net::input_ended&) {},
            [this](const net::closed&) {
              if (!env_.config.texts.at(1).empty())
                throw std::runtime_error("the connection is closed");
              host_.quit();
            }};
  }
};

/// What a server makes of a text: "" if it says what is expected. Nothing expected: it hangs up.
std::string answer_of(const example& one, const std::string& text, const std::string& expected) {
  auto config = one.usual;
  config.server = net::ipv4_endpoint(0xc6336407, 7);
  config.texts = {text, expected};
  sim::simulated_world world{{}};
  world.add({.name = "server",
             .addresses = {config.server},
             .program = one.server,
             .configuration = net::to_archive(config)});
  auto& client = world.add(
      {.name = "client",
       .program = sim::program_with<settings>([](stage& on) { return on.spawn<script>("script"); }),
       .configuration = net::to_archive(config)});
  const bool ended = world.run([&] { return client.over(); }, std::chrono::minutes{1});
  if (!world.violations().empty())
    return world.violations().front().text;
  return ended ? "" : "it says nothing more";
}

TEST(protocol, a_ball_that_comes_again_counts_once) {
  EXPECT_EQ(answer_of(ping_pong_example(), "ping 3 1\nping 3 1\nping 3 2\nping 4 1\n",
                      "pong 1 1\npong 1 1\npong 2 2\npong 1 1\n"),
            "");
}

TEST(protocol, a_line_that_is_said_again_is_read_once) {
  EXPECT_EQ(
      answer_of(chat_example(), "join a 0\nsay 1 x\nsay 1 x\nsay 2 y z\n", "1 a 1 x\n2 a 2 y z\n"),
      "");
}

TEST(protocol, a_line_of_the_log_that_comes_again_is_kept_once) {
  EXPECT_EQ(answer_of(log_example(), "length\n1 0 1 a\n1 0 1 a\n2 0 2 b\n",
                      "length 0\nlength 1\nlength 1\nlength 2\n"),
            "");
}

TEST(protocol, a_gap_in_the_log_is_an_error) {
  EXPECT_NE(answer_of(log_example(), "2 0 2 b\n", "length 0\n"), "");
}

TEST(protocol, requests_may_come_together) {
  EXPECT_EQ(answer_of(http_example(),
                      "GET /sum/3 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n"
                      "Connection: keep-alive\r\n\r\n6"
                      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
                      "Connection: close\r\n\r\nhello"),
            "");
}

TEST(protocol, who_is_not_understood_is_hung_up_on) {
  for (const auto& one : {ping_pong_example(), chat_example(), tasks_example(), log_example()})
    EXPECT_EQ(answer_of(one, "no such verb\n", ""), "") << one.name;
}

} // namespace
} // namespace seedwalk::examples
