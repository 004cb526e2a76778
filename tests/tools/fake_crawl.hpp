#pragma once

#include <atomic>
#include <string>
#include <thread>

#include <boost/asio.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

#include "actors/control/control_queries.hpp"
#include "store/database.hpp"
#include "tools/control_client.hpp"

namespace seedwalk::tools {

/// A control socket that answers queries, one connection after the other, as a crawl that has the
/// database open does.
class fake_crawl {
public:
  /// `folder` is the database's; `database` is open, and nobody else's while this lives.
  fake_crawl(const std::string& folder, store::database& database)
      : database_(database),
        acceptor_(io_, protocol::endpoint(folder + "/" + control_client::socket_name)),
        thread_([this] { serve(); }) {}

  fake_crawl(const fake_crawl&) = delete;
  fake_crawl& operator=(const fake_crawl&) = delete;

  ~fake_crawl() {
    // The client that is served is left; one that connects and says nothing ends it.
    if (const int client = served_; client >= 0)
      ::shutdown(client, SHUT_RDWR);
    protocol::socket last{io_};
    last.connect(acceptor_.local_endpoint());
    last.close();
    thread_.join();
  }

private:
  using protocol = boost::asio::local::stream_protocol;

  void serve() {
    for (;;) {
      protocol::socket client{io_};
      acceptor_.accept(client);
      served_ = client.native_handle();
      bool asked = false;
      std::string received;
      boost::system::error_code ended;
      for (;;) {
        const auto length =
            boost::asio::read_until(client, boost::asio::dynamic_buffer(received), '\n', ended);
        if (ended)
          break;
        asked = true;
        const auto text = reply_to(received.substr(0, length));
        received.erase(0, length);
        boost::asio::write(client, boost::asio::buffer(text), ended);
      }
      served_ = -1;
      if (!asked)
        return;
    }
  }

  std::string reply_to(const std::string& line) {
    const auto query = actors::query_in(nlohmann::json::parse(line));
    if (!query)
      return nlohmann::json{{"type", "error"}, {"message", query.error()}}.dump() + "\n";
    const auto answer = database_.answer(*query);
    if (!answer)
      return nlohmann::json{{"type", "error"}, {"message", answer.error().message}}.dump() + "\n";
    return actors::answer_line(*answer).dump() + "\n" + R"({"type":"end"})" + "\n";
  }

  store::database& database_;
  boost::asio::io_context io_;
  protocol::acceptor acceptor_;
  std::atomic<int> served_ = -1; ///< The descriptor of the client that is served; -1: nobody.
  std::thread thread_;
};

} // namespace seedwalk::tools
